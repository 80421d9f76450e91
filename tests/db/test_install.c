/* test_install.c - store/install: tokens sealed, refreshed by one process at a time (T-38). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/ground.h"
#include "store/install.h"

static struct ground g;

static void
save(int64_t tenant_id, const char *access, const char *refresh)
{
	struct install in = { .tenant_id = tenant_id, .hub_user_id = 5, .scopes = STR("oauth crm") };

	in.access_token = secret_copy(g.a, str_from(access));
	in.refresh_token = secret_copy(g.a, str_from(refresh));
	must(install_save(g.db, &g.vault, g.a, &in, 1800, &g.e));
}

static struct install
load(void)
{
	struct install out;

	must(install_load(g.db, &g.vault, g.a, g.tenant.tenant_id, &out, &g.e));
	return out;
}

static void
saved_tokens_come_back_and_are_sealed_in_the_table(void **state)
{
	(void)state;
	struct install in;

	save(g.tenant.tenant_id, "access-canary-1", "refresh-canary-1");
	in = load();
	assert_true(in.connected);
	assert_true(secret_eq(&in.access_token, STR("access-canary-1")));
	assert_true(secret_eq(&in.refresh_token, STR("refresh-canary-1")));
	assert_true(in.expires_in_ms > 1790000 && in.expires_in_ms <= 1800000);
	assert_int_equal(
	    ground_number(&g,
	        "SELECT COUNT(*) FROM install WHERE access_token LIKE '%canary%' OR refresh_token LIKE '%canary%'"),
	    0);
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM schedule WHERE kind = 'token'"), 1);
}

static void
a_token_moved_to_another_tenant_does_not_open(void **state)
{
	(void)state;
	struct install out;

	save(g.other.tenant_id, "other-access", "other-refresh");
	ground_run(&g,
	    "UPDATE install a JOIN install b ON b.tenant_id <> a.tenant_id SET a.access_token = b.access_token "
	    "WHERE a.tenant_id = (SELECT MAX(tenant_id) FROM tenant)");
	must_fail(install_load(g.db, &g.vault, g.a, g.other.tenant_id, &out, &g.e), ERR_DENIED);
}

static bool
take_lease(struct ground *mine, unsigned i)
{
	struct install in;

	return install_facts(mine->db, mine->a, mine->tenant.tenant_id, &in, &mine->e) &&
	       install_lease(mine->db, mine->tenant.tenant_id, in.version, str_printf(mine->a, "racer %u", i),
	           &mine->e);
}

static void
of_four_refreshers_at_once_one_gets_the_lease(void **state)
{
	(void)state;
	assert_int_equal(ground_race(&g, 4, take_lease, ERR_CONFLICT), 1);
	ground_run(&g, "UPDATE install SET lease_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND");
	assert_int_equal(ground_race(&g, 4, take_lease, ERR_CONFLICT), 1);
	ground_run(&g, "UPDATE install SET lease_until = NULL, lease_owner = NULL");
}

static void
a_refresh_is_written_once_and_a_token_that_does_not_come_is_kept(void **state)
{
	(void)state;
	struct install in = load();
	const struct install_tokens fresh = { .access = secret_copy(g.a, STR("fresh")), .expires_in_s = 60 };

	must(install_lease(g.db, in.tenant_id, in.version, STR("me"), &g.e));
	must(install_refreshed(g.db, &g.vault, g.a, &in, &fresh, &g.e));
	must_fail(install_refreshed(g.db, &g.vault, g.a, &in, &fresh, &g.e), ERR_CONFLICT);
	in = load();
	assert_true(secret_eq(&in.access_token, STR("fresh")));
	assert_true(secret_eq(&in.refresh_token, STR("refresh-canary-1")));
	assert_int_equal(in.refused, 0);
}

static void
a_login_meanwhile_beats_the_refresh(void **state)
{
	(void)state;
	struct install in = load();
	const struct install_tokens late = { .access = secret_copy(g.a, STR("late")), .expires_in_s = 60 };

	must(install_lease(g.db, in.tenant_id, in.version, STR("me"), &g.e));
	save(g.tenant.tenant_id, "access-2", "refresh-2");
	must_fail(install_refreshed(g.db, &g.vault, g.a, &in, &late, &g.e), ERR_CONFLICT);
	in = load();
	assert_true(secret_eq(&in.access_token, STR("access-2")));
}

static void
refusals_count_on_the_same_version_and_give_the_lease_back(void **state)
{
	(void)state;
	struct install in = load();

	must(install_lease(g.db, in.tenant_id, in.version, STR("me"), &g.e));
	must(install_refresh_failed(g.db, &in, STR("me"), INSTALL_REFUSED, 0, &g.e));
	assert_int_equal(load().refused, 1);
	must(install_lease(g.db, in.tenant_id, in.version, STR("me"), &g.e));
	must(install_refresh_failed(g.db, &in, STR("me"), INSTALL_UNREACHABLE, 0, &g.e));
	assert_int_equal(load().refused, 1);
	save(g.tenant.tenant_id, "access-3", "refresh-3");
	assert_int_equal(load().refused, 0);
}

static void
disconnected_drops_the_tokens_and_keeps_the_configuration(void **state)
{
	(void)state;
	struct install in, connected = load();
	struct tenant t;

	must(install_disconnected(g.db, g.a, &(struct person){ .tenant_id = g.tenant.tenant_id }, load().version,
	    INSTALL_REMOVED, &g.e));
	in = load();
	assert_false(in.connected);
	assert_true(secret_empty(&in.access_token) && secret_empty(&in.refresh_token));
	must(tenant_load(g.db, g.a, g.tenant.tenant_id, &t, &g.e));
	assert_int_equal(t.state, TENANT_PAUSED);
	assert_int_equal(t.config_revision, 1);
	assert_true(in.since_ms >= connected.since_ms && connected.since_ms > 0);
	must_fail(install_lease(g.db, in.tenant_id, in.version, STR("me"), &g.e), ERR_CONFLICT);
	must_fail(install_load(g.db, &g.vault, g.a, 4711, &in, &g.e), ERR_NOT_FOUND);
}

/* The old tokens are refused at the very moment at which somebody logs in again. */
static void
a_login_meanwhile_is_not_dropped_for_the_refusal_of_the_old_tokens(void **state)
{
	(void)state;
	struct install before, in;
	struct tenant t;

	save(g.tenant.tenant_id, "access-4", "refresh-4");
	ground_run(&g, "UPDATE tenant SET state = 'active'");
	before = load();
	save(g.tenant.tenant_id, "access-5", "refresh-5");
	must_fail(install_disconnected(g.db, g.a, &(struct person){ .tenant_id = g.tenant.tenant_id }, before.version,
	              INSTALL_REMOVED, &g.e),
	    ERR_CONFLICT);
	in = load();
	assert_true(in.connected);
	assert_true(secret_eq(&in.access_token, STR("access-5")));
	must(tenant_load(g.db, g.a, g.tenant.tenant_id, &t, &g.e));
	assert_int_equal(t.state, TENANT_ACTIVE);
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
		cmocka_unit_test(saved_tokens_come_back_and_are_sealed_in_the_table),
		cmocka_unit_test(a_token_moved_to_another_tenant_does_not_open),
		cmocka_unit_test(of_four_refreshers_at_once_one_gets_the_lease),
		cmocka_unit_test(a_refresh_is_written_once_and_a_token_that_does_not_come_is_kept),
		cmocka_unit_test(a_login_meanwhile_beats_the_refresh),
		cmocka_unit_test(refusals_count_on_the_same_version_and_give_the_lease_back),
		cmocka_unit_test(disconnected_drops_the_tokens_and_keeps_the_configuration),
		cmocka_unit_test(a_login_meanwhile_is_not_dropped_for_the_refusal_of_the_old_tokens),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
