/*
 * audit.h - who changed what, and what was there before: one row a change, written in the transaction of the
 * change itself, so that none of the two is there without the other.
 *
 *	if (!transaction_begin(db, e))
 *		return false;
 *	before = json_object(a); json_set_bool(before, "on", true); ...
 *	ok = sending_set(db, ...) && audit_add(db, a, &rq->session.person,
 *	    &(struct audit){ .action = "sending.switched", .before = before, .after = after }, e);
 *	return transaction_end(db, ok, "switching", e);
 *
 * Never a secret.  Names of actions are "thing.done"; nginx/site/text/audit.js has the sentence for each (a test
 * holds its list against the names in the sources).
 * Log-ins are not recorded.
 */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "base/err.h"
#include "base/json.h"
#include "io/db.h"
#include "store/person.h"

/* Of before and after, each as JSON text; a longer one is replaced by {"too_long":true}. */
#define AUDIT_JSON_MAX    4096
#define AUDIT_SUBJECT_MAX 255

struct audit {
	const char *action;
	struct str subject;               /* what was changed: an address, an object type; may be empty */
	const struct json *before, *after; /* objects, or NULL: there was nothing, there is nothing */
};

/* A row as it is shown.  person_id 0: no person, the connector or HubSpot did it. */
struct audit_row {
	int64_t audit_id, at_ms, person_id;
	struct str email, action, subject, before, after; /* the last two: JSON text or empty */
};

struct audit_filter {
	int64_t before_id;         /* rows below this one; 0: from the newest */
	struct str email, action;  /* empty: all; of action its beginning: "person." */
	int64_t from_ms, until_ms; /* 0: no bound; until is exclusive */
	int64_t limit;
};

/*
 * Records a change that `by` makes; by->tenant_id says where.  by->person_id 0 with an empty e-mail: the connector
 * itself.  Must be called inside a transaction.
 */
bool audit_add(struct db *db, struct arena *a, const struct person *by, const struct audit *what,
    struct err *e) CC_MUST_USE;
/* The newest first. */
bool audit_list(struct db *db, struct arena *a, int64_t tenant_id, const struct audit_filter *f, struct audit_row **out,
    size_t *n, struct err *e) CC_MUST_USE;

extern const struct sql audit_sql[];
extern const size_t audit_sql_n;

#endif
