/*
 * records.h - the HubSpot records that a round of decisions needs: which are wanted, which were read, and who
 * belongs to whom.  Each is read once, 100 at a time, however many events name it.
 */
#ifndef FLOW_RECORDS_H
#define FLOW_RECORDS_H

#include "remote/hubspot_crm.h"

struct records;

/* Why a record, or what it is associated with, could not be read. */
struct records_trouble {
	enum {
		RECORDS_PASSES,  /* by itself: look again after wait_ms */
		RECORDS_REFUSED, /* not before somebody mends something */
		RECORDS_FINAL    /* never */
	} kind;
	int64_t wait_ms;
	struct str waits; /* why HubSpot lets it wait (store/pending.h); empty: that is our own doing */
	int64_t answer;   /* HubSpot's, its HTTP status; 0: none */
	struct str code;  /* a row of core/verdict.h; empty when it passes */
	struct str words; /* of HubSpot, or our own */
};

struct records *records_new(struct arena *a);
/* Once however often it is named; `type` must outlive the set (it is one of the four names). */
void records_want(struct records *r, struct str type, struct str id);
bool records_wanted(const struct records *r, struct str type, struct str id);
/* Wanted ids of the type that were not asked for yet, at most max; they count as asked from now on. */
size_t records_ask(struct records *r, struct str type, struct str *ids, size_t max);
void records_put(struct records *r, struct str type, const struct hubspot_record *record);
/* NULL: not read, or HubSpot has no such record. */
const struct hubspot_record *records_find(const struct records *r, struct str type, struct str id);
/* The record could not be read; the trouble must live as long as the set. */
void records_fail(struct records *r, struct str type, struct str id, const struct records_trouble *why);
/* NULL: none. */
const struct records_trouble *records_trouble(const struct records *r, struct str type, struct str id);

void records_link(struct records *r, struct str from_type, struct str to_type, const struct hubspot_association *x);
/* What `id` is associated with, each once, in the order it was read. */
size_t records_linked(const struct records *r, struct arena *a, struct str from_type, struct str id, struct str to_type,
    const struct hubspot_association **links);
/* Its associations could not be read, or not all of them. */
void records_fail_links(struct records *r, struct str from_type, struct str id, struct str to_type,
    const struct records_trouble *why);
/* The trouble with its associations or with one of the records they name; NULL: none. */
const struct records_trouble *records_links_trouble(const struct records *r, struct arena *a, struct str from_type,
    struct str id, struct str to_type);

#endif
