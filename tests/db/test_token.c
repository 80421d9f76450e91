/* test_token.c - task/token: a token that holds for whoever needs one, refreshed by one of all (T-38, F-080..F-084). */
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
	    str_c(g.a, str_printf(g.a, "UPDATE install SET issued_at = UTC_TIMESTAMP(3) - INTERVAL %lld SECOND",
	                   (long long)ago_s)));
	must(tenant_set_state(g.db, g.tenant.tenant_id, TENANT_ACTIVE, &g.e));
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

	given(1795, 5);
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

/* The other one brings its tokens while this one waits. */
static void
another_refreshes(struct ground *ground)
{
	const struct install_tokens fresh = { .access = secret_copy(g.a, STR("from another")), .expires_in_s = 1800 };
	struct install held = now();

	(void)ground;
	must(install_refreshed(g.db, &g.vault, g.a, &held, &fresh, &g.e));
}

static void
F_080_who_finds_another_refreshing_waits_for_its_token(void **state)
{
	(void)state;
	struct token *t = task(begin);
	size_t sent;

	given(1790, 10);
	must(install_lease(g.db, g.tenant.tenant_id, now().version, STR("another"), &g.e));
	g.paused = another_refreshes;
	must(ground_steps(&g, &t->step, NULL, 0, &sent));
	g.paused = NULL;
	assert_true(secret_eq(&t->install.access_token, STR("from another")));
}

static void
F_082_a_refresh_that_died_is_made_again_by_the_next(void **state)
{
	(void)state;
	const struct http_answer answers[] = { answer_of(200, FRESH) };
	struct token *dead = task(begin), *next = task(begin);
	size_t sent;

	given(1790, 10);
	must(step_next(&dead->step, &g.e));
	assert_int_equal(dead->step.n, 1); /* asked, and never heard of again */
	ground_run(&g, "UPDATE install SET lease_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND");
	must(ground_steps(&g, &next->step, answers, 1, &sent));
	assert_true(access_is(STR("fresh")));
	assert_true(secret_eq(&next->install.refresh_token, STR("refresh-2")));
}

/* Stopped for longer than its lease, with tokens in hand that nobody has replaced: they are the newest there are. */
static void
F_083_tokens_that_come_late_are_stored_unless_newer_ones_were(void **state)
{
	(void)state;
	struct token *late = task(begin), *later = task(begin);

	given(1790, 10);
	must(step_next(&late->step, &g.e));
	ground_run(&g, "UPDATE install SET lease_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND");
	must(step_next(&later->step, &g.e));
	assert_int_equal(later->step.n, 1);
	late->step.answers[0] = answer_of(200, FRESH);
	must(step_next(&late->step, &g.e));
	assert_true(access_is(STR("fresh")));
	later->step.answers[0] =
	    answer_of(200, "{\"access_token\":\"stale\",\"refresh_token\":\"stale\",\"expires_in\":1800}");
	must(step_next(&later->step, &g.e));
	assert_true(access_is(STR("fresh")));
	assert_true(secret_eq(&later->install.access_token, STR("fresh")));
}

/* HubSpot has given tokens, and the row cannot be written: they are nowhere else. */
static void
F_082_tokens_that_cannot_be_stored_are_kept_and_stored_later(void **state)
{
	(void)state;
	struct token *t = task(begin);

	given(1790, 10);
	must(step_next(&t->step, &g.e));
	ground_run(&g, "CREATE TRIGGER no_writes BEFORE UPDATE ON install FOR EACH ROW "
	               "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not now'");
	t->step.answers[0] = answer_of(200, FRESH);
	must(step_next(&t->step, &g.e));
	assert_true(t->step.pause_ms > 0 && t->step.holds);
	ground_run(&g, "DROP TRIGGER no_writes");
	t->step.pause_ms = 0;
	must(step_next(&t->step, &g.e));
	assert_false(t->step.holds);
	assert_true(access_is(STR("fresh")));
}

