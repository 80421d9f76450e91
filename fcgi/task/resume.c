/* resume.c - see resume.h. */
#include "task/resume.h"

#include "base/arena.h"
#include "base/log.h"
#include "flow/gate.h"
#include "store/budget.h"
#include "store/conversion.h"
#include "store/hold.h"
#include "store/lease.h"
#include "store/pending.h"

static void
unpark(struct db *db, int64_t tenant_id, const char *const *codes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct err e = { .code = ERR_NONE };
		int64_t count;

		if (!conversion_unpark(db, tenant_id, str_from(codes[i]), &count, &e))
			log_event(LOG_WARN, "resume.failed", LOG_C("code", codes[i]), LOG_C("problem", e.text));
		else if (count > 0)
			log_event(LOG_INFO, "resume.unparked", LOG_C("code", codes[i]), LOG_I("conversions", count));
	}
}

/* Something was mended, perhaps what an event type was refused for.  What is made anew by saved rules is tried then. */
static void
probe(struct db *db, int64_t tenant_id)
{
	struct arena *a = arena_new(1024UL * 1024);
	struct err e = { .code = ERR_NONE };
	int64_t n;

	if (!hold_probe(db, a, tenant_id, &n, &e))
		log_event(LOG_WARN, "resume.failed", LOG_C("problem", e.text));
	else if (n > 0)
		log_event(LOG_INFO, "resume.probed", LOG_I("event_types", n));
	arena_free(a);
}

static void
wake(struct db *db, int64_t tenant_id, enum lease_stage stage, int64_t shards)
{
	for (int64_t i = 0; i < shards; i++) {
		struct err e = { .code = ERR_NONE };

		if (!lease_wake(db, tenant_id, stage, i, 0, &e))
			log_event(LOG_WARN, "resume.failed", LOG_C("stage", lease_stage_name(stage)),
			    LOG_C("problem", e.text));
	}
}

void
resume_hubspot(struct db *db, int64_t tenant_id)
{
	static const char *const codes[] = { "disconnected", "tenant_paused" };
	struct err e = { .code = ERR_NONE };

	/* A scope that was missing may be there now. */
	if (!pending_wake_all(db, tenant_id, &e))
		log_event(LOG_WARN, "resume.failed", LOG_C("problem", e.text));
	gate_lift(db, tenant_id, BREAKER_HUBSPOT, BREAKER_HUBSPOT);
	unpark(db, tenant_id, codes, sizeof(codes) / sizeof(codes[0]));
	wake(db, tenant_id, LEASE_DECIDE, LEASE_DECIDE_SHARDS);
	wake(db, tenant_id, LEASE_FOLLOW, 1);
	wake(db, tenant_id, LEASE_UPDATE, 1);
	wake(db, tenant_id, LEASE_SCAN, 1);
}

void
resume_impact(struct db *db, int64_t tenant_id)
{
	static const char *const codes[] = { "credentials_refused", "scope_missing", "disconnected" };
	struct err e = { .code = ERR_NONE };

	/* The refusal of the old ones holds all calls back. */
	if (!budget_block(db, tenant_id, BUDGET_IMPACT, 0, &e))
		log_event(LOG_WARN, "resume.failed", LOG_C("problem", e.text));
	gate_lift(db, tenant_id, BREAKER_IMPACT, BREAKER_IMPACT_ACTIONS);
	unpark(db, tenant_id, codes, sizeof(codes) / sizeof(codes[0]));
	probe(db, tenant_id);
	wake(db, tenant_id, LEASE_DECIDE, LEASE_DECIDE_SHARDS);
	wake(db, tenant_id, LEASE_FOLLOW, 1);
}

void
resume_rules(struct db *db, int64_t tenant_id)
{
	static const char *const codes[] = { "no_consent", "trigger_off" };

	unpark(db, tenant_id, codes, sizeof(codes) / sizeof(codes[0]));
	probe(db, tenant_id);
}
