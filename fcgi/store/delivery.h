/* delivery.h - the one queue row of every outgoing effect: what is due, and when to look again. */
#ifndef STORE_DELIVERY_H
#define STORE_DELIVERY_H

#include "core/state.h"
#include "io/db.h"
#include "store/lease.h"

enum delivery_stage {
	DELIVERY_SEND,
	DELIVERY_FOLLOW,
	DELIVERY_RECONCILE
};

/* A due row with what the flows need of its conversion. */
struct delivery {
	int64_t conversion_id;
	enum delivery_stage stage;
	int64_t looks, tries;
	enum state state;
	struct str program_id, event_type, order_id, object_type, trigger_id, batch_id, action_id;
	int64_t event_type_id, event_date_ms, attempts, unanswered;
	int64_t since_accepted_ms; /* by the database's clock; 0 when not accepted */
	int64_t since_sending_ms;  /* since the last attempt, likewise */
	struct str body;           /* of due_send only: what goes out */
	int64_t sending_ms;        /* of the last attempt */
	bool elsewhere;            /* the last attempt went to an account that is not the present one */
	bool order_id_shared;      /* another event type of the program has a conversion with this OrderId */
};

/* Of the i-th of a list: what a lease writes down of it (store/lease.h). */
struct str delivery_name(struct arena *a, const void *list, size_t i);
/* Due rows of the send stage, at most `max`, whose lane is free (design 6, Order), the longest due first. */
bool delivery_due_send(struct db *db, struct arena *a, int64_t tenant_id, int64_t order_wait_s, int64_t max,
    struct delivery **out, size_t *n, struct err *e) CC_MUST_USE;
/* Due rows to follow or reconcile, at most `max`. */
bool delivery_due_follow(struct db *db, struct arena *a, int64_t tenant_id, int64_t max, struct delivery **out,
    size_t *n, struct err *e) CC_MUST_USE;
/* Ms until the next row of the lease's stages is due (0: now), -1 when there is none. */
bool delivery_next_ms(struct db *db, struct arena *a, int64_t tenant_id, enum lease_stage stage, int64_t *ms,
    struct err *e) CC_MUST_USE;
/* Not yet: look again later.  Counts looks up. */
bool delivery_later(struct db *db, int64_t tenant_id, int64_t conversion_id, int64_t due_in_ms,
    struct err *e) CC_MUST_USE;

/* How many conversions wait to be sent (parked and held ones do not); no more than that many are counted. */
#define DELIVERY_WAITING_MAX 1000000
bool delivery_waiting(struct db *db, struct arena *a, int64_t tenant_id, int64_t *n, struct err *e) CC_MUST_USE;

extern const struct sql delivery_sql[];
extern const size_t delivery_sql_n;

#endif
