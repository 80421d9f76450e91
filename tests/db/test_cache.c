/* test_cache.c - store/cache and store/counter: documents and counts per tenant (F-174). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/ground.h"
#include "store/cache.h"
#include "store/counter.h"

static struct ground g;

static void
a_document_is_replaced_and_belongs_to_its_tenant(void **state)
{
	(void)state;
	struct str document;
	int64_t at;

	must_fail(cache_get(g.db, g.a, g.tenant.tenant_id, STR("n"), &document, &at, &g.e), ERR_NOT_FOUND);
	must(cache_put(g.db, g.tenant.tenant_id, STR("n"), STR("[1]"), &g.e));
	must(cache_put(g.db, g.tenant.tenant_id, STR("n"), STR("[2]"), &g.e));
	must(cache_get(g.db, g.a, g.tenant.tenant_id, STR("n"), &document, &at, &g.e));
	assert_true(str_eq(document, STR("[2]")) && at > 0);
	must_fail(cache_get(g.db, g.a, g.other.tenant_id, STR("n"), &document, &at, &g.e), ERR_NOT_FOUND);
}

static void
names_differ_by_case_and_blanks(void **state)
{
	(void)state;
	struct str document;
	int64_t at;

	must(cache_put(g.db, g.tenant.tenant_id, STR("abc"), STR("1"), &g.e));
	must_fail(cache_get(g.db, g.a, g.tenant.tenant_id, STR("ABC"), &document, &at, &g.e), ERR_NOT_FOUND);
	must_fail(cache_get(g.db, g.a, g.tenant.tenant_id, STR("abc "), &document, &at, &g.e), ERR_NOT_FOUND);
}

static bool
count_up(struct ground *mine, unsigned i)
{
	for (unsigned k = 0; k < 20; k++) {
		/* In either order, and more rows than one group of them. */
		for (unsigned t = 0; t < 12; t++)
			tally_add((enum tally)((i + k) % 2 == 0 ? t : 11 - t), 1);
		if (!counter_hand_over(mine->db, &mine->e))
			return false;
	}
	return true;
}

static void
counts_at_once_add_up(void **state)
{
	(void)state;
	int64_t n[TALLY__COUNT];

	must(counter_read(g.db, g.a, n, &g.e));
	assert_int_equal(n[0], 0);
	assert_int_equal(ground_race(&g, 4, count_up, ERR_NONE), 4);
	must(counter_read(g.db, g.a, n, &g.e));
	for (unsigned t = 0; t < TALLY__COUNT; t++)
		assert_int_equal(n[t], t < 12 ? 80 : 0);
	assert_int_equal(tally_get(TALLY_INTAKE_STORED), 0);
}

static int
setup(void **state)
{
	(void)state;
	return ground_open(&g) ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	ground_close(&g);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_is_replaced_and_belongs_to_its_tenant),
		cmocka_unit_test(names_differ_by_case_and_blanks),
		cmocka_unit_test(counts_at_once_add_up),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
