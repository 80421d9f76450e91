/*
 * person.h - who may use a tenant's pages (C-22): the first HubSpot log-in of an account makes its owner, a
 * later one by another person joins as editor.  A person's role never changes by logging in again.
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
	int64_t tenant_id, person_id, hub_user_id;
	struct str email;
	enum person_role role;
};

/* "owner", "editor", "viewer" as in SQL and JSON. */
const char *person_role_name(enum person_role role);
/* An unknown name gives the weakest role. */
enum person_role person_role_parse(struct str name);

/* Finds or makes the person; of two first log-ins at once exactly one becomes owner. */
bool person_join(struct db *db, struct arena *a, int64_t tenant_id, int64_t hub_user_id, struct str email,
    struct person *out, struct err *e) CC_MUST_USE;

extern const struct sql person_sql[];
extern const size_t person_sql_n;

#endif
