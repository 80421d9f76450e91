/* deal.h - a tenant with the Deals preset and a deal of it, for tests of rule sets and conversions. */
#ifndef TESTS_LIB_DEAL_H
#define TESTS_LIB_DEAL_H

#include "lang/build.h"

struct deal {
	struct arena *a;
	struct catalogue *catalogue;
	struct config_document document;
	struct ruleset rules;
	struct event event;
	struct build_input in;
	struct build_output out;
};

/* A document with `rows` ({"id":..} objects) as the mapping of an object type, one live trigger, consent on. */
struct str deal_document(struct arena *a, const char *object_type, struct str rows, const char *options);
/* The rows of a preset of conf/presets.json, ids m1, m2, ... */
struct str deal_preset_rows(struct arena *a, const char *preset);
/* Reads a document; a fault fails the test. */
void deal_read(struct arena *a, struct str document, struct config_document *out);
/*
 * The Deals preset, a deal 9001 that became closedwon, its contact 251 with a click id, and `items` line items.
 */
struct deal *deal_new(struct arena *a, size_t items);
/* The same with other mapping rows and options. */
struct deal *deal_with(struct arena *a, size_t items, const char *rows, const char *options);
/* Properties of a record from JSON text. */
struct build_record deal_record(struct arena *a, const char *id, const char *properties);
/* Builds; the body. */
struct str deal_build(struct deal *d);
/* The value of a built field; empty when it was not built. */
struct str deal_field(const struct deal *d, const char *name);
/* The code of the fault on a field; empty when there is none. */
struct str deal_fault(const struct deal *d, const char *field);

#endif
