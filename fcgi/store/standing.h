/*
 * standing.h - what the ledger knows that concerns a conversion which is not made yet.  Reads only: for previews.
 */
#ifndef STORE_STANDING_H
#define STORE_STANDING_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

/* An event type by the code or id that a mapping gives it. */
struct standing_type {
	int64_t event_type_id; /* 0: none was ever used */
	bool proved;          /* impact.com credited a conversion of it */
	struct str held_code; /* why impact.com refuses it, or empty */
};
bool standing_type(struct db *db, struct arena *a, int64_t tenant_id, struct str program_id, bool by_code,
    struct str value, struct standing_type *out, struct err *e) CC_MUST_USE;

/* Whether a conversion of that lane (core/effect.h), of another event type, went out and was not refused. */
bool standing_parent(struct db *db, struct arena *a, int64_t tenant_id, struct str lane, int64_t event_type_id,
    bool *out, struct err *e) CC_MUST_USE;

struct standing_conversion {
	int64_t decision_id; /* that made it; 0: none is kept */
	struct str state, code, order_id, object_type, object_id, body_hash;
	int64_t created_ms;
};
bool standing_conversion(struct db *db, struct arena *a, int64_t tenant_id, int64_t id, struct standing_conversion *out,
    struct err *e) CC_MUST_USE;

extern const struct sql standing_sql[];
extern const size_t standing_sql_n;

#endif
