/* overview.h - what Overview shows, loaded once: the state of both sides, the rules, what happened. */
#ifndef WEB_OVERVIEW_H
#define WEB_OVERVIEW_H

#include "store/activity.h"
#include "store/breaker.h"
#include "store/budget.h"
#include "store/install.h"
#include "store/summary.h"
#include "web/impact_state.h"
#include "web/set_up.h"

struct overview {
	struct tenant tenant;
	struct install install;
	struct impact_state impact; /* with the alarms that stand */
	struct activity_problem *problems;
	size_t n_problems;
	struct summary_event_type *event_types; /* of the present program */
	size_t n_event_types;
	struct summary_calls calls;
	struct breaker_row *breakers; /* far ends that are left alone for now */
	size_t n_breakers;
	int64_t waiting; /* conversions that wait for impact.com's hourly limit; 0: none has to */
	struct budget_outlook outlook;
	int64_t unread; /* changes that wait for HubSpot to be readable again */
	struct set_up set_up;
};

/* overview_attention.c: what needs a person, each with one fix. */
struct json *overview_attention(struct web_request *rq, const struct overview *o);
/* overview_checklist.c: how far the set-up is. */
struct json *overview_checklist(struct arena *a, const struct overview *o);

#endif
