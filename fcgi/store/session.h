/*
 * session.h - a browser's sessions and the log-ins that are under way.
 *
 * The database knows only SHA-256 of what the browser holds.  All limits are by the database's clock.
 */
#ifndef STORE_SESSION_H
#define STORE_SESSION_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"
#include "store/person.h"

/* What a browser sends: 32 random bytes as base64url. */
#define SESSION_ID_LENGTH 43

/*
 * What was proved when the session began.  It decides to which other accounts the session may go: the same HubSpot
 * user's, or those of an address that a link was mailed to.  An invitation may have been handed over by any way, so it
 * proves nothing but itself.
 */
enum session_proof {
	SESSION_HUBSPOT,
	SESSION_EMAIL,
	SESSION_INVITATION
};

struct session {
	struct person person; /* names the tenant */
	struct str csrf_token;
	enum session_proof proof;
};

struct session_limits {
	int64_t idle_s, absolute_s;
};

/* A new session; *cookie is told to the browser and to nobody else. */
bool session_open(struct db *db, struct arena *a, const struct person *who, enum session_proof proof,
    struct str *cookie, struct err *e) CC_MUST_USE;
/*
 * The same human in another account: a new session (F-002) with the proof and the age of the old one, which ends.
 * ERR_NOT_FOUND: it has ended already.
 */
bool session_move(struct db *db, struct arena *a, struct str from, const struct person *to, struct str *cookie,
    struct err *e) CC_MUST_USE;
/* ERR_NOT_FOUND: unknown, ended, idle too long or too old.  A session in use stays alive until its absolute end. */
bool session_find(struct db *db, struct arena *a, struct str cookie, const struct session_limits *limits,
    struct session *out, struct err *e) CC_MUST_USE;
/* Ended at once, on all machines.  An unknown one is no failure. */
bool session_close(struct db *db, struct arena *a, struct str cookie, struct err *e) CC_MUST_USE;

/*
 * A log-in begins: `state` goes to HubSpot and comes back, `browser` is the pre-login cookie, portal_id the account
 * that is meant, 0 for any.
 */
bool session_login_begin(struct db *db, struct arena *a, struct str state, struct str browser, int64_t portal_id,
    struct err *e) CC_MUST_USE;
/*
 * The log-in came back, once: ERR_NOT_FOUND for a state that is unknown, used before, too old, or of another
 * browser.
 */
bool session_login_take(struct db *db, struct arena *a, struct str state, struct str browser, int64_t limit_s,
    int64_t *portal_id, struct err *e) CC_MUST_USE;

/* Housekeeping: what no limit would let in any more. */
bool session_sweep(struct db *db, const struct session_limits *limits, int64_t login_s, struct err *e) CC_MUST_USE;

extern const struct sql session_sql[];
extern const size_t session_sql_n;

#endif
