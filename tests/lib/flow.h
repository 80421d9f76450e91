/*
 * flow.h - runs the steps of the delivery engine by hand: split, decide, send, follow, against the database, with
 * crm.h as HubSpot and a script as impact.com.
 *
 * flow_fresh() makes a tenant that is connected, has credentials, and the Deals preset with one live trigger "t1":
 * dealstage becomes closedwon (lib/deal.h).  Each run claims the lease as the worker does and gives it back.
 */
#ifndef TESTS_LIB_FLOW_H
#define TESTS_LIB_FLOW_H

#include "lib/answer.h"
#include "lib/crm.h"
#include "lib/ledger.h"
#include "store/budget.h"

#define FLOW_LOG_MAX 200

extern struct flow {
	/* what the last run asked for, in order */
	struct http_request log[FLOW_LOG_MAX];
	size_t n;
	int64_t again_in_ms;
 /* what it gave its lease back with */
	int pauses;          /* of the last round, for want of budget */
	bool gated;          /* answers count for the circuit breaker, as in the worker */
	bool hubspot_fails;  /* HubSpot answers every request with `failure` */
	struct http_answer failure;
	struct http_answer (*hubspot)(const struct http_request *q); /* answers in place of crm.h, when set */
	struct http_answer (*impact)(const struct http_request *q);  /* answers in place of the script, when set */
	size_t first_turn, most_at_once; /* requests of the last round's first turn, and of its biggest */
	int64_t revision; /* of the configuration */
} flow;

/* Before each test. */
int flow_fresh(void **state);
/* Another configuration document: lib/deal.h's with these words of it replaced ("" for none). */
void flow_configure(const char *what, const char *by);

/* The same to the document that stands. */
void flow_also(const char *what, const char *by);

/* A webhook batch as the receiver puts it there: elements without their common members. */
void flow_webhook(const char *elements);
/* The property of a deal changed to that value just now. */
void flow_deal_changed(const char *id, const char *property, const char *value);
/* So many deals, each of a contact of its own, in the CRM, and their stages' webhooks. */
void flow_many_deals_won(int n);
/* Deal 301 of contact 77 (click id Q-77) with two line items, in the CRM. */
void flow_deal_in_crm(void);

/* impact.com's next answer; a request without one fails the test. */
void flow_say(int status, const char *body);
void flow_say_answer(struct http_answer answer);
/* Answers that were not asked for are forgotten. */
void flow_forget(void);

/* So many calls were made just now, whatever the limit is. */
void flow_calls_made(enum budget_destination to, int64_t calls);

/* Has the step write what request i was answered, as the worker does. */
void flow_keep(struct step *s, size_t i);
/* A step as the worker makes it; the test calls it by hand. */
struct step *flow_step(enum lease_stage stage, const struct lease *l);
/* Any step to its end; false with store.e. */
bool flow_run(struct step *s);
/* Under a lease that was claimed, to its end, and gives it back; false with store.e. */
bool flow_work(struct lease *l);
/* Each runs its shards with something to do once; false with store.e. */
bool flow_try(enum lease_stage stage, int64_t shard);
void flow_split(void);
void flow_decide(void);
void flow_send(void);
void flow_follow(void);
/* split and decide: the decision's outcome of the deal, "" when there is none. */
void flow_decided(void);

/* The one conversion of the tenant; its state. */
int64_t flow_conversion(void);
/* Of the tenant's one decision. */
struct str flow_decision(const char *column);

#endif
