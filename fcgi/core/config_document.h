/*
 * config_document.h - a tenant's settings, triggers, consents and mappings: one JSON document.
 *
 * {
 *   "impact":  {"account_sid": "IR..", "program_id": "1000"},
 *   "options": {"computed_prefix": true, "computed_value": "internal"|"label", "email_hash": "sha1"|"sha256",
 *               "event_date": "preset"|"occurred", "advocate": false},
 *   "objects": {
 *     "contacts" | "companies" | "deals": {
 *       "consent": false,
 *       "triggers": [{"id": "t1", "on": "created"|"changed", "property": "dealstage", "becomes": ["closedwon"],
 *                     "when": "{amount} > 100", "mode": "off"|"live"}],
 *       "mapping":  [{"id": "m1", "field": "OrderId", "expression": "{deal_[stage]_id}", "when": "", "active": true}]
 *     }
 *   }
 * }
 * Ids of triggers and rows are made by the site, unique within the document, [A-Za-z0-9_-]{1,32}.
 * "becomes" empty means any value; "when" (lang.h) empty means always.  A document holds no secret.
 *
 * "event_date" (C-03): what the site puts into EventDate when it applies a preset or adds that row: what the preset
 * says (the record's modified date), or the time of the event.  Rows that are there already stay as they are.
 * "advocate" (V-01, V-07): conversions go to an Advocate program too, so CustomerEmail must be mapped wherever a
 * trigger is live (ruleset_check()).
 *
 * May be left out: every member of "options" (the first value above holds), "property" of a "created" trigger,
 * "becomes", both "when" and "active" (true).  Everything else must be there; nothing else may.
 */
#ifndef CORE_CONFIG_DOCUMENT_H
#define CORE_CONFIG_DOCUMENT_H

#include "base/err.h"
#include "core/event.h"
#include "base/json.h"
#include "base/str.h"

#define CONFIG_TRIGGERS_MAX 100
#define CONFIG_ROWS_MAX     2000
#define CONFIG_BYTES_MAX    (1024 * 1024)

enum config_object_kind {
	CONFIG_CONTACTS,
	CONFIG_COMPANIES,
	CONFIG_DEALS,
	CONFIG_OBJECTS
};

struct config_trigger {
	struct str id;
	bool created; /* else: a property changed */
	struct str property;
	const struct str *becomes;
	size_t n_becomes;
	struct str when;
	bool live;
};

struct config_row {
	struct str id, field, expression, when;
	bool active;
};

struct config_object {
	struct str type; /* "deals" */
	bool consent;
	const struct config_trigger *triggers;
	size_t n_triggers;
	const struct config_row *rows;
	size_t n_rows;
};

struct config_document {
	struct str account_sid, program_id;
	bool computed_prefix;
	bool computed_label; /* label instead of internal value */
	bool email_sha256;
	bool event_date_occurred; /* else as the preset says */
	bool advocate;
	struct config_object objects[CONFIG_OBJECTS];
};

/* Whether the trigger looks at such events at all, whatever their value, the consent, and whether it is live. */
bool config_trigger_concerns(const struct config_trigger *t, const struct event *ev);
/* Whether any trigger of the document does. */
bool config_document_concerns(const struct config_document *document, const struct event *ev);

/* One fault: where in the document ("objects.deals.mapping.m3.expression"), and a sentence. */
struct config_fault {
	struct str path, message;
};

/* What a new tenant starts with: everything off, nothing mapped. */
struct str config_document_empty(struct arena *a);
/*
 * Reads a document.  Shape faults (unknown or missing members, wrong types, bad ids, too many) make it
 * false with ERR_INVALID, each with its path in *faults.
 */
bool config_document_parse(struct arena *a, struct str text, struct config_document *out, struct config_fault **faults,
    size_t *n_faults, struct err *e) CC_MUST_USE;
/* The object of a document by type; NULL when the type is none of the three. */
const struct config_object *config_document_object(const struct config_document *doc, struct str type);

#endif
