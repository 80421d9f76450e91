/* Decisions: one row an event; WAITING becomes final once, and what is final stays (design 4; C-12, I-08). */
#include "lib/answer.h"
#include "lib/store.h"
#include "store/decision.h"

static const struct event won = { .kind = EVENT_CHANGED,
	.object_type = { "deals", 5 },
	.object_id = { "301", 3 },
	.property = { "dealstage", 9 },
	.value = { "closedwon", 9 },
	.occurred_ms = INT64_C(1789062158000) };

static struct decision
decision(enum decision_outcome outcome, const char *code)
{
	return (struct decision){ .event_key = store_key("event"),
		.trigger_id = STR("t1"),
		.revision = 3,
		.outcome = outcome,
		.code = str_from(code),
		.detail = STR("{\"a\":1}"),
		.event = &won,
		.received_ms = won.occurred_ms + 500 };
}

static void
put(const struct decision *d)
{
	store_must(decision_put(store.db, store.tenant_id, d, &store.e));
}

static struct str
column(const char *name)
{
	return store_text("SELECT COALESCE(CAST(%s AS BINARY), '') FROM decision WHERE tenant_id = %lld", name,
	    (long long)store.tenant_id);
}

static void
a_decision_keeps_the_event_and_the_reason(void **state)
{
	struct decision d = decision(DECISION_SUPPRESSED, "duplicate_effect");

	(void)state;
	d.conversion_id = 7;
	put(&d);
	assert_str(column("outcome"), "SUPPRESSED");
	assert_str(column("code"), "duplicate_effect");
	assert_str(column("kind"), "changed");
	assert_str(column("object_type"), "deals");
	assert_str(column("object_id"), "301");
	assert_str(column("property"), "dealstage");
	assert_str(column("value"), "closedwon");
	assert_str(column("trigger_id"), "t1");
	assert_str(column("revision"), "3");
	assert_str(column("conversion_id"), "7");
	assert_str(column("detail"), "{\"a\":1}");
	assert_str(column("occurred_at"), "2026-09-10 17:42:38.000");
	assert_str(column("received_at"), "2026-09-10 17:42:38.500");
	assert_str(column("waits_until"), "");
	assert_str(column("name"), "");
}

/* A later look that does not read the record keeps what an earlier one learned. */
static void
the_record_s_name_is_kept_and_renewed(void **state)
{
	static const char *const given[] = { "Ten robots", "", "Twelve robots" };
	static const char *const kept[] = { "Ten robots", "Ten robots", "Twelve robots" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct decision d = decision(DECISION_WAITING, "no_contact");

		d.name = str_from(given[i]);
		put(&d);
		assert_str(column("name"), kept[i]);
	}
}

static void
every_outcome_is_written(void **state)
{
	static const char *const names[] = { "CONVERSION", "WAITING", "SKIPPED", "SUPPRESSED", "HELD" };

	(void)state;
	for (int i = 0; i < 5; i++) {
		struct decision d = decision((enum decision_outcome)i, "");

		d.event_key = store_key(names[i]);
		put(&d);
		assert_int_equal(store_int("SELECT COUNT(*) FROM decision WHERE tenant_id = %lld AND outcome = '%s'",
		                     (long long)store.tenant_id, names[i]),
		    1);
	}
}

static void
waiting_becomes_final_once(void **state)
{
	struct decision waiting = decision(DECISION_WAITING, "no_contact");
	struct decision final = decision(DECISION_CONVERSION, ""), late = decision(DECISION_SKIPPED, "trigger_off");

	(void)state;
	waiting.waits_until_ms = won.occurred_ms + 604800000;
	put(&waiting);
	assert_str(column("waits_until"), "2026-09-17 17:42:38.000");
	final.conversion_id = 9;
	final.revision = 4;
	put(&final);
	assert_str(column("outcome"), "CONVERSION");
	assert_str(column("conversion_id"), "9");
	assert_str(column("revision"), "4");
	assert_str(column("waits_until"), "");
	put(&late);
	assert_str(column("outcome"), "CONVERSION");
	assert_str(column("conversion_id"), "9");
}

static void
what_still_waits_tells_its_present_reason(void **state)
{
	struct decision d = decision(DECISION_WAITING, "no_contact");

	(void)state;
	put(&d);
	d.code = STR("field_missing");
	put(&d);
	assert_str(column("code"), "field_missing");
	assert_int_equal(store_int("SELECT COUNT(*) FROM decision WHERE tenant_id = %lld", (long long)store.tenant_id),
	    1);
}

static void
a_final_decision_stays_whatever_comes_later(void **state)
{
	static const enum decision_outcome finals[] = { DECISION_CONVERSION, DECISION_SKIPPED, DECISION_SUPPRESSED,
		DECISION_HELD };

	(void)state;
	for (size_t i = 0; i < sizeof(finals) / sizeof(finals[0]); i++) {
		struct decision first = decision(finals[i], "first"), later = decision(DECISION_WAITING, "later");

		store.tenant_id = store_tenant();
		put(&first);
		put(&later);
		later.outcome = DECISION_SKIPPED;
		put(&later);
		assert_str(column("code"), "first");
	}
}

static void
a_long_value_is_cut_to_the_column(void **state)
{
	struct event long_one = won;
	struct decision d = decision(DECISION_SKIPPED, "trigger_other_value");

	(void)state;
	long_one.value = (struct str){ .p = arena_alloc(store.arena, 70000), .n = 70000 };
	d.event = &long_one;
	put(&d);
	assert_int_equal(store_int("SELECT LENGTH(value) FROM decision WHERE tenant_id = %lld",
	                     (long long)store.tenant_id),
	    255);
}

static void
another_tenant_decides_for_itself(void **state)
{
	struct decision d = decision(DECISION_SKIPPED, "mine");

	(void)state;
	put(&d);
	store.tenant_id = store_tenant();
	d.code = STR("theirs");
	put(&d);
	assert_str(column("code"), "theirs");
}

#define TEST(name) cmocka_unit_test_setup(name, store_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_decision_keeps_the_event_and_the_reason),
		TEST(the_record_s_name_is_kept_and_renewed),
		TEST(every_outcome_is_written),
		TEST(waiting_becomes_final_once),
		TEST(what_still_waits_tells_its_present_reason),
		TEST(a_final_decision_stays_whatever_comes_later),
		TEST(a_long_value_is_cut_to_the_column),
		TEST(another_tenant_decides_for_itself),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
