/* test_credential.c - store/credential: write-only secrets, sealed for their place (F-020). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/ground.h"
#include "store/credential.h"

static struct ground g;

static const struct str name = { "impact.auth_token", 17 };

static void
a_saved_secret_comes_back_and_shows_four_characters(void **state)
{
	(void)state;
	struct secret in = secret_copy(g.a, STR("secret-canary-1f2c")), out;
	struct credential_facts facts;

	must(credential_facts(g.db, g.a, g.tenant.tenant_id, name, &facts, &g.e));
	assert_false(facts.set);
	must_fail(credential_load(g.db, &g.vault, g.a, g.tenant.tenant_id, name, &out, &g.e), ERR_NOT_FOUND);
	must(credential_save(g.db, &g.vault, g.a, g.tenant.tenant_id, name, &in, &g.e));
	must(credential_load(g.db, &g.vault, g.a, g.tenant.tenant_id, name, &out, &g.e));
	assert_true(secret_eq(&out, STR("secret-canary-1f2c")));
	must(credential_facts(g.db, g.a, g.tenant.tenant_id, name, &facts, &g.e));
	assert_true(facts.set && facts.set_ms > 0);
	assert_true(str_eq(facts.last4, STR("1f2c")));
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM secret WHERE sealed LIKE '%canary%'"), 0);
}

static void
a_short_secret_shows_nothing(void **state)
{
	(void)state;
	struct secret in = secret_copy(g.a, STR("shortone"));
	struct credential_facts facts;

	must(credential_save(g.db, &g.vault, g.a, g.tenant.tenant_id, name, &in, &g.e));
	must(credential_facts(g.db, g.a, g.tenant.tenant_id, name, &facts, &g.e));
	assert_true(facts.set);
	assert_int_equal(facts.last4.n, 0);
}

static void
it_opens_only_where_it_was_put(void **state)
{
	(void)state;
	struct secret in = secret_copy(g.a, STR("belongs to the first")), out;

	must(credential_save(g.db, &g.vault, g.a, g.tenant.tenant_id, name, &in, &g.e));
	ground_run(&g,
	    "INSERT INTO secret (tenant_id, name, sealed, last4, set_at) SELECT "
	    "(SELECT tenant_id FROM tenant WHERE portal_id = 1002), name, sealed, last4, set_at FROM secret");
	must_fail(credential_load(g.db, &g.vault, g.a, g.other.tenant_id, name, &out, &g.e), ERR_DENIED);
}

static void
F_160_another_master_key_is_refused_in_words(void **state)
{
	(void)state;
	struct vault wrong = { .master_key = secret_copy(g.a, STR("ffffffffffffffffffffffffffffffff")),
		.key_id = STR("other") };
	struct secret out;

	must_fail(credential_load(g.db, &wrong, g.a, g.tenant.tenant_id, name, &out, &g.e), ERR_DENIED);
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
		cmocka_unit_test(a_saved_secret_comes_back_and_shows_four_characters),
		cmocka_unit_test(a_short_secret_shows_nothing),
		cmocka_unit_test(it_opens_only_where_it_was_put),
		cmocka_unit_test(F_160_another_master_key_is_refused_in_words),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
