/* test_session.c - store/session and store/person: sessions, log-ins under way, who joins as what (F-004, F-005, F-006, C-22). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "lib/ground.h"
#include "store/session.h"

static struct ground g;
static int64_t portal;

static const struct session_limits limits = { .idle_s = 1800, .absolute_s = 43200 };

static struct person
join(int64_t tenant_id, int64_t user, const char *email)
{
	struct person p;

	must(person_join(g.db, g.a, tenant_id, user, str_from(email), &p, &g.e));
	return p;
}

static struct str
open_one(void)
{
	struct person p = join(g.tenant.tenant_id, 1, "ada@example.com");
	struct str cookie;

	must(session_open(g.db, g.a, &p, SESSION_HUBSPOT, &cookie, &g.e));
	return cookie;
}

static void
C_22_the_first_is_owner_the_next_joins_as_editor(void **state)
{
	(void)state;
	struct person ada = join(g.tenant.tenant_id, 1, "Ada@example.com"), eve;

	assert_int_equal(ada.role, PERSON_OWNER);
	assert_int_equal(join(g.tenant.tenant_id, 2, "bob@example.com").role, PERSON_EDITOR);
	eve = join(g.tenant.tenant_id, 1, "ada.new@example.com");
	assert_int_equal(eve.role, PERSON_OWNER);
	assert_int_equal(eve.person_id, ada.person_id);
	assert_true(str_eq(eve.email, STR("ada.new@example.com")));
	must_fail(person_join(g.db, g.a, 4711, 1, STR("x"), &eve, &g.e), ERR_NOT_FOUND);
}

static bool
join_first(struct ground *mine, unsigned i)
{
	struct person p;

	return person_join(mine->db, mine->a, mine->other.tenant_id, 10 + (int64_t)i, STR("x"), &p, &mine->e);
}

static void
of_four_first_logins_at_once_one_is_owner(void **state)
{
	(void)state;
	assert_int_equal(ground_race(&g, 4, join_first, ERR_NONE), 4);
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM person WHERE hub_user_id >= 10 AND role = 'owner'"),
	    1);
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM person WHERE hub_user_id >= 10 AND role = 'editor'"),
	    3);
}

static void
a_session_is_found_by_its_cookie_which_is_not_in_the_table(void **state)
{
	(void)state;
	struct str cookie = open_one();
	struct session s;

	assert_int_equal(cookie.n, SESSION_ID_LENGTH);
	must(session_find(g.db, g.a, cookie, &limits, &s, &g.e));
	assert_int_equal(s.person.tenant_id, g.tenant.tenant_id);
	assert_int_equal(s.person.role, PERSON_OWNER);
	assert_int_equal(s.csrf_token.n, SESSION_ID_LENGTH);
	must_fail(session_find(g.db, g.a, crypto_random_id(g.a), &limits, &s, &g.e), ERR_NOT_FOUND);
	must_fail(session_find(g.db, g.a, STR("short"), &limits, &s, &g.e), ERR_NOT_FOUND);
}

static void
F_004_idle_and_absolute_limits_are_by_the_databases_clock(void **state)
{
	(void)state;
	struct str cookie = open_one();
	struct session s;

	ground_run(&g, "UPDATE session SET seen_at = UTC_TIMESTAMP(3) - INTERVAL 1700 SECOND");
	must(session_find(g.db, g.a, cookie, &limits, &s, &g.e));
	/* Being used is being seen. */
	assert_int_equal(ground_number(&g,
	                     "SELECT COUNT(*) FROM session WHERE seen_at > UTC_TIMESTAMP(3) - INTERVAL 10 SECOND"),
	    1);
	ground_run(&g, "UPDATE session SET seen_at = UTC_TIMESTAMP(3) - INTERVAL 1801 SECOND");
	must_fail(session_find(g.db, g.a, cookie, &limits, &s, &g.e), ERR_NOT_FOUND);
	cookie = open_one();
	ground_run(&g, "UPDATE session SET created_at = UTC_TIMESTAMP(3) - INTERVAL 43201 SECOND");
	must_fail(session_find(g.db, g.a, cookie, &limits, &s, &g.e), ERR_NOT_FOUND);
}

static void
F_003_a_closed_session_is_gone_at_once(void **state)
{
	(void)state;
	struct str cookie = open_one();
	struct session s;

	must(session_close(g.db, g.a, cookie, &g.e));
	must_fail(session_find(g.db, g.a, cookie, &limits, &s, &g.e), ERR_NOT_FOUND);
	must(session_close(g.db, g.a, cookie, &g.e));
}

static void
F_005_a_state_is_good_once_in_its_browser_and_for_a_while(void **state)
{
	(void)state;
	struct str token = crypto_random_id(g.a), browser = crypto_random_id(g.a);

	must(session_login_begin(g.db, g.a, token, browser, 0, &g.e));
	must_fail(session_login_take(g.db, g.a, token, STR("another browser"), 600, &portal, &g.e), ERR_NOT_FOUND);
	must_fail(session_login_take(g.db, g.a, STR("another state"), browser, 600, &portal, &g.e), ERR_NOT_FOUND);
	must(session_login_take(g.db, g.a, token, browser, 600, &portal, &g.e));
	must_fail(session_login_take(g.db, g.a, token, browser, 600, &portal, &g.e), ERR_NOT_FOUND);
	must(session_login_begin(g.db, g.a, token, browser, 0, &g.e));
	ground_run(&g, "UPDATE oauth_state SET created_at = UTC_TIMESTAMP(3) - INTERVAL 601 SECOND");
	must_fail(session_login_take(g.db, g.a, token, browser, 600, &portal, &g.e), ERR_NOT_FOUND);
}

static bool
take_state(struct ground *mine, unsigned i)
{
	(void)i;
	return session_login_take(mine->db, mine->a, STR("raced state"), STR("raced browser"), 600, &portal, &mine->e);
}

static void
F_006_of_four_callbacks_at_once_one_is_let_in(void **state)
{
	(void)state;
	must(session_login_begin(g.db, g.a, STR("raced state"), STR("raced browser"), 0, &g.e));
	assert_int_equal(ground_race(&g, 4, take_state, ERR_NOT_FOUND), 1);
}

static void
the_sweep_takes_what_no_limit_lets_in(void **state)
{
	(void)state;
	struct session s;
	struct str cookie;

	ground_run(&g, "DELETE FROM session");
	cookie = open_one();
	ground_run(&g, "UPDATE session SET seen_at = UTC_TIMESTAMP(3) - INTERVAL 2000 SECOND");
	open_one();
	must(session_sweep(g.db, &limits, 600, &g.e));
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM session"), 1);
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM oauth_state"), 0);
	must_fail(session_find(g.db, g.a, cookie, &limits, &s, &g.e), ERR_NOT_FOUND);
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
		cmocka_unit_test(C_22_the_first_is_owner_the_next_joins_as_editor),
		cmocka_unit_test(of_four_first_logins_at_once_one_is_owner),
		cmocka_unit_test(a_session_is_found_by_its_cookie_which_is_not_in_the_table),
		cmocka_unit_test(F_004_idle_and_absolute_limits_are_by_the_databases_clock),
		cmocka_unit_test(F_003_a_closed_session_is_gone_at_once),
		cmocka_unit_test(F_005_a_state_is_good_once_in_its_browser_and_for_a_while),
		cmocka_unit_test(F_006_of_four_callbacks_at_once_one_is_let_in),
		cmocka_unit_test(the_sweep_takes_what_no_limit_lets_in),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
