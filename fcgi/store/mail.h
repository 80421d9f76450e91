/*
 * mail.h - e-mails that are to be sent: which, since when, how often tried.  What stands in one is made when it is sent
 * (task/mail.h), so that no link is stored.
 */
#ifndef STORE_MAIL_H
#define STORE_MAIL_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

#define MAIL_BATCH 8

enum mail_kind {
	MAIL_INVITATION, /* subject_id: of store/invitation.h */
	MAIL_SIGN_IN,    /* subject_id: of store/sign_in.h; tenant 0 */
	MAIL_ALARM,      /* subject_id: of store/alarm.h; to person_id */
	MAIL_RECOVERY,   /* the same */
	MAIL__COUNT
};

struct mail {
	int64_t tenant_id, mail_id, subject_id, person_id, tries;
	int64_t age_s; /* since it was queued */
	enum mail_kind kind;
};

/* Inside a transaction: to be sent now, anew when it was there already.  Wakes the worker. */
bool mail_queue(struct db *db, int64_t tenant_id, enum mail_kind kind, int64_t subject_id, struct err *e) CC_MUST_USE;
/* Inside a transaction: not to be sent any more; one that is on its way arrives. */
bool mail_cancel(struct db *db, int64_t tenant_id, enum mail_kind kind, int64_t subject_id, struct err *e) CC_MUST_USE;

/* Inside a transaction: one to each owner of the account. */
bool mail_queue_alarm(struct db *db, int64_t tenant_id, int64_t alarm_id, struct err *e) CC_MUST_USE;
/* Inside a transaction: one to each who got the alarm; what has not left of it does not any more. */
bool mail_queue_recovery(struct db *db, int64_t tenant_id, int64_t alarm_id, struct err *e) CC_MUST_USE;
/* There is nobody to send it to any more. */
bool mail_drop(struct db *db, const struct mail *m, struct err *e) CC_MUST_USE;

/* What is due, at most MAIL_BATCH. */
bool mail_due(struct db *db, struct arena *a, struct mail **out, size_t *n, struct err *e) CC_MUST_USE;
/* Counts a try and keeps others away for hold_s.  ERR_CONFLICT: somebody else has it. */
bool mail_claim(struct db *db, struct mail *m, int64_t hold_s, struct err *e) CC_MUST_USE;
bool mail_sent(struct db *db, const struct mail *m, struct err *e) CC_MUST_USE;
/* Tried again in wait_ms; negative: given up.  The problem is shown. */
bool mail_failed(struct db *db, const struct mail *m, struct str problem, int64_t wait_ms, struct err *e) CC_MUST_USE;
/* When the next one is due, in ms from now; -1: none waits. */
bool mail_next(struct db *db, struct arena *a, int64_t *in_ms, struct err *e) CC_MUST_USE;
/* Housekeeping: what ended a month ago. */
bool mail_sweep(struct db *db, struct err *e) CC_MUST_USE;

extern const struct sql mail_sql[];
extern const size_t mail_sql_n;

#endif
