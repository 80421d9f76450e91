/* test_token.c - task/token: tokens refreshed before they expire, once, and what a refusal means (T-38, F-061). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/answer.h"
#include "lib/ground.h"
#include "store/install.h"
#include "task/token.h"

static struct ground g;

#define FRESH "{\"access_token\":\"fresh\",\"refresh_token\":\"refresh-2\",\"expires_in\":1800}"
#define BAD   "{\"status\":\"BAD_REFRESH_TOKEN\",\"error\":\"invalid_grant\"}"

static struct install
now(void)
{
	struct install in;

	must(install_load(g.db, &g.vault, g.a, g.tenant.tenant_id, &in, &g.e));
	return in;
}

static bool
access_is(struct str token)
{
	struct install in = now();

	return secret_eq(&in.access_token, token);
}

/* A connection whose token was given so many seconds ago and lives so much longer. */
static void
given(int64_t ago_s, int64_t left_s)
{
	struct install in = { .tenant_id = g.tenant.tenant_id, .scopes = STR("oauth") };

	in.access_token = secret_copy(g.a, STR("old"));
	in.refresh_token = secret_copy(g.a, STR("refresh-1"));
	must(install_save(g.db, &g.vault, g.a, &in, left_s, &g.e));
	ground_run(&g,
	    str_c(g.a, str_printf(g.a, "UPDATE install SET last_ok_at = UTC_TIMESTAMP(3) - INTERVAL %lld SECOND",
	                   (long long)ago_s)));
	must(tenant_set_state(g.db, g.tenant.tenant_id, TENANT_ACTIVE, &g.e));
}

static int64_t
scheduled(const struct http_answer *answers, size_t n)
{
	struct step *s = token_refresh_new(g.a, &g.parts, g.tenant.tenant_id);
	size_t sent;

	must(ground_steps(&g, s, answers, n, &sent));
	assert_int_equal(sent, n);
	return s->again_in_ms;
}

/* The database's clock an hour ahead of ours: the token was given ten seconds ago all the same. */
static void
a_tokens_age_is_told_by_the_databases_clock(void **state)
{
	(void)state;
	ground_run(&g, "SET timestamp = UNIX_TIMESTAMP() + 3600");
	given(10, 1000);
	assert_in_range(scheduled(NULL, 0), 1, 30000);
	ground_run(&g, "SET timestamp = DEFAULT");
}

static bool
use(struct step *s, struct err *e)
{
	(void)s;
	(void)e;
	return true;
}

static bool
begin(struct step *s, struct err *e)
{
	return token_get((struct token *)s, use, e);
}

static bool
refused_once(struct step *s, struct err *e)
{
	struct token *t = (struct token *)s;

	return token_get(t, use, e) && token_again(t, use, e);
}

static struct token *
task(step_fn *first)
{
	struct token *t = arena_alloc(g.a, sizeof(*t));

	token_init(t, g.a, &g.parts, g.tenant.tenant_id);
	t->step.next = first;
	return t;
}

static void
the_schedule_refreshes_and_says_when_next(void **state)
{
	(void)state;
	const struct http_answer answers[] = { answer_of(200, FRESH) };

	given(1400, 400);
	assert_int_equal(scheduled(answers, 1), (1800 - g.settings.token_refresh_before_s) * 1000);
	assert_true(access_is(STR("fresh")));
}

static void
a_short_lived_token_is_due_at_three_quarters(void **state)
{
	(void)state;
	assert_int_equal(token_due_ms(&g.settings, 60), 45000);
}

static void
a_token_that_was_just_given_is_left_alone(void **state)
{
	(void)state;
	given(1, 1800);
	assert_true(scheduled(NULL, 0) > 0);
	assert_true(access_is(STR("old")));
}

static void
two_refusals_end_the_connection_one_does_not(void **state)
{
	(void)state;
	const struct http_answer bad[] = { answer_of(400, BAD) };

	given(1400, 400);
	assert_int_equal(scheduled(bad, 1), 60000);
	assert_true(now().connected);
	assert_int_equal(scheduled(bad, 1), 24 * 3600 * 1000);
	assert_false(now().connected);
	must(tenant_load(g.db, g.a, g.tenant.tenant_id, &g.tenant, &g.e));
	assert_int_equal(g.tenant.state, TENANT_PAUSED);
	/* Nothing is asked of HubSpot any more. */
	assert_int_equal(scheduled(NULL, 0), 24 * 3600 * 1000);
}

