/*
 * credentials.h - are Account SID, Auth Token and Program ID right?  Asks impact.com (impact.md 7) and saves
 * them when they are: the token sealed, SID and program as the next revision of the configuration.
 *
 * The Conversions scope cannot be asked for without sending one: it is proved by the first send.
 */
#ifndef TASK_CREDENTIALS_H
#define TASK_CREDENTIALS_H

#include "base/json.h"
#include "flow/step.h"
#include "remote/impact.h"
#include "store/person.h"
#include "task/impact_probe.h"

struct credentials {
	struct step step; /* first */
	/* what was entered; an empty token keeps the stored one */
	struct impact_account account;
	struct str program_id;
	struct person by;
	/* on the way */
	struct impact_company_info company;
	struct impact_program program;
	struct json *programs; /* [{"id","name","state"}] */
	int64_t pages, next_page;
	enum {
		CREDENTIALS_UNKNOWN,
		CREDENTIALS_OK,
		CREDENTIALS_NO_SCOPE,
		CREDENTIALS_WRONG
	} company_state, program_state;
	enum impact_may actions, submissions;
	bool token_entered;
	bool check_only; /* set by the caller: nothing is saved although all is right */
	/* the result */
	bool saved;
	int64_t revision;
	struct json *checks; /* [{"id","state","sentence","advice"}] */
	struct json *fields; /* {"auth_token": "..."}: what is wrong, in words; empty when saved */
};

/* A failed step: impact.com gave no answer to judge by, or the database was away. */
struct credentials *credentials_new(struct arena *a, const struct parts *parts, const struct person *by,
    struct str account_sid, struct str auth_token, struct str program_id);

#endif
