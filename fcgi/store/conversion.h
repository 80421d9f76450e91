/*
 * conversion.h - the ledger: one row per conversion, never deleted, its state moved by compare-and-set.
 *
 * Every function that moves a state counts `version` up and is refused (ERR_CONFLICT) when the row is not in
 * the state it must come from; core/state.h has the table.  A conversion has at most one delivery row
 * (store/delivery.h), which these functions make, move and delete in the same transaction.
 */
#ifndef STORE_CONVERSION_H
#define STORE_CONVERSION_H

#include "core/state.h"
#include "io/db.h"
#include "store/lease.h"

struct conversion {
	int64_t conversion_id;
	struct str effect_key, lane, body_hash; /* 32 bytes each */
	struct str program_id;
	int64_t event_type_id;
	struct str event_type; /* its code or id, as sent */
	struct str order_id, customer_id, object_type, object_id, trigger_id, trigger_value, order_expression;
	struct str body;   /* frozen, form-encoded */
	struct str fields; /* JSON for the site: name, value, expression, from */
	int64_t event_date_ms, occurred_ms;
	int64_t received_ms; /* of the event: lists go by it */
	struct str survivor; /* the record that its object is now (store/merged.h); empty: nothing was ever merged */
	/* Keys of the same effect under other rows of its event type (store/event_type.h). */
	struct str_list same_effects;
	bool beside; /* a person lets it out beside another one (store/second.h): the guard holds nothing against it */
	bool type_held; /* its event type was held a moment ago: see conversion_type_held() */
	/* read back */
	enum state state;
	int64_t revision, attempts, unanswered, version;
	struct str batch_id, action_id, code;
	int64_t sending_ms, accepted_ms;
};

/* The row of ours behind an event type's code or id.  ERR_NOT_FOUND when it was never used. */
bool conversion_known_event_type(struct db *db, struct arena *a, int64_t tenant_id, struct str program_id, bool by_code,
    struct str value, int64_t *event_type_id, struct err *e) CC_MUST_USE;
/* The same; made when it is new.  `by_code`: value is a code. */
bool conversion_event_type(struct db *db, struct arena *a, int64_t tenant_id, struct str program_id, bool by_code,
    struct str value, int64_t *event_type_id, struct err *e) CC_MUST_USE;

enum conversion_claim {
	CONVERSION_NEW, /* a row was made; a delivery is due, or it is PARKED for its held event type */
	CONVERSION_REVISED, /* it had been refused and the body differs now: next revision, due again or PARKED alike */
	CONVERSION_DUPLICATE, /* the same effect exists: *other says which */
	CONVERSION_HELD /* the same object and value went out already: *other; a row is made, HELD */
};
struct conversion_claimed {
	enum conversion_claim result;
	int64_t id; /* the conversion; of DUPLICATE the existing one */
	int64_t other; /* of HELD: the one that went out under another OrderId, or for a record merged into this one */
	bool merged; /* of HELD: the latter */
	bool collision; /* of DUPLICATE: it came from another object (C-02) */
};

/*
 * What stands in the way of that effect: the conversion that has it, or one that conversion_claim() would hold it for
 * (nothing holds one that goes beside another); 0: nothing.  `but` does not count.
 */
bool conversion_in_the_way(struct db *db, struct arena *a, int64_t tenant_id, const struct conversion *c, int64_t but,
    int64_t *id, struct err *e) CC_MUST_USE;
/* Whether its event type is held still (store/hold.h). */
bool conversion_type_held(struct db *db, struct arena *a, int64_t tenant_id, const struct conversion *c, bool *held,
    struct err *e) CC_MUST_USE;
/* Claims the effect.  Inside decide's transaction. */
bool conversion_claim(struct db *db, struct arena *a, int64_t tenant_id, const struct conversion *c,
    struct conversion_claimed *out, struct err *e) CC_MUST_USE;

bool conversion_load(struct db *db, struct arena *a, int64_t tenant_id, int64_t id, struct conversion *out,
    struct err *e) CC_MUST_USE;

/*
 * The columns of a refused one's next revision, as SQL.  What impact.com said of the one before is kept first, in the
 * same transaction (store/history.h).
 */
#define CONVERSION_NEXT_REVISION                                                                                       \
	"state = 'READY', revision = revision + 1, code = '', message = '', unanswered = 0, batch_id = '', "           \
	"partner_id = '', accepted_at = NULL, ended_at = NULL, version = version + 1"
/* Its delivery is due now: to be sent, or to be followed.  In the transaction that made it READY or ACCEPTED. */
bool conversion_queue(struct db *db, int64_t tenant_id, int64_t id, enum lease_stage stage, struct err *e) CC_MUST_USE;

