/*
 * person.h - who may use a tenant's pages (C-22).
 *
 * The first HubSpot log-in of an account makes its owner; a later one by another person joins as editor, or with the
 * role of an open invitation for that address.  A person's role never changes by logging in again.  Whom an owner has
 * removed stays known, so that a HubSpot log-in does not bring the person back: only an invitation does.  Who leaves is
 * forgotten.  An account always has an owner.  Addresses are in lower case (core/email.h).
 */
#ifndef STORE_PERSON_H
#define STORE_PERSON_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

enum person_role {
	PERSON_OWNER,
	PERSON_EDITOR,
	PERSON_VIEWER
};

struct person {
	int64_t tenant_id, person_id, hub_user_id; /* 0: signs in by e-mail alone */
	struct str email;
	enum person_role role;
};

/* A row of the Team page. */
struct person_row {
	struct person person;
	int64_t joined_ms, seen_ms, removed_ms; /* seen: the last log-in; 0: never, not */
};

/* One account that somebody may go to. */
struct person_account {
	struct person person;
	int64_t portal_id;
	struct str name, state; /* the account's domain in HubSpot; tenant_state_name() */
};

/* "owner", "editor", "viewer" as in SQL and JSON. */
const char *person_role_name(enum person_role role);
/* An unknown name gives the weakest role. */
enum person_role person_role_parse(struct str name);

/*
 * A HubSpot log-in: finds or makes the person; of two first log-ins at once exactly one becomes owner.  ERR_DENIED: an
 * owner removed this person.
 */
bool person_join(struct db *db, struct arena *a, int64_t tenant_id, int64_t hub_user_id, struct str email,
    struct person *out, struct err *e) CC_MUST_USE;
/*
 * Inside a transaction that holds person_lock(): the member or removed person with that address gets the role, or a
 * new one joins.  Who joined is recorded (store/audit.h).
 */
bool person_let_in(struct db *db, struct arena *a, int64_t tenant_id, struct str email, enum person_role role,
    struct person *out, struct err *e) CC_MUST_USE;
/* Inside a transaction: changes of who belongs to an account go one after the other.  ERR_NOT_FOUND: no such tenant. */
bool person_lock(struct db *db, int64_t tenant_id, struct err *e) CC_MUST_USE;

/* The same, and `by` is an owner at this moment, or ERR_DENIED. */
bool person_lock_as_owner(struct db *db, struct arena *a, const struct person *by, struct err *e) CC_MUST_USE;
/* Whether a member has that address. */
bool person_is_member(struct db *db, struct arena *a, int64_t tenant_id, struct str email, bool *out,
    struct err *e) CC_MUST_USE;

/* All, the removed too, at most 500. */
bool person_list(struct db *db, struct arena *a, int64_t tenant_id, struct person_row **out, size_t *n,
    struct err *e) CC_MUST_USE;
/*
 * By an owner.  ERR_NOT_FOUND: no such member; ERR_EXISTS: it would leave the account without an owner; ERR_DENIED:
 * `by` has meanwhile stopped being one.
 */
bool person_change_role(struct db *db, struct arena *a, const struct person *by, int64_t person_id,
    enum person_role role, struct err *e) CC_MUST_USE;
/* As above; the sessions end in the same moment. */
bool person_remove(struct db *db, struct arena *a, const struct person *by, int64_t person_id,
    struct err *e) CC_MUST_USE;
/* Oneself.  ERR_EXISTS: the last owner stays. */
bool person_leave(struct db *db, struct arena *a, const struct person *who, struct err *e) CC_MUST_USE;

/*
 * The accounts of one human, the one used last first, at most 100: by HubSpot's user id, which is the same over
 * accounts, or by an address.  Ask only with what was proved: an address that was merely typed opens nothing.
 */
bool person_accounts_of_user(struct db *db, struct arena *a, int64_t hub_user_id, struct person_account **out,
    size_t *n, struct err *e) CC_MUST_USE;
bool person_accounts_of_email(struct db *db, struct arena *a, struct str email, struct person_account **out, size_t *n,
    struct err *e) CC_MUST_USE;

extern const struct sql person_sql[];
extern const size_t person_sql_n;

#endif
