/*
 * build.h - from an event and the records around it to the exact fields of one conversion.  Pure; the same
 * input gives the same bytes.
 *
 * Every expression sees the record overlaid with the event's own property and value.
 */
#ifndef LANG_BUILD_H
#define LANG_BUILD_H

#include "base/json.h"
#include "core/computed.h"
#include "lang/ruleset.h"

struct build_record {
	struct str id;
	const struct json *properties; /* string values or null; NULL: there is no such record */
};

struct build_input {
	const struct ruleset *rules;
	const struct ruleset_object *object;
	const struct catalogue *catalogue;
	const struct event *event;
	struct build_record record, contact, company; /* of a contact's event, contact is the record itself */
	const struct build_record *items;
	size_t n_items;
	struct str account_currency, account_time_zone;
	const struct json *stage_labels; /* {"closedwon": "Closed Won"}; used when computed_label is on */
	int64_t read_at_ms; /* when the records were read: for the trace */
};

/* Where a field's value came from. */
struct build_field {
	struct str name, value, expression;
	bool from_event; /* the event's own value took part */
};

struct build_output {
	struct str body; /* application/x-www-form-urlencoded: CampaignId first, then the rows in order */
	const struct build_field *fields;
	size_t n_fields;
	struct str event_identifier; /* "EventTypeCode", "EventTypeId" or "ActionTrackerId" */
	struct str event_type;       /* its value */
	struct str order_id, customer_id, order_expression;
	int64_t event_date_ms;
	const struct catalogue_fault *faults; /* empty: may be sent */
	size_t n_faults;
	bool missing_only; /* every fault is data missing: worth waiting for */
};

/* Of several triggers the highest counts: what may still come goes before what failed, and that before a plain no. */
enum build_wanted {
	BUILD_NOT_WANTED, /* no condition of the triggers that match holds: code "condition" */
	BUILD_FAILED,     /* a condition cannot work on a value: code "condition_failed" */
	BUILD_NO_CONTACT, /* a condition reads the contact, and there is none yet: worth waiting for */
	BUILD_WANTED      /* by *trigger: the first that matches the event and whose condition holds */
};

/*
 * Whether a trigger wants the event, of those that ruleset_match_event() would call RULESET_MATCHED: the
 * second half of matching, which needs the records.  When none does, *why says so in a sentence and *trigger
 * is the one that it is about.
 */
enum build_wanted build_wanted(struct arena *a, const struct build_input *in, const struct config_trigger **trigger,
    struct catalogue_fault *why);

/*
 * Dates become UTC with Z, decimals plain with a dot, CustomerEmail trimmed, lower-cased and hashed unless
 * it is a hash already; an e-mail address as CustomerId becomes the id of the contact who has it, else its
 * hash (C-09).  An address anywhere else is a fault, never sent raw.
 * Rows whose value is empty are left out.  Item rows are repeated for each item from 1.  An OrderId over 64
 * bytes is a fault.  contact_[lead_status]_id with an empty status gives the fault "lead_status_empty"
 * (final, not waiting).
 */
void build_conversion(struct arena *a, const struct build_input *in, struct build_output *out);

#endif
