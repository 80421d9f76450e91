/* Parked conversions come back, many at once; and what "no referral" means. */
#include "lib/answer.h"
#include "lib/ledger.h"
#include "store/conversion.h"

/* A sale of the brand's own is no fault; a click id that impact.com does not know is one. */
static void
no_referral_is_a_fault_only_when_a_click_was_named(void **state)
{
	static const struct {
		const char *body, *reason, *code, *message;
	} rows[] = {
		{ "OrderId=a&CustomerId=7", "ACTION_REF_NOT_FOUND", "ACTION_REF_NOT_FOUND", "" },
		{ "ClickId=Q1&OrderId=a", "ACTION_REF_NOT_FOUND", "click_not_found", "ACTION_REF_NOT_FOUND" },
		{ "OrderId=a&ClickId=Q1", "ACTION_REF_NOT_FOUND", "click_not_found", "ACTION_REF_NOT_FOUND" },
		{ "OrderId=a&Text1=ClickId%3DQ1", "ACTION_REF_NOT_FOUND", "ACTION_REF_NOT_FOUND", "" },
		{ "ClickId=Q1&OrderId=a", "NO_VALID_ACTION_REF", "NO_VALID_ACTION_REF", "" },
	};
	struct lease l = store_lease(LEASE_FOLLOW, 0);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t id = ledger_in(STATE_ACCEPTED, "follow");

		store_run("UPDATE conversion SET body = '%s' WHERE conversion_id = %lld", rows[i].body, (long long)id);
		store_must(
		    conversion_rejected(store.db, store.arena, &l, id, str_from(rows[i].reason), STR(""), &store.e));
		assert_str(ledger_column(id, "code"), rows[i].code);
		assert_str(ledger_column(id, "message"), rows[i].message);
	}
}

/* More than one transaction brings back: each once, each with its delivery, and nobody else's. */
static void
two_thousand_parked_ones_are_all_brought_back(void **state)
{
	int64_t n;

	(void)state;
	ledger_ready("waits");
	store_run(
	    "INSERT INTO conversion (tenant_id, effect_key, lane, program_id, event_type_id, event_type, order_id, "
	    "object_type, object_id, state, code, body_hash, event_date, occurred_at, created_at) SELECT %lld, "
	    "UNHEX(SHA2(seq, 256)), UNHEX(SHA2(seq, 256)), '1000', 1, 'WON', seq, 'deals', seq, 'PARKED', "
	    "IF(seq <= 2100, 'trigger_off', 'no_consent'), UNHEX(SHA2(seq, 256)), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), "
	    "UTC_TIMESTAMP(3) FROM seq_1_to_2101",
	    (long long)store.tenant_id);
	store_must(conversion_unpark(store.db, store.tenant_id, STR("trigger_off"), &n, &store.e));
	assert_int_equal(n, 2100);
	assert_int_equal(store_int("SELECT COUNT(*) FROM conversion c JOIN delivery d ON d.tenant_id = c.tenant_id AND "
	                           "d.effect_id = c.conversion_id WHERE c.tenant_id = %lld AND c.state = 'READY' AND "
	                           "d.stage = 'send'",
	                     (long long)store.tenant_id),
	    2101);
	assert_int_equal(store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld AND state = 'PARKED'",
	                     (long long)store.tenant_id),
	    1);
}

#define TEST(name) cmocka_unit_test_setup(name, store_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_thousand_parked_ones_are_all_brought_back),
		TEST(no_referral_is_a_fault_only_when_a_click_was_named),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