static void
our_own_misconfiguration_and_trouble_never_do(void **state)
{
	(void)state;
	const struct http_answer ours[] = { answer_of(400, "{\"status\":\"BAD_CLIENT_SECRET\"}") };
	const struct http_answer busy[] = { answer_of(503, "") };

	given(1400, 400);
	for (int i = 0; i < 3; i++) {
		assert_true(scheduled(ours, 1) > 0);
		assert_true(scheduled(busy, 1) > 0);
	}
	assert_true(now().connected);
	assert_int_equal(now().refused, 0);
}

static void
a_task_uses_a_token_that_holds(void **state)
{
	(void)state;
	struct token *t = task(begin);
	size_t sent;

	given(10, 1700);
	must(ground_steps(&g, &t->step, NULL, 0, &sent));
	assert_true(secret_eq(&t->install.access_token, STR("old")));
}

static void
a_task_refreshes_one_that_is_about_to_end(void **state)
{
	(void)state;
	const struct http_answer answers[] = { answer_of(200, FRESH) };
	struct token *t = task(begin);
	size_t sent;

	given(1700, 20);
	must(ground_steps(&g, &t->step, answers, 1, &sent));
	assert_true(secret_eq(&t->install.access_token, STR("fresh")));
}

static void
a_401_refreshes_once_and_no_more(void **state)
{
	(void)state;
	const struct http_answer answers[] = { answer_of(200, FRESH) };
	struct token *t = task(refused_once);
	size_t sent;

	given(10, 1700);
	must(ground_steps(&g, &t->step, answers, 1, &sent));
	assert_int_equal(sent, 1);
	must_fail(token_again(t, use, &g.e), ERR_DENIED);
}

static void
who_finds_another_refreshing_uses_what_still_holds_or_waits(void **state)
{
	(void)state;
	struct token *t = task(begin);
	size_t sent;

	given(1700, 60);
	must(install_lease(g.db, g.tenant.tenant_id, now().version, STR("another"), &g.e));
	must(ground_steps(&g, &t->step, NULL, 0, &sent));
	assert_true(secret_eq(&t->install.access_token, STR("old")));
	ground_run(&g, "UPDATE install SET expires_at = UTC_TIMESTAMP(3)");
	must_fail(ground_steps(&g, &task(begin)->step, NULL, 0, &sent), ERR_CONFLICT);
}

static void
without_a_connection_a_login_is_asked_for(void **state)
{
	(void)state;
	struct install in;
	size_t sent;

	must(install_facts(g.db, g.a, g.tenant.tenant_id, &in, &g.e));
	must(install_disconnected(g.db, g.a, &(struct person){ .tenant_id = g.tenant.tenant_id }, in.version,
	    TENANT_PAUSED, &g.e));
	must_fail(ground_steps(&g, &task(begin)->step, NULL, 0, &sent), ERR_DENIED);
	ground_run(&g, "DELETE FROM install");
	must_fail(ground_steps(&g, &task(begin)->step, NULL, 0, &sent), ERR_DENIED);
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
		cmocka_unit_test(a_tokens_age_is_told_by_the_databases_clock),
		cmocka_unit_test(the_schedule_refreshes_and_says_when_next),
		cmocka_unit_test(a_short_lived_token_is_due_at_three_quarters),
		cmocka_unit_test(a_token_that_was_just_given_is_left_alone),
		cmocka_unit_test(two_refusals_end_the_connection_one_does_not),
		cmocka_unit_test(our_own_misconfiguration_and_trouble_never_do),
		cmocka_unit_test(a_task_uses_a_token_that_holds),
		cmocka_unit_test(a_task_refreshes_one_that_is_about_to_end),
		cmocka_unit_test(a_401_refreshes_once_and_no_more),
		cmocka_unit_test(who_finds_another_refreshing_uses_what_still_holds_or_waits),
		cmocka_unit_test(without_a_connection_a_login_is_asked_for),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
