/*
 * hold.h - event types that impact.com refuses because something is set up wrong (design 6).
 *
 *   refused (core/verdict.h: verdict_holds_event_type)   the event type is held; what was to be sent of it is PARKED
 *   while it is held                                     new conversions of it are PARKED from the start
 *   after a fix, and hourly                              the oldest of them is sent once more: the probe
 *   the probe is not refused so                          all are sent, in the order they happened
 *
 * The refused conversions are part of it: their next revision has the same body.
 */
#ifndef STORE_HOLD_H
#define STORE_HOLD_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

/* The code of what is PARKED for it. */
#define HOLD_CODE "event_type_held"

/*
 * The conversion was refused with that code: its event type is held from now on.  Before the verdict itself is
 * written, so that a crash between the two leaves it held.
 */
bool hold_begin(struct db *db, int64_t tenant_id, int64_t event_type_id, int64_t conversion_id, struct str code,
    struct err *e) CC_MUST_USE;
/* The tenant's held event types. */
bool hold_list(struct db *db, struct arena *a, int64_t tenant_id, int64_t **event_type_ids, size_t *n,
    struct err *e) CC_MUST_USE;
/* Whether it is held, and stays so until the caller's transaction ends. */
bool hold_keeps(struct db *db, struct arena *a, int64_t tenant_id, int64_t event_type_id, bool *out,
    struct err *e) CC_MUST_USE;
/* Sends one conversion of each held event type that has none on its way.  *n counts them. */
bool hold_probe(struct db *db, struct arena *a, int64_t tenant_id, int64_t *n, struct err *e) CC_MUST_USE;
/*
 * The conversion was not refused for its event type: when it was sent after the hold, the hold ends and all that
 * waited is due.  *n counts them.
 */
bool hold_end(struct db *db, int64_t tenant_id, int64_t event_type_id, int64_t conversion_id, int64_t *n,
    struct err *e) CC_MUST_USE;

extern const struct sql hold_sql[];
extern const size_t hold_sql_n;

#endif
