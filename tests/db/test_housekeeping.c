/* What is done once an hour for every tenant (design 6, Schedule; F-100). */
#include "lib/flow.h"
#include "store/hold.h"
#include "store/tenant.h"
#include "task/housekeeping.h"

static struct step *
keep_house(void)
{
	struct step *s = housekeeping_new(store.arena, &store.parts);

	store_must(s->next(s, &store.e));
	assert_int_equal(s->n, 0);
	return s;
}

static int64_t
parked(const char *code)
{
	int64_t id = ledger_in(STATE_PARKED, "");

	store_run("UPDATE conversion SET code = '%s' WHERE conversion_id = %lld", code, (long long)id);
	return id;
}

static void
what_was_parked_is_tried_again_every_hour(void **state)
{
	static const char *const codes[] = { "credentials_refused", "scope_missing", "no_consent", "trigger_off" };
	int64_t ids[4];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		ids[i] = parked(codes[i]);
	assert_in_range(keep_house()->again_in_ms, 1, 3600000);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(ledger_state(ids[i]), STATE_READY);
		assert_str(ledger_stage(ids[i]), "send");
	}
	assert_true(ledger_woken(LEASE_SEND));
}

static void
a_paused_tenants_are_left_parked(void **state)
{
	int64_t id = parked("no_consent");

	(void)state;
	store_must(tenant_set_state(store.db, store.tenant_id, TENANT_PAUSED, &store.e));
	keep_house();
	assert_int_equal(ledger_state(id), STATE_PARKED);
}

static void
of_a_held_event_type_one_is_tried_every_hour(void **state)
{
	int64_t first = parked(HOLD_CODE), second = parked(HOLD_CODE);

	(void)state;
	store_run("UPDATE conversion SET occurred_at = occurred_at - INTERVAL 1 DAY WHERE conversion_id = %lld",
	    (long long)second);
	store_must(hold_begin(store.db, store.arena, store.tenant_id, ledger_number(first, "event_type_id"), first,
	    STR("ACTIONTRACKER_NOT_FOUND"), &store.e));
	keep_house();
	assert_int_equal(ledger_state(second), STATE_READY);
	assert_int_equal(ledger_state(first), STATE_PARKED);
}

#define TEST(name) cmocka_unit_test_setup(name, flow_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_parked_is_tried_again_every_hour),
		TEST(a_paused_tenants_are_left_parked),
		TEST(of_a_held_event_type_one_is_tried_every_hour),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
