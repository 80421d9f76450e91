/* One effect is sent once, conversions of one customer go one after the other (C-02, design 4 and 6). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "core/effect.h"

static int
setup(void **state)
{
	*state = arena_new((size_t)1 << 20);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void
an_effect_is_tenant_program_event_type_and_order_id(void **state)
{
	struct arena *a = *state;
	struct str key = effect_key(a, 7, STR("1000"), 3, STR("deal_closedwon_1"));

	assert_int_equal(key.n, 32);
	assert_true(str_eq(key, effect_key(a, 7, STR("1000"), 3, STR("deal_closedwon_1"))));
	assert_false(str_eq(key, effect_key(a, 8, STR("1000"), 3, STR("deal_closedwon_1"))));
	assert_false(str_eq(key, effect_key(a, 7, STR("1001"), 3, STR("deal_closedwon_1"))));
	assert_false(str_eq(key, effect_key(a, 7, STR("1000"), 4, STR("deal_closedwon_1"))));
	assert_false(str_eq(key, effect_key(a, 7, STR("1000"), 3, STR("deal_closedwon_2"))));
	/* OrderId is case-sensitive at impact.com. */
	assert_false(str_eq(key, effect_key(a, 7, STR("1000"), 3, STR("deal_Closedwon_1"))));
}

static void
a_lane_is_the_customer_else_the_record(void **state)
{
	struct arena *a = *state;
	struct str customer = effect_lane(a, STR("251"), STR("deals"), STR("1"));
	struct str record = effect_lane(a, STR(""), STR("deals"), STR("1"));

	assert_int_equal(customer.n, 32);
	assert_true(str_eq(customer, effect_lane(a, STR("251"), STR("contacts"), STR("9"))));
	assert_false(str_eq(customer, record));
	assert_true(str_eq(record, effect_lane(a, STR(""), STR("deals"), STR("1"))));
	assert_false(str_eq(record, effect_lane(a, STR(""), STR("contacts"), STR("1"))));
	assert_false(str_eq(record, effect_lane(a, STR(""), STR("deals"), STR("2"))));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_effect_is_tenant_program_event_type_and_order_id, setup, teardown),
		cmocka_unit_test_setup_teardown(a_lane_is_the_customer_else_the_record, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
