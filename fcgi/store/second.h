/*
 * second.h - conversions that a person let out beside another one (B-25): with an OrderId the person chose ("second"),
 * or of what the guard held back ("released", "dropped" and sent after all).
 *
 * Such a conversion keeps its OrderId, whatever the mapping makes of it now: built anew under that of the record's
 * first conversion it would be given up as sent already.  Nor does the guard look at it again, for the person decided
 * that.  Its own effect is claimed as ever, so nothing is sent twice.
 */
#ifndef STORE_SECOND_H
#define STORE_SECOND_H

#include "store/conversion.h"

struct second {
	bool is; /* false: an ordinary conversion, or none */
	struct str order_id, order_expression;
};

/* Of the conversion that was decided of that event. */
bool second_find(struct db *db, struct arena *a, int64_t tenant_id, struct str event_key, struct second *out,
    struct err *e) CC_MUST_USE;
/* What the present rules make of it is under its own OrderId, before its effect is named. */
bool second_keep(struct arena *a, const struct second *x, struct conversion *c, struct err *e) CC_MUST_USE;

/* A form-encoded body, and a list of fields (JSON), with that OrderId instead. */
bool second_body(struct arena *a, struct str body, struct str order_id, struct str *out, struct err *e) CC_MUST_USE;
struct str second_fields(struct arena *a, struct str fields, struct str order_id);

extern const struct sql second_sql[];
extern const size_t second_sql_n;

#endif
