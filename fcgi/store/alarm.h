/*
 * alarm.h - what a person has to mend at a connection (T-39): one row of a kind from when it was found until it is
 * over.
 *
 *   raised    the pages say so, and one e-mail goes to each owner; found again it only brings its detail up to date
 *   ended     nothing says so any more; who got the e-mail gets another that it works again
 *
 * Without a mail relay the e-mails wait, and are dropped when the alarm ends.  What breaks again within an hour sends
 * none.
 */
#ifndef STORE_ALARM_H
#define STORE_ALARM_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

enum alarm_kind {
	ALARM_HUBSPOT_ENDED,  /* detail: a name of enum install_trouble */
	ALARM_HUBSPOT_SCOPES, /* detail: the scopes that are no longer granted, separated by blanks */
	ALARM_IMPACT_REFUSED, /* the Account SID and Auth Token are no longer accepted */
	ALARM_IMPACT_SCOPES,  /* detail: what the token may no longer read, one of these or both */
	ALARM__COUNT
};
#define ALARM_ACTIONS     "Actions"
#define ALARM_SUBMISSIONS "API submissions"

struct alarm {
	int64_t alarm_id, raised_ms, ended_ms; /* ended 0: it stands */
	enum alarm_kind kind;
	struct str detail;
};

/* "hubspot_ended", ...: as in SQL and JSON. */
const char *alarm_kind_name(enum alarm_kind kind);

/* Inside a transaction. */
bool alarm_raise(struct db *db, struct arena *a, int64_t tenant_id, enum alarm_kind kind, struct str detail,
    struct err *e) CC_MUST_USE;
/* Inside a transaction.  *stood (or NULL) says whether there was one. */
bool alarm_end(struct db *db, struct arena *a, int64_t tenant_id, enum alarm_kind kind, bool *stood,
    struct err *e) CC_MUST_USE;
/* Those that stand. */
bool alarm_list(struct db *db, struct arena *a, int64_t tenant_id, struct alarm **out, size_t *n,
    struct err *e) CC_MUST_USE;
/* Also one that has ended. */
bool alarm_load(struct db *db, struct arena *a, int64_t tenant_id, int64_t alarm_id, struct alarm *out,
    struct err *e) CC_MUST_USE;
/* Housekeeping: what ended three months ago. */
bool alarm_sweep(struct db *db, struct err *e) CC_MUST_USE;

extern const struct sql alarm_sql[];
extern const size_t alarm_sql_n;

#endif
