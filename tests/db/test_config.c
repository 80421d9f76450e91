/* test_config.c - store/config: revisions are immutable, and of two edits one is told (F-022). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/ground.h"
#include "store/config.h"

static struct ground g;

static const struct person *
by(int64_t tenant_id, const char *email)
{
	static struct person p;

	p = (struct person){ .tenant_id = tenant_id, .person_id = 7, .email = str_from(email) };
	return &p;
}

static void
a_save_is_the_next_revision_and_the_old_one_stays(void **state)
{
	(void)state;
	struct config_revision next, old;

	must(config_save(g.db, g.a, by(g.tenant.tenant_id, "ada"), 1, "config.saved", STR("{\"x\":1}"), &next, &g.e));
	assert_int_equal(next.revision, 2);
	assert_true(next.saved_ms > 0);
	must(config_at(g.db, g.a, g.tenant.tenant_id, 1, &old, &g.e));
	assert_false(str_eq(old.document, next.document));
	must(config_current(g.db, g.a, g.tenant.tenant_id, &next, &g.e));
	assert_true(str_eq(next.document, STR("{\"x\":1}")));
}

static void
F_022_a_save_over_an_old_revision_is_refused_and_writes_nothing(void **state)
{
	(void)state;
	struct config_revision r;

	must_fail(config_save(g.db, g.a, by(g.tenant.tenant_id, "ben"), 1, "config.saved", STR("{}"), &r, &g.e),
	    ERR_CONFLICT);
	must(config_current(g.db, g.a, g.tenant.tenant_id, &r, &g.e));
	assert_int_equal(r.revision, 2);
	assert_false(db_in_transaction(g.db));
}

static void
another_tenant_has_its_own(void **state)
{
	(void)state;
	struct config_revision r;

	must(config_current(g.db, g.a, g.other.tenant_id, &r, &g.e));
	assert_int_equal(r.revision, 1);
	must_fail(config_at(g.db, g.a, g.other.tenant_id, 2, &r, &g.e), ERR_NOT_FOUND);
}

static bool
save_over_2(struct ground *mine, unsigned i)
{
	struct config_revision r;

	return config_save(mine->db, mine->a, by(mine->tenant.tenant_id, "racer"), 2, "config.saved",
	    str_printf(mine->a, "{\"by\":%u}", i), &r, &mine->e);
}

static void
F_022_of_four_saves_at_once_one_wins(void **state)
{
	(void)state;
	assert_int_equal(ground_race(&g, 4, save_over_2, ERR_CONFLICT), 1);
	assert_int_equal(
	    ground_number(&g,
	        "SELECT COUNT(*) FROM config WHERE tenant_id = (SELECT tenant_id FROM tenant WHERE portal_id = 1001)"),
	    3);
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
		cmocka_unit_test(a_save_is_the_next_revision_and_the_old_one_stays),
		cmocka_unit_test(F_022_a_save_over_an_old_revision_is_refused_and_writes_nothing),
		cmocka_unit_test(another_tenant_has_its_own),
		cmocka_unit_test(F_022_of_four_saves_at_once_one_wins),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
