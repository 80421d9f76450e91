/*
 * activity.h - what the site shows of a tenant's events: decisions joined with their conversions.  Reads only.
 */
#ifndef STORE_ACTIVITY_H
#define STORE_ACTIVITY_H

#include "base/err.h"
#include "base/str.h"
#include "core/event.h"
#include "io/db.h"

#define ACTIVITY_PAGE_MAX 100

struct db;

struct activity_counters {
	int64_t sent, waiting, skipped, direct, failed;
	int64_t held; /* of the waiting ones: a person decides */
};

/* A decision's conversion, or conversion_id 0. */
struct activity_conversion {
	int64_t conversion_id;
	struct str state, code, message, order_id, event_type, program_id;
	struct str batch_id, action_id, partner_id, partner_name;
	struct str amount, payout, currency; /* decimal text; empty when not known */
	struct str action_state, action_detail;
	int64_t locking_ms, cleared_ms, sending_ms, accepted_ms, ended_ms, created_ms, due_ms; /* 0: not (yet) */
	int64_t attempts, revision, version;
};

struct activity_row {
	int64_t decision_id, decided_ms, received_ms, occurred_ms, waits_until_ms;
	struct str outcome; /* the counter it belongs to: "sent", "waiting", "skipped", "direct", "failed" */
	struct str decision, code; /* "CONVERSION", "WAITING", ...; a row of verdict_table or empty */
	struct str kind, object_type, object_id, property, value;
	struct str name; /* of the record, or empty */
	struct activity_conversion conversion;
	int64_t version; /* of the decision */
};

/* What belongs to one decision and is not in a list. */
struct activity_detail {
	struct activity_row row;
	struct str trigger_id, detail; /* JSON or empty */
	int64_t revision;
	struct str fields;     /* JSON of the conversion, or empty */
	struct str effect_key; /* 32 bytes, or empty */
	struct str event_key;
	int64_t held_id; /* of a HELD decision: its own conversion; else 0 */
	struct str change_source; /* of the event, empty when the event is no longer kept */
};

struct activity_attempt {
	int64_t attempt, revision, started_ms, ended_ms, http_status; /* ended 0: no answer is known */
	struct str result, message;
};

/* What a person looks for; each slice is looked for when it is not empty. */
struct activity_search {
	bool on;
	struct str object_id, object_type; /* the type may be empty: any */
	struct str word;       /* an OrderId or an action's id */
	struct str email_hash; /* store/mail_hash.h */
	struct str name; /* a LIKE pattern over the record's name, letters without case; the newest 20,000 that fit */
};

struct activity_filter {
	struct str outcome, object_type, code; /* empty: any; outcome "held": of the waiting ones */
	int64_t from_ms, to_ms;                /* received in [from, to); to_ms 0: no end */
	struct activity_search search;
	int64_t before_ms,
	    before; /* a row's received_ms and decision id: only what stands behind it; 0: from the newest */
	int64_t limit;             /* 1 to ACTIVITY_PAGE_MAX */
};

/* Lines of one outcome and code, and how many of them can be tried again (store/again.h). */
struct activity_cause {
	struct str outcome, code;
	int64_t n, again;
};

bool activity_count(struct db *db, struct arena *a, int64_t tenant_id, struct activity_counters *out,
    struct err *e) CC_MUST_USE;
/* What the filter's object, period and search leave, whatever its outcome and code; every line by its cause. */
bool activity_causes(struct db *db, struct arena *a, int64_t tenant_id, const struct activity_filter *filter,
    struct activity_counters *counters, struct activity_cause **causes, size_t *n, struct err *e) CC_MUST_USE;
/* The same numbers of [from, to) without their causes, for many periods in a row. */
bool activity_totals(struct db *db, struct arena *a, int64_t tenant_id, int64_t from_ms, int64_t to_ms,
    struct activity_counters *out, struct err *e) CC_MUST_USE;
/* Whether it is the id of something: a record, an order, an action, an e-mail address. */
bool activity_exact(struct db *db, struct arena *a, int64_t tenant_id, const struct activity_search *search, bool *out,
    struct err *e) CC_MUST_USE;
/*
 * Newest first, by when HubSpot reported it; that never changes, so a line stays where it is.  With an outcome or a
 * code, a conversion that several events made a revision of is one line, that of the last.
 */
bool activity_list(struct db *db, struct arena *a, int64_t tenant_id, const struct activity_filter *filter,
    struct activity_row **out, size_t *n, struct err *e) CC_MUST_USE;
/* ERR_NOT_FOUND also for another tenant's. */
bool activity_load(struct db *db, struct arena *a, int64_t tenant_id, int64_t decision_id, struct activity_detail *out,
    struct err *e) CC_MUST_USE;
/* The event it was about, with its whole value.  ERR_INVALID with words when that is no longer kept. */
bool activity_event(struct db *db, struct arena *a, int64_t tenant_id, const struct activity_detail *d,
    struct event *out, struct err *e) CC_MUST_USE;
/* What the property was before, as the last decided change of it before this one tells; empty: not known. */
bool activity_value_before(struct db *db, struct arena *a, int64_t tenant_id, const struct activity_row *row,
    struct str *out, struct err *e) CC_MUST_USE;
bool activity_attempts(struct db *db, struct arena *a, int64_t tenant_id, int64_t conversion_id,
    struct activity_attempt **out, size_t *n, struct err *e) CC_MUST_USE;
/* Whether impact.com ever took a conversion of this tenant and program. */
bool activity_proved(struct db *db, struct arena *a, int64_t tenant_id, struct str program_id, bool *out,
    struct err *e) CC_MUST_USE;

/*
 * Why conversions of this tenant do not go out or came back, one row per state and code, the most first; then why
 * events wait, for data when it takes longer than a few looks ("WAITING"), or met another record's conversion
 * ("SUPPRESSED").  Of what ended, the last 30 days.
 */
struct activity_problem {
	struct str state, code;
	int64_t n;
};
bool activity_problems(struct db *db, struct arena *a, int64_t tenant_id, struct activity_problem **out, size_t *n,
    struct err *e) CC_MUST_USE;

extern const struct sql activity_sql[], activity_list_sql[];
extern const size_t activity_sql_n, activity_list_sql_n;

#endif
