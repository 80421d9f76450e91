/*
 * again.h - refused conversions that a person wants sent again, with the rules and records of now (design 4: "mapping
 * fixed: next revision").
 *
 *   asked: the event is due for decide once more, and the row in `asked` says for which conversion and who wants it
 *   decide builds it anew and, in its own transaction,
 *     makes it the next revision, READY          the verdict and the fields of the one before are kept in `history`
 *                                                (PARKED while its event type is held, of which then one is tried)
 *     leaves it as it is, and says why           the same would be sent ("unchanged"); today's rules do not want it, or
 *                                                another conversion has the effect ("not_again")
 *   data missing: it waits as every event does
 *
 * The same body goes out again only when what was wrong is mended elsewhere: a contract, or the set-up at impact.com.
 */
#ifndef STORE_AGAIN_H
#define STORE_AGAIN_H

#include "store/activity.h"
#include "store/conversion.h"

/* At most so many of each kind in one transaction. */
#define AGAIN_MAX 1000

/* All of a cause, and who wants them again. */
struct again_choice {
	int64_t tenant_id;
	struct activity_filter filter; /* its code, object and period */
	struct str author, note;
};

/* How far all of a cause were asked for; zeroes: not begun. */
struct again_walk {
	int64_t conversion, decision;           /* these ids and those before are done */
	int64_t last_conversion, last_decision; /* what came later is not of the choice */
	bool ended;
};

/* What became of those that were walked over. */
struct again_counts {
	int64_t asked;
	int64_t asked_before; /* decide has not looked at them yet */
	int64_t not_kept;     /* what HubSpot reported is no longer kept whole */
};

struct again {
	int64_t conversion_id; /* 0: nothing was asked */
};

/*
 * One line, whose conversion is REJECTED, inside the caller's transaction.  ERR_CONFLICT: it moved since the person saw
 * it, or somebody asked for it already.
 */
bool again_ask(struct db *db, int64_t tenant_id, const struct activity_detail *line, int64_t version, struct str author,
    struct str note, struct err *e) CC_MUST_USE;
/*
 * The next of all REJECTED conversions and SKIPPED events with that code, as far as the filter's object and period
 * leave them: of each kind at most the filter's limit (0: AGAIN_MAX), the oldest first, from where *walk stands, and
 * moves it.  By ids, each at most once, so that what decide leaves as it is does not come again.  ERR_INVALID: a code
 * of which that may not be.  Inside the caller's transaction.
 */
bool again_ask_all(struct db *db, struct arena *a, const struct again_choice *choice, struct again_walk *walk,
    struct again_counts *out, struct err *e) CC_MUST_USE;
/* How many decide has not looked at yet. */
bool again_left(struct db *db, struct arena *a, int64_t tenant_id, int64_t *n, struct err *e) CC_MUST_USE;

/* Of the event in hand.  The next three inside decide's transaction. */
bool again_find(struct db *db, struct arena *a, int64_t tenant_id, struct str event_key, struct again *out,
    struct err *e) CC_MUST_USE;
/* What the present rules make of it.  Also when it is not REJECTED any more: then it only is no longer asked for. */
bool again_take(struct db *db, struct arena *a, int64_t tenant_id, const struct again *x, const struct conversion *c,
    struct err *e) CC_MUST_USE;
/* They make none of it, for that reason. */
bool again_refuse(struct db *db, int64_t tenant_id, const struct again *x, struct str code, struct err *e) CC_MUST_USE;
/*
 * Whether all with that code may be asked for at once.  Not what impact.com counted already: under the OrderId of an
 * edited mapping it would be paid twice, so a person looks at each.
 */
bool again_all_may(struct str code);
/* Whether a conversion refused with that code may go out again with the same body. */
bool again_same_helps(struct str code);

extern const struct sql again_sql[];
extern const size_t again_sql_n;

#endif
