/* test_tenant.c - store/tenant: one row per portal, whoever comes first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/ground.h"
#include "store/config.h"
#include "store/tenant.h"

static struct ground g;

static void
a_new_portal_gets_a_tenant_with_revision_1(void **state)
{
	(void)state;
	struct config_revision first;
	struct tenant t;
	bool created;

	must(tenant_ensure(g.db, g.a, &g.vault, 77, STR("eva@example.com"), &t, &created, &g.e));
	assert_true(created);
	assert_int_equal(t.config_revision, 1);
	assert_int_equal(t.state, TENANT_ACTIVE);
	assert_true(t.sending);
	must(config_current(g.db, g.a, t.tenant_id, &first, &g.e));
	assert_true(str_eq(first.author, STR("eva@example.com")));
}

static void
a_known_portal_is_found_again(void **state)
{
	(void)state;
	struct tenant t;
	bool created;

	must(tenant_ensure(g.db, g.a, &g.vault, 1001, STR("x"), &t, &created, &g.e));
	assert_false(created);
	assert_int_equal(t.tenant_id, g.tenant.tenant_id);
	must_fail(tenant_by_portal(g.db, g.a, 4711, &t, &g.e), ERR_NOT_FOUND);
	must_fail(tenant_load(g.db, g.a, 999999, &t, &g.e), ERR_NOT_FOUND);
}

static bool
first_login(struct ground *mine, unsigned i)
{
	struct tenant t;
	bool created;

	(void)i;
	return tenant_ensure(mine->db, mine->a, &mine->vault, 88, STR("race@example.com"), &t, &created, &mine->e) &&
	       t.config_revision == 1;
}

static void
two_first_logins_at_once_make_one_tenant(void **state)
{
	(void)state;
	assert_int_equal(ground_race(&g, 4, first_login, ERR_NONE), 4);
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM tenant WHERE portal_id = 88"), 1);
	assert_int_equal(ground_number(&g,
	                     "SELECT COUNT(*) FROM config c JOIN tenant t USING (tenant_id) WHERE t.portal_id = 88"),
	    1);
}

static void
states_and_the_switch_concern_one_tenant_only(void **state)
{
	(void)state;
	struct tenant t;

	must(tenant_set_sending(g.db, g.tenant.tenant_id, false, &g.e));
	must(tenant_set_state(g.db, g.tenant.tenant_id, TENANT_DISCONNECTED, &g.e));
	must(tenant_load(g.db, g.a, g.tenant.tenant_id, &t, &g.e));
	assert_false(t.sending);
	assert_int_equal(t.state, TENANT_DISCONNECTED);
	must(tenant_load(g.db, g.a, g.other.tenant_id, &t, &g.e));
	assert_true(t.sending);
	assert_int_equal(t.state, TENANT_ACTIVE);
}

static void
connecting_makes_it_active_unless_it_is_being_deleted(void **state)
{
	(void)state;
	struct tenant t;

	must(tenant_connected(g.db, g.tenant.tenant_id, STR("a.example"), STR("app.hubspot.com"), STR("US/Eastern"),
	    STR("USD"), &g.e));
	must(tenant_load(g.db, g.a, g.tenant.tenant_id, &t, &g.e));
	assert_int_equal(t.state, TENANT_ACTIVE);
	assert_true(str_eq(t.currency, STR("USD")));
	must(tenant_set_state(g.db, g.tenant.tenant_id, TENANT_DELETING, &g.e));
	must(tenant_connected(g.db, g.tenant.tenant_id, STR("a"), STR("b"), STR("c"), STR("EUR"), &g.e));
	must(tenant_load(g.db, g.a, g.tenant.tenant_id, &t, &g.e));
	assert_int_equal(t.state, TENANT_DELETING);
}

static void
the_list_has_all(void **state)
{
	(void)state;
	struct tenant *list;
	size_t n;

	must(tenant_list(g.db, g.a, &list, &n, &g.e));
	assert_int_equal(n, ground_number(&g, "SELECT COUNT(*) FROM tenant"));
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
		cmocka_unit_test(a_new_portal_gets_a_tenant_with_revision_1),
		cmocka_unit_test(a_known_portal_is_found_again),
		cmocka_unit_test(two_first_logins_at_once_make_one_tenant),
		cmocka_unit_test(states_and_the_switch_concern_one_tenant_only),
		cmocka_unit_test(connecting_makes_it_active_unless_it_is_being_deleted),
		cmocka_unit_test(the_list_has_all),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
