/*
 * hold.h - event types that impact.com refuses because something is set up wrong (design 6).
 *
 *   refused (core/verdict.h: verdict_holds_event_type)   the event type is held; what was to be sent of it is PARKED
 *   while it is held                                     new conversions and revisions of it are PARKED from the start
 *   after a fix, hourly, and when a person asks          the oldest of them is sent once more: the probe
 *   the probe is not refused so                          all are sent, in the order they happened
 *
 * The refused conversions are part of it: their next revision has the same body, unless the rules that made them were
 * changed.  Then their events are looked at once more, and the same rows get what the present rules make of them: with
 * another program or event type they are no longer held.  That is so whichever comes first, the save or the refusal:
 * the decision names the rules that looked at it last, and those of older ones are looked at again, once.  Until then
 * they are not sent.  What a person asked for again (store/again.h) is left to decide alike: no probe takes it, and the
 * end of a hold leaves it REJECTED until it was looked at.
 */
#ifndef STORE_HOLD_H
#define STORE_HOLD_H

#include "store/conversion.h"

/* The code of what is PARKED for it. */
#define HOLD_CODE "event_type_held"

/*
 * The conversion was refused with that code: its event type is held from now on.  Before the verdict itself is
 * written, so that a crash between the two leaves it held.
 */
bool hold_begin(struct db *db, struct arena *a, int64_t tenant_id, int64_t event_type_id, int64_t conversion_id,
    struct str code, struct err *e) CC_MUST_USE;
/*
 * It is REJECTED with such a code: when rules older than these made it, its event is due for decide again.  In the
 * transaction of the verdict, after config_pin().
 */
bool hold_refused(struct db *db, int64_t tenant_id, int64_t conversion_id, int64_t rules, struct err *e) CC_MUST_USE;
/* The tenant's held event types. */
bool hold_list(struct db *db, struct arena *a, int64_t tenant_id, int64_t **event_type_ids, size_t *n,
    struct err *e) CC_MUST_USE;
/* Whether it is held, and stays so until the caller's transaction ends. */
bool hold_keeps(struct db *db, struct arena *a, int64_t tenant_id, int64_t event_type_id, bool *out,
    struct err *e) CC_MUST_USE;
/* It is READY, and its event type is held: hold_keeps(), asked before anything is written. */
bool hold_park(struct db *db, int64_t tenant_id, int64_t conversion_id, struct err *e) CC_MUST_USE;
/*
 * A person wants something of it sent: when it is held, and nothing of it is on its way, one conversion is.  Rules: see
 * config_pin().  Inside a transaction.
 */
bool hold_try(struct db *db, struct arena *a, int64_t tenant_id, int64_t event_type_id, int64_t rules,
    struct err *e) CC_MUST_USE;
/*
 * Sends one conversion of each held event type that has none on its way.  *n counts them.  What older rules made is not
 * sent but due for decide, as long as its event is known whole.
 */
bool hold_probe(struct db *db, struct arena *a, int64_t tenant_id, int64_t *n, struct err *e) CC_MUST_USE;
/*
 * The conversion was not refused for its event type: when it was sent after the hold, the hold ends and all that
 * waited is due.  *n counts them.  Not while some of it is to be made anew by the present rules: that is due for decide
 * then, and one more is tried, or this one told again, when it is done.
 */
bool hold_end(struct db *db, struct arena *a, int64_t tenant_id, int64_t event_type_id, int64_t conversion_id,
    int64_t *n, struct err *e) CC_MUST_USE;

/*
 * The rules are saved: the events of all that is held are due for decide again.  In the transaction that saves them, so
 * that no crash parts the two.
 */
bool hold_redo(struct db *db, struct arena *a, int64_t tenant_id, struct err *e) CC_MUST_USE;
/*
 * Whether the event was decided before and is only looked at once more for its held conversion: *redo; and which that
 * is, 0 when it is no longer held, or a later event revised it.
 */
bool hold_find(struct db *db, struct arena *a, int64_t tenant_id, struct str event_key, bool *redo, int64_t *id,
    struct err *e) CC_MUST_USE;
/*
 * These rules looked at the event: it is not looked at again before others are saved.  When its conversion has that
 * body; empty: whatever it has, for they make none of it.
 */
bool hold_looked(struct db *db, int64_t tenant_id, struct str event_key, int64_t rules, struct str body_hash,
    struct err *e) CC_MUST_USE;
struct held {
	int64_t conversion_id;
	struct str event_key;
	int64_t rules; /* the configuration's revision that makes it anew: the present one, see config_pin() */
};
/*
 * The held conversion becomes c, as the present rules make it.  When the same was sent by another one meanwhile, it is
 * given up ("superseded").  Inside decide's transaction.
 */
bool hold_rebuild(struct db *db, struct arena *a, int64_t tenant_id, const struct held *x, const struct conversion *c,
    struct err *e) CC_MUST_USE;

extern const struct sql hold_sql[];
extern const size_t hold_sql_n;

#endif
