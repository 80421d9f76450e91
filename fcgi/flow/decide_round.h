/* decide_round.h - the state of one decide round, shared by its reading half and its writing half. */
#ifndef FLOW_DECIDE_ROUND_H
#define FLOW_DECIDE_ROUND_H

#include "flow/access.h"
#include "flow/choose.h"
#include "flow/decide.h"
#include "flow/records.h"
#include "flow/step.h"
#include "lang/build.h"
#include "lang/ruleset.h"
#include "store/conversion.h"
#include "store/decision.h"
#include "store/event_type.h"
#include "store/lease.h"
#include "store/pending.h"
#include "store/tenant.h"

/* After a read that failed for a moment. */
#define DECIDE_RETRY_MS 2000
/*
 * Associations of one record that are looked at.  Of more contacts or companies the rest is left aside, and the trace
 * says so; a deal with more line items is not sent without them but skipped with its reason.
 */
#define DECIDE_LINKS_MAX 1000

/* One event of the round and how far it got. */
struct decide_item {
	const struct pending *pending;
	struct event event; /* of the record that its own is now, when that was merged into another */
	enum ruleset_match match;
	const struct config_trigger *trigger;
	const struct ruleset_object *object; /* when matched */
	bool redacted; /* HubSpot hid the value in its event: it is read from the record (hubspot.md 2.2) */
};

enum decide_read_kind {
	DECIDE_RECORDS,
	DECIDE_LINKS,
	DECIDE_LINKS_MORE
};

/* What is to be asked of HubSpot in one call. */
struct decide_read {
	enum decide_read_kind kind;
	struct str type, to_type;
	struct str_list ids;  /* of a batch; of a page the one record */
	struct str after;     /* of a page */
};

struct decide_round {
	struct step step;
	/* What comes when all that is wanted was read: decide_write(), or what a preview makes of it. */
	bool (*done)(struct decide_round *r, struct err *e);
	/*
	 * A person waits for it (task/preview.h): what cannot be read now is an error in words and not another round,
	 * and `also` is read of the object's own records, names of all of them too.
	 */
	bool live;
	struct str_list also;
	struct lease lease;
	struct tenant tenant;
	int64_t revision;
	int64_t present; /* the configuration's revision while it is written: that of `rules`, unless somebody saved */
	struct ruleset rules;
	struct json *stage_labels;
	int64_t *held; /* event types that impact.com refuses (store/hold.h) */
	size_t n_held;
	struct event_type_same *same; /* event types that have several rows */
	size_t n_same;
	bool any_merged; /* records of this tenant were merged */
	const struct pending *poison; /* not NULL: the round is about taking this event out of the queue */
	struct pending *due;
	size_t n_due;
	struct decide_item *items; /* those of them that this round looks at */
	size_t n_items;
	size_t n_records; /* distinct ones that rules match */
	size_t most_records;
	int64_t oldest_ms; /* how long the first of their events has waited */
	struct records *records;
	/* Calls still to be made, the first one at `first`; what is asked for now. */
	struct decide_read *calls;
	size_t first_call, n_calls, cap_calls;
	struct decide_read asked[STEP_REQUESTS_MAX];
	size_t n_line_items; /* that are wanted */
	struct str items_of; /* the record whose line items were counted last, and whether it waits for another round */
	bool items_wait;
	size_t alone; /* of a careful round: rounds of one event so far */
	size_t splits; /* batches that were refused and asked for in halves */
	int64_t read_at_ms;
	struct pending_delay pause; /* what the round waited for by itself, since it began */
	struct decide_look *look; /* not NULL: nothing is written, this is filled */
};