/* Conversions of one tenant that are moved together, in one transaction. */
#define CONVERSION_GROUP_MAX 8

/*
 * READY -> SENDING, each with its attempt row, when the tenant is active, may send, and still has the
 * configuration revision that was checked.  All or, with ERR_CONFLICT, none.  attempts[i] is the attempt's number.
 * Inside a transaction, which is rolled back when this is false.
 */
bool conversion_sending(struct db *db, struct arena *a, const struct lease *l, const int64_t *ids, size_t n,
    int64_t config_revision, int64_t *attempts, struct err *e) CC_MUST_USE;

/* What became of an attempt.  Kept whenever the row is still SENDING or UNKNOWN in the same attempt. */
struct conversion_answer {
	int64_t tenant_id, conversion_id, attempt;
	enum state to; /* ACCEPTED, REJECTED, READY, PARKED, UNKNOWN */
	struct str result, code, message, batch_id, action_id;
	int64_t http_status;
	int64_t due_in_ms; /* of the delivery's next look */
	bool counts; /* READY: it was a try (429 is not) */
};
/*
 * All of one tenant, inside a transaction.  kept[i] is false when that row is not in this attempt any more: its answer
 * says nothing; or when it is no move that there is (store/illegal.h).
 */
bool conversion_answered(struct db *db, const struct conversion_answer *answers, size_t n, bool *kept,
    struct err *e) CC_MUST_USE;
/*
 * impact.com accepts again: what it refused for the credentials is tried once more.  What it answered with 403 is not:
 * that may be about the one body, and is tried hourly.  In a transaction.
 */
bool conversion_resume_refused(struct db *db, int64_t tenant_id, struct err *e) CC_MUST_USE;

/* SENDING rows of an owner before this one: UNKNOWN now, looked for after unknown_wait_ms.  *n counts them. */
bool conversion_recover(struct db *db, struct arena *a, const struct lease *l, int64_t unknown_wait_ms, int64_t *n,
    struct err *e) CC_MUST_USE;

/* READY -> PARKED and back.  Parked only while the configuration is the one that forbids it, else ERR_CONFLICT. */
bool conversion_park(struct db *db, int64_t tenant_id, int64_t id, struct str code, int64_t config_revision,
    struct err *e) CC_MUST_USE;
/* All PARKED rows with that code (empty: any but those of a held event type) are READY and due again. */
bool conversion_unpark(struct db *db, int64_t tenant_id, struct str code, int64_t *n, struct err *e) CC_MUST_USE;

/*
 * UNKNOWN -> READY: the same body once more.  UNKNOWN or READY -> DEAD: after two unanswered ones, lost track of, or
 * elsewhere.
 */
bool conversion_resend(struct db *db, const struct lease *l, int64_t id, struct err *e) CC_MUST_USE;
bool conversion_dead(struct db *db, const struct lease *l, int64_t id, struct str code, struct str message,
    struct err *e) CC_MUST_USE;
/* UNKNOWN -> ACCEPTED: impact.com has it after all.  Followed, first in `due_in_ms`. */
bool conversion_accepted(struct db *db, const struct lease *l, int64_t id, int64_t due_in_ms,
    struct err *e) CC_MUST_USE;
/* One that was ACCEPTED longer ago than that says so by its code, until its verdict. */
bool conversion_unattributed(struct db *db, int64_t tenant_id, int64_t id, int64_t after_s, struct err *e) CC_MUST_USE;
/* ACCEPTED or CONFIRMED stays what it is and is no longer followed; an accepted one keeps the code as the reason. */
bool conversion_left(struct db *db, const struct lease *l, int64_t id, struct str code, struct err *e) CC_MUST_USE;

/*
 * ACCEPTED or UNKNOWN -> REJECTED with impact.com's code.  When that holds its event type, and the rules were saved
 * since it was made, it is made anew by the present ones (store/hold.h).
 */
bool conversion_rejected(struct db *db, struct arena *a, const struct lease *l, int64_t id, struct str code,
    struct str partner_id, struct err *e) CC_MUST_USE;

struct conversion_action {
	struct str action_id, partner_id, partner_name, amount, payout, currency, state, detail;
	int64_t locking_ms, cleared_ms;
	bool settled; /* reversed or paid: nothing more to follow */
};
/* ACCEPTED, UNKNOWN -> CONFIRMED, or new facts of a CONFIRMED one.  Settled: the delivery row goes. */
bool conversion_confirmed(struct db *db, const struct lease *l, int64_t id, const struct conversion_action *action,
    int64_t due_in_ms, struct err *e) CC_MUST_USE;

extern const struct sql conversion_sql[], conversion_move_sql[], conversion_send_sql[];
extern const size_t conversion_sql_n, conversion_move_sql_n, conversion_send_sql_n;

#endif
