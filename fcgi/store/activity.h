/*
 * activity.h - what the site shows of a tenant's events: decisions joined with their conversions.  Reads only.
 */
#ifndef STORE_ACTIVITY_H
#define STORE_ACTIVITY_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

#define ACTIVITY_PAGE_MAX 100

struct db;

struct activity_counters {
	int64_t sent, waiting, skipped, failed;
};

/* A decision's conversion, or conversion_id 0. */
struct activity_conversion {
	int64_t conversion_id;
	struct str state, code, message, order_id, event_type, program_id;
	struct str batch_id, action_id, partner_id, partner_name;
	struct str amount, payout, currency; /* decimal text; empty when not known */
	struct str action_state, action_detail;
	int64_t locking_ms, cleared_ms, sending_ms, accepted_ms, ended_ms, created_ms, due_ms; /* 0: not (yet) */
	int64_t attempts, revision;
};

struct activity_row {
	int64_t decision_id, decided_ms, received_ms, occurred_ms, waits_until_ms;
	struct str outcome; /* the counter it belongs to: "sent", "waiting", "skipped", "failed" */
	struct str decision, code; /* "CONVERSION", "WAITING", ...; a row of verdict_table or empty */
	struct str kind, object_type, object_id, property, value;
	struct str name; /* of the record, or empty */
	struct activity_conversion conversion;
};

/* What belongs to one decision and is not in a list. */
struct activity_detail {
	struct activity_row row;
	struct str trigger_id, detail; /* JSON or empty */
	int64_t revision;
	struct str fields;     /* JSON of the conversion, or empty */
	struct str effect_key; /* 32 bytes, or empty */
	struct str change_source; /* of the event, empty when the event is no longer kept */
};

struct activity_attempt {
	int64_t attempt, started_ms, ended_ms, http_status; /* ended 0: no answer is known */
	struct str result, message;
};

struct activity_filter {
	struct str outcome, object_type; /* empty: any */
	int64_t before;                  /* rows with a smaller decision id; 0: from the newest */
	int64_t limit;                   /* 1 to ACTIVITY_PAGE_MAX */
};

bool activity_count(struct db *db, struct arena *a, int64_t tenant_id, struct activity_counters *out,
    struct err *e) CC_MUST_USE;
/* Newest first. */
bool activity_list(struct db *db, struct arena *a, int64_t tenant_id, const struct activity_filter *filter,
    struct activity_row **out, size_t *n, struct err *e) CC_MUST_USE;
/* ERR_NOT_FOUND also for another tenant's. */
bool activity_load(struct db *db, struct arena *a, int64_t tenant_id, int64_t decision_id, struct activity_detail *out,
    struct err *e) CC_MUST_USE;
bool activity_attempts(struct db *db, struct arena *a, int64_t tenant_id, int64_t conversion_id,
    struct activity_attempt **out, size_t *n, struct err *e) CC_MUST_USE;
/* Whether impact.com ever took a conversion of this tenant and program. */
bool activity_proved(struct db *db, struct arena *a, int64_t tenant_id, struct str program_id, bool *out,
    struct err *e) CC_MUST_USE;

/*
 * Why conversions of this tenant do not go out or came back, one row per state and code, the most first; then why
 * events wait for HubSpot ("WAITING") or met another record's conversion ("SUPPRESSED").
 */
struct activity_problem {
	struct str state, code;
	int64_t n;
};
bool activity_problems(struct db *db, struct arena *a, int64_t tenant_id, struct activity_problem **out, size_t *n,
    struct err *e) CC_MUST_USE;

extern const struct sql activity_sql[];
extern const size_t activity_sql_n;

#endif
