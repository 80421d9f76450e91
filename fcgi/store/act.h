/*
 * act.h - what a person decides about one line of Activity: the moves that core/state.h leaves to a person.
 *
 * Each is made inside the caller's transaction, which also writes the audit, and is a compare-and-set on the version
 * that the person saw: of a double click or of two admins the second gets ERR_CONFLICT and nothing is done twice.
 * Nothing is sent here: what may go becomes READY with a delivery row (PARKED while its event type is held, of which
 * then one is tried), and the way out (budgets, consent, pause, SENDING before a byte leaves) is that of every
 * conversion.  A move is written down (store/history.h) with who and why.
 *
 *   release   HELD -> READY      the deliberate second conversion that the guard held back; its OrderId is its own
 *   drop      HELD -> DEAD       given up ("dropped_by_person")
 *   found     DEAD -> ACCEPTED   it is there at impact.com: followed to its verdict
 *   resend    DEAD -> READY      it is not there: the same body and OrderId once more; not one given up for another
 *   second    ACCEPTED, CONFIRMED: a new conversion with another OrderId, the same fields else; a line of its own
 *   look      a WAITING event is looked at now; an ACCEPTED conversion that was set aside (F-137) is followed again
 *   redecide  a SKIPPED event is decided again with the rules of now
 */
#ifndef STORE_ACT_H
#define STORE_ACT_H

#include "store/activity.h"

struct act {
	int64_t tenant_id;
	const struct activity_detail *line; /* as it was read in this transaction */
	int64_t version;                    /* act_version() of the line that the person saw */
	struct str author, note, order_id;  /* the last: of second */
};

/* Of what a person's decision is about: the held conversion of a HELD line, its conversion, or the decision itself. */
bool act_version(struct db *db, struct arena *a, int64_t tenant_id, const struct activity_detail *line,
    int64_t *version, struct err *e) CC_MUST_USE;

/* ERR_INVALID with words when the line is not one of those it can be done to, ERR_CONFLICT when it moved. */
bool act_release(struct db *db, struct arena *a, const struct act *x, struct err *e) CC_MUST_USE;
bool act_drop(struct db *db, struct arena *a, const struct act *x, struct err *e) CC_MUST_USE;
bool act_found(struct db *db, struct arena *a, const struct act *x, struct err *e) CC_MUST_USE;
bool act_resend(struct db *db, struct arena *a, const struct act *x, struct err *e) CC_MUST_USE;
/* *decision_id is the new line.  ERR_EXISTS: an order with that OrderId was made before. */
bool act_second(struct db *db, struct arena *a, const struct act *x, int64_t *decision_id, struct err *e) CC_MUST_USE;
bool act_follow(struct db *db, struct arena *a, const struct act *x, struct err *e) CC_MUST_USE;
bool act_look(struct db *db, struct arena *a, const struct act *x, struct err *e) CC_MUST_USE;
bool act_redecide(struct db *db, struct arena *a, const struct act *x, struct err *e) CC_MUST_USE;

extern const struct sql act_sql[];
extern const size_t act_sql_n;

#endif
