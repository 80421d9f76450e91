/* underway.h - what of an object type is on its way while its mapping is changed, for the notice on the page. */
#ifndef STORE_UNDERWAY_H
#define STORE_UNDERWAY_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

/* As many of each are counted, no more: the notice says "10,000 or more". */
#define UNDERWAY_MAX 10000

/*
 * waiting: events that wait for data; they are decided with the rules of then.  ready, parked, unknown: conversions
 * whose body stays as it is.  held_back: those of a held event type (hold.h), which are made anew when rules are saved.
 * rejected: refused ones, whose next event makes their next revision.
 */
struct underway {
	int64_t waiting, ready, parked, held_back, unknown, rejected;
};

/* object_type: "deals". */
bool underway_count(struct db *db, struct arena *a, int64_t tenant_id, struct str object_type, struct underway *out,
    struct err *e) CC_MUST_USE;

extern const struct sql underway_sql[];
extern const size_t underway_sql_n;

#endif
