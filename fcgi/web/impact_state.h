/* impact_state.h - how a tenant stands with impact.com: for Settings and Overview. */
#ifndef WEB_IMPACT_STATE_H
#define WEB_IMPACT_STATE_H

#include "core/config_document.h"
#include "store/alarm.h"
#include "store/credential.h"
#include "web/reply.h"
#include "web/request.h"

struct impact_state {
	struct config_document document; /* of the current revision */
	struct credential_facts token;
	const struct json *check; /* the last good check (task/credentials.h), or NULL */
	bool proved;              /* a conversion was accepted */
	struct alarm *alarms; /* those that stand, of both sides */
	size_t n_alarms;
	struct str refused;       /* why conversions are parked: a code of core/verdict.h, or empty */
};

bool impact_state_load(const struct web_request *rq, struct impact_state *out, struct err *e) CC_MUST_USE;
/* "not_set", "connected", "failed" */
const char *impact_state_name(const struct impact_state *s);
/* The checks of the last good check, the Conversions scope as it is known now; NULL when there was none. */
struct json *impact_state_checks(struct arena *a, const struct impact_state *s);

/*
 * Another account or program while conversions are not finished: *open is not NULL when a person has to decide with
 * the numbers, and "confirm" of the body does not say so yet.  Then the answer is impact_state_ask()'s: false with 409.
 */
bool impact_state_move(const struct web_request *rq, struct str account_sid, struct str program_id, struct json **open,
    struct err *e) CC_MUST_USE;
bool impact_state_ask(struct web_reply *rp, struct arena *a, struct json *open, struct err *e) CC_MUST_USE;

#endif