/* The second try is the schedule's, a minute later; whoever asks meanwhile is told, and asks HubSpot nothing. */
static void
a_refused_refresh_rests_for_everybody(void **state)
{
	(void)state;
	const struct http_answer bad[] = { answer_of(400, BAD) };
	size_t sent;

	given(1790, 10);
	must_fail(ground_steps(&g, &task(begin)->step, bad, 1, &sent), ERR_DENIED);
	assert_int_equal(now().refused, 1);
	assert_int_equal(now().trouble, INSTALL_REFUSED);
	must_fail(ground_steps(&g, &task(begin)->step, NULL, 0, &sent), ERR_DENIED);
	assert_true(now().connected);
}

static void
F_084_a_token_that_was_refused_is_used_by_nobody(void **state)
{
	(void)state;
	const struct http_answer answers[] = { answer_of(200, FRESH) };
	size_t sent;

	given(10, 1700);
	must(install_access_refused(g.db, g.tenant.tenant_id, now().version, &g.e));
	must(ground_steps(&g, &task(begin)->step, answers, 1, &sent));
	assert_true(access_is(STR("fresh")));
	/* Refused again at once: refreshing is not what helps, so nobody does for a while. */
	must(install_access_refused(g.db, g.tenant.tenant_id, now().version, &g.e));
	must(ground_steps(&g, &task(begin)->step, answers, 1, &sent));
	assert_int_equal(now().trouble, INSTALL_DENIED);
	must(install_access_refused(g.db, g.tenant.tenant_id, now().version, &g.e));
	must_fail(ground_steps(&g, &task(begin)->step, NULL, 0, &sent), ERR_DENIED);
	assert_true(now().connected);
}

/* What kept it from being refreshed is mended: the new token works, and nobody is told otherwise. */
static void
F_084_a_token_that_comes_after_refreshes_that_failed_is_no_trouble(void **state)
{
	(void)state;
	const struct http_answer client[] = { answer_of(400, "{\"status\":\"BAD_CLIENT_SECRET\",\"message\":\"no\"}") };
	const struct http_answer good[] = { answer_of(200, FRESH) };
	size_t sent;

	given(10, 1700);
	must(install_access_refused(g.db, g.tenant.tenant_id, now().version, &g.e));
	must_fail(ground_steps(&g, &task(begin)->step, client, 1, &sent), ERR_REMOTE);
	assert_int_equal(now().trouble, INSTALL_CLIENT);
	ground_run(&g, "UPDATE install SET lease_until = NULL");
	must(ground_steps(&g, &task(begin)->step, good, 1, &sent));
	assert_true(access_is(STR("fresh")));
	assert_int_equal(now().trouble, INSTALL_NO_TROUBLE);
}

/* A 401 to a call that was begun before the refresh says nothing of the new token. */
static void
a_refusal_of_the_token_before_does_not_touch_the_new_one(void **state)
{
	(void)state;
	int64_t before;

	given(10, 1700);
	before = now().version - 1;
	must(install_access_refused(g.db, g.tenant.tenant_id, before, &g.e));
	assert_false(now().access_refused);
}

static void
without_a_connection_a_login_is_asked_for(void **state)
{
	(void)state;
	struct install in;
	size_t sent;

	must(install_facts(g.db, g.a, g.tenant.tenant_id, &in, &g.e));
	must(install_disconnected(g.db, g.a, &(struct person){ .tenant_id = g.tenant.tenant_id }, in.version,
	    INSTALL_REMOVED, &g.e));
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
		cmocka_unit_test(a_task_uses_a_token_that_holds),
		cmocka_unit_test(a_task_refreshes_one_that_is_about_to_end),
		cmocka_unit_test(a_401_refreshes_once_and_no_more),
		cmocka_unit_test(F_080_who_finds_another_refreshing_waits_for_its_token),
		cmocka_unit_test(F_082_a_refresh_that_died_is_made_again_by_the_next),
		cmocka_unit_test(F_083_tokens_that_come_late_are_stored_unless_newer_ones_were),
		cmocka_unit_test(F_082_tokens_that_cannot_be_stored_are_kept_and_stored_later),
		cmocka_unit_test(a_refused_refresh_rests_for_everybody),
		cmocka_unit_test(F_084_a_token_that_was_refused_is_used_by_nobody),
		cmocka_unit_test(F_084_a_token_that_comes_after_refreshes_that_failed_is_no_trouble),
		cmocka_unit_test(a_refusal_of_the_token_before_does_not_touch_the_new_one),
		cmocka_unit_test(without_a_connection_a_login_is_asked_for),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
