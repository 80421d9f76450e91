/*
 * history.h - what of a conversion is written over by its next revision, and what a person did with it: with who, when
 * and why.  Rows are added in the transaction of the change and never change; a timeline shows them.
 */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include "io/db.h"

struct history {
	const char *kind; /* the ENUM in sql/ */
	int64_t decision_id, conversion_id; /* 0: not about one */
	int64_t revision;
	struct str code, message, batch_id, fields; /* of "refused": what that revision was told, and what it sent */
	struct str author, note;
	/* read back */
	int64_t at_ms;
	struct str name; /* of the kind */
};

bool history_add(struct db *db, int64_t tenant_id, const struct history *h, struct err *e) CC_MUST_USE;
/*
 * The verdict of a REJECTED conversion and what it was about, before anything is written over it.  Of each revision
 * once, the first time: later its fields may be what will be sent next.
 */
bool history_refused(struct db *db, int64_t tenant_id, int64_t conversion_id, struct err *e) CC_MUST_USE;
/* The same of all conversions c that the condition behind it names. */
#define HISTORY_KEEP_REFUSED                                                                                           \
	"INSERT INTO history (tenant_id, conversion_id, at, kind, revision, code, message, batch_id, fields) SELECT "  \
	"c.tenant_id, c.conversion_id, COALESCE(c.ended_at, UTC_TIMESTAMP(3)), 'refused', c.revision, c.code, "        \
	"c.message, c.batch_id, c.fields FROM conversion c WHERE c.state = 'REJECTED' AND NOT EXISTS (SELECT 1 FROM "  \
	"history h WHERE h.tenant_id = c.tenant_id AND h.conversion_id = c.conversion_id AND h.kind = 'refused' AND "  \
	"h.revision = c.revision) AND "
/* In the order it happened. */
bool history_list(struct db *db, struct arena *a, int64_t tenant_id, int64_t decision_id, int64_t conversion_id,
    struct history **out, size_t *n, struct err *e) CC_MUST_USE;

extern const struct sql history_sql[];
extern const size_t history_sql_n;

#endif