/* How one event was judged, before anything is written. */
struct judged {
	const struct decide_item *item;
	struct event event; /* with its value, also when HubSpot hid that */
	const struct config_trigger *trigger; /* that answers for it, or NULL */
	enum decision_outcome outcome;
	bool no_decision; /* no rule looks at it: nothing to tell */
	bool endless; /* WAITING until somebody mends something, however long */
	int64_t pass_ms; /* not 0: its records could not be read just now; nothing is decided, look again then */
	struct pending_delay passes; /* why and answer of that */
	struct json *told; /* what becomes the detail of a matched one */
	struct str code, detail, contact_id, name;
	struct str email_hash; /* store/mail_hash.h */
	struct str email; /* of the contact, as far as it was read */
	struct build_output built;
	struct conversion conversion; /* when the outcome is a conversion */
};

/* ---- decide.c */

/* The three names; records and rules keep them by reference. */
extern const struct str decide_object_types[CONFIG_OBJECTS];
/* The tenant, the rules of that document, and what the ledger knows of event types and merged records. */
bool decide_load(struct decide_round *r, struct str document, struct err *e) CC_MUST_USE;
/* A round from its beginning. */
bool decide_begin(struct step *s, struct err *e) CC_MUST_USE;
/* Reads the items' records and what their rules need of others, then r->done().  Needs rules, items and records. */
bool decide_read_all(struct decide_round *r, struct err *e) CC_MUST_USE;

/* ---- decide_read.c: one call after the other, and what its answer means */

/* The properties that are read of records of that type. */
struct str_list decide_properties(const struct decide_round *r, struct str type);
/* Adds the calls for what is wanted and was not asked for yet. */
void decide_want_records(struct decide_round *r);
/* Adds the call for what the round's records of that type are associated with. */
void decide_want_links(struct decide_round *r, struct str type, struct str to_type);
/* Calls that were added and not made. */
size_t decide_calls(const struct decide_round *r);
/* The next `n` calls as the step's requests. */
void decide_request(struct decide_round *r, size_t n, const struct secret *token);
/*
 * Takes the answers.  What one of them refuses stands in r->records as the trouble of just the records it is about.
 * False in *go_on: nothing can be read of HubSpot now (its token or its limit), and step.again_in_ms says for how long.
 */
bool decide_take(struct decide_round *r, size_t n, bool *go_on, struct err *e) CC_MUST_USE;

/* ---- decide_wait.c: that HubSpot let an event wait, for its trace */

/* HubSpot's answer of that class, or none, stopped the round. */
struct pending_delay decide_wait_of(enum retry_class result, const struct http_answer *answer);
/* The round pauses for want of access. */
void decide_pauses(struct decide_round *r, const struct access *access, int64_t ms);
/* Keeps it of the round's events that are still due.  What fails there fails nothing else. */
void decide_held_up(const struct decide_round *r, const struct pending_delay *why);
/* What the judged event waited for, if it did, beside all else that is told of it. */
void decide_tell_delay(const struct decide_round *r, const struct judged *j);

/* ---- decide_judge.c */

void decide_judge(const struct decide_round *r, const struct decide_item *item, struct judged *j);
/*
 * What a conversion of that event is built from; *contact is which one was chosen and why.  `record` is the event's
 * own.
 */
void decide_gather(const struct decide_round *r, const struct decide_item *item, const struct event *ev,
    const struct hubspot_record *record, struct build_input *in, struct chosen *contact);

/* ---- decide_write.c */

/*
 * Which effect the judged conversion would have: its event type's row, its key and those that are the same, under the
 * OrderId that a person let out (store/second.h).  `make`:
 * an event type that is used for the first time gets its row; else *known is false, and nothing can stand in the way.
 */
bool decide_identify(const struct decide_round *r, struct judged *j, bool make, bool *known, struct err *e) CC_MUST_USE;
/* Writes what was decided; the end of the round. */
bool decide_write(struct decide_round *r, struct err *e) CC_MUST_USE;
/* r->poison is SKIPPED with that reason, untouched: a person may have it decided again. */
bool decide_quarantine(struct decide_round *r, struct err *e) CC_MUST_USE;

#endif
