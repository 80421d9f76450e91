/*
 * catalogue.h - impact.com's conversion fields, read from conf/impact-fields.json (impact.md 2.1 to 2.3).
 *
 * In names: {i} line item number from 1, {n} custom slot within its range.
 */
#ifndef CORE_CATALOGUE_H
#define CORE_CATALOGUE_H

#include "base/err.h"
#include "base/json.h"
#include "base/str.h"

enum catalogue_type {
	CATALOGUE_STRING,
	CATALOGUE_INTEGER,
	CATALOGUE_DECIMAL,
	CATALOGUE_DATETIME,
	CATALOGUE_BOOLEAN
};

struct catalogue_field {
	struct str name; /* "ItemSku{i}", "Text{n}" */
	enum catalogue_type type;
	int64_t max_length; /* characters; 0 = the general limit of the type */
	int64_t first_slot, last_slot; /* of {n}; 0 = none */
	bool item; /* has {i} */
	bool selectable;
	bool money; /* an amount in the order's currency */
	int scale;  /* CATALOGUE_DECIMAL: digits behind the point; -1 else */
	bool item_required; /* part of every complete line item */
};

/* Two fields that must not be sent together; "Item*{i}" stands for every item field. */
struct catalogue_pair {
	struct str a, b;
};

struct catalogue {
	const struct catalogue_field *fields;
	size_t n;
	const struct str *event_identifiers;
	size_t n_event_identifiers;
	const struct str *attribution_keys;
	size_t n_attribution_keys;
	const struct str *always; /* CampaignId, EventDate, OrderId */
	size_t n_always;
	const struct str *item_amounts; /* a complete item has one of them */
	size_t n_item_amounts;
	const struct catalogue_pair *exclusive;
	size_t n_exclusive;
};

bool catalogue_load(struct arena *a, struct str json_text, struct catalogue *out, struct err *e) CC_MUST_USE;
/*
 * The field of a mapping target: "Text3", "ItemSku{i}", "ItemText{i}_4", and of a name that is sent:
 * "ItemSku12".  NULL when there is none.
 */
const struct catalogue_field *catalogue_find(const struct catalogue *c, struct str target);
/* The item number in a name that is sent: 12 for "ItemSku12" and "ItemText12_4"; 0 when it has none. */
int64_t catalogue_item(const struct catalogue_field *field, struct str name);
/* Whether a pattern of a rule ("ItemPrice{i}", "Item*{i}", "Amount") means this field. */
bool catalogue_means(struct str pattern, const struct catalogue_field *field);

/* One field with its value, ready to send. */
struct catalogue_value {
	struct str name, value;
};

/* Why a set of values may not be sent; an empty `code` is no fault. */
struct catalogue_fault {
	struct str field;
	struct str code; /* a row of verdict_table: "field_missing", "field_too_long", "field_type", ... */
	struct str message;
	bool missing; /* data missing: worth waiting for */
};

/* Type and length of one value by itself; false with the fault. */
bool catalogue_check_value(struct arena *a, const struct catalogue *c, struct catalogue_value v,
    struct catalogue_fault *out) CC_MUST_USE;
/*
 * Checks what was built against types, lengths, required and exclusive combinations and complete items.
 * Returns the number of faults (at most 200); missing ones first.  The values of one line item stand together.
 */
size_t catalogue_check(struct arena *a, const struct catalogue *c, const struct catalogue_value *values, size_t n,
    struct catalogue_fault **faults);

#endif
