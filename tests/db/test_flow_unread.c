/*
 * Following by what can only be read in part: submissions that are gone, pages that are not linked (design 4; F-095,
 * F-097).
 */
#include "lib/flow.h"

static const char *
page(int64_t id, int number, int of)
{
	struct str action = str_printf(store.arena,
	    "{\"Id\":\"1000.1.2\",\"EventCode\":\"WON\",\"State\":\"PENDING\",\"Oid\":\"" STR_FMT "\"}",
	    STR_ARG(ledger_column(id, "order_id")));

	return str_c(store.arena, str_printf(store.arena, "{\"@page\":%d,\"@numpages\":%d,\"Actions\":[" STR_FMT "]}",
	                              number, of, STR_ARG(number == of ? action : STR(""))));
}

static void
a_page_that_only_the_count_tells_of_is_read(void **state)
{
	int64_t id = ledger_in(STATE_UNKNOWN, "reconcile");

	(void)state;
	flow_say(200, page(id, 1, 2));
	flow_say(200, page(id, 2, 2));
	flow_follow();
	assert_int_equal(ledger_state(id), STATE_CONFIRMED);
}

#define TEST(name) cmocka_unit_test_setup(name, flow_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_page_that_only_the_count_tells_of_is_read),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
