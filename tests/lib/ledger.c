#include "lib/ledger.h"

#include "base/crypto.h"
#include "core/effect.h"
#include "store/transaction.h"

/* 2026-09-10 17:42:38 */
#define WON_MS INT64_C(1789062158000)

void
ledger_complete(struct conversion *c)
{
	struct arena *a = store.arena;

	store_must(conversion_event_type(store.db, a, store.tenant_id, c->program_id, true, c->event_type,
	    &c->event_type_id, &store.e));
	c->effect_key = effect_key(a, store.tenant_id, c->program_id, c->event_type_id, c->order_id);
	c->lane = effect_lane(a, c->customer_id, c->object_type, c->object_id);
	c->body_hash = crypto_sha256(a, c->body);
}

struct conversion
ledger_of(const char *order_id, const char *customer_id, const char *event_type, int64_t occurred_ms)
{
	struct conversion c = { .program_id = STR("1000"),
		.event_type = str_from(event_type),
		.order_id = str_from(order_id),
		.customer_id = str_from(customer_id),
		.object_type = STR("deals"),
		.object_id = str_from(order_id),
		.trigger_id = STR("t1"),
		.trigger_value = STR("closedwon"),
		.order_expression = STR("{deal_[stage]_id}"),
		.fields = STR("[]"),
		.event_date_ms = occurred_ms,
		.occurred_ms = occurred_ms };

	c.body = str_printf(store.arena, "CampaignId=1000&OrderId=%s", order_id);
	ledger_complete(&c);
	return c;
}

struct conversion
ledger_conversion(const char *order_id)
{
	struct conversion c = ledger_of(order_id, "77", "WON", WON_MS);

	c.object_id = STR("301");
	ledger_complete(&c);
	return c;
}

struct conversion_claimed
ledger_claim_on(struct db *db, const struct conversion *c)
{
	struct conversion_claimed x;

	store_must(transaction_begin(db, &store.e));
	store_must(transaction_end(db, conversion_claim(db, store.arena, store.tenant_id, c, &x, &store.e), "claim",
	    &store.e));
	return x;
}

struct conversion_claimed
ledger_claim(const struct conversion *c)
{
	return ledger_claim_on(store.db, c);
}

int64_t
ledger_ready(const char *order_id)
{
	struct conversion c = ledger_conversion(order_id);
	struct conversion_claimed x = ledger_claim(&c);

	assert_int_equal(x.result, CONVERSION_NEW);
	return x.id;
}

int64_t
ledger_in(enum state s, const char *stage)
{
	static unsigned n;
	int64_t id;

	n++;
	struct conversion c = ledger_of(str_c(store.arena, str_printf(store.arena, "order-%u", n)),
	    str_c(store.arena, str_printf(store.arena, "customer-%u", n)), "WON", WON_MS);

	id = ledger_claim(&c).id;
	store_run("UPDATE conversion SET state = '%s', attempts = 1, unanswered = %d WHERE conversion_id = %lld",
	    state_name(s), s == STATE_UNKNOWN ? 1 : 0, (long long)id);
	store_run(
	    "INSERT INTO attempt (tenant_id, kind, effect_id, attempt, started_at) VALUES (%lld, 'conversion', %lld, "
	    "1, UTC_TIMESTAMP(3))",
	    (long long)store.tenant_id, (long long)id);
	if (stage[0] == '\0')
		store_run("DELETE FROM delivery WHERE effect_id = %lld", (long long)id);
	else
		store_run("UPDATE delivery SET stage = '%s' WHERE effect_id = %lld", stage, (long long)id);
	return id;
}

struct str
ledger_column(int64_t id, const char *column)
{
	return store_text("SELECT COALESCE(CAST(%s AS BINARY), '') FROM conversion WHERE conversion_id = %lld", column,
	    (long long)id);
}

int64_t
ledger_number(int64_t id, const char *column)
{
	return store_int("SELECT %s FROM conversion WHERE conversion_id = %lld", column, (long long)id);
}

enum state
ledger_state(int64_t id)
{
	enum state s;

	assert_true(state_parse(ledger_column(id, "state"), &s));
	return s;
}

struct str
ledger_stage(int64_t id)
{
	return store_text("SELECT COALESCE(MAX(CAST(stage AS BINARY)), '') FROM delivery WHERE effect_id = %lld",
	    (long long)id);
}

int64_t
ledger_due_s(int64_t id)
{
	return store_int("SELECT CEIL(TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), due) / 1000000) FROM delivery WHERE "
	                 "effect_id = %lld",
	    (long long)id);
}

bool
ledger_woken(enum lease_stage stage)
{
	return store_int(
	           "SELECT COUNT(*) FROM lease WHERE tenant_id = %lld AND stage = '%s' AND due <= UTC_TIMESTAMP(3) "
	           "AND lease_until IS NULL",
	           (long long)store.tenant_id, lease_stage_name(stage)) > 0;
}
