/*
 * test_hubspot_watch.c - task/hubspot_watch: tokens refreshed before they expire, a dead refresh token, a removed app,
 * wrong client credentials (T-38, T-39, I-58, I-59, F-061, F-080, F-081).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/answer.h"
#include "lib/ground.h"
#include "store/alarm.h"
#include "store/person.h"
#include "task/hubspot_watch.h"

static struct ground g;

#define FRESH  "{\"access_token\":\"fresh\",\"refresh_token\":\"refresh-2\",\"expires_in\":1800}"
#define BAD    "{\"status\":\"BAD_REFRESH_TOKEN\",\"error\":\"invalid_grant\"}"
#define GONE   "{\"status\":\"BAD_HUB\",\"error\":\"access_denied\"}"
#define OURS   "{\"status\":\"BAD_CLIENT_SECRET\",\"error\":\"invalid_client\"}"
#define ACTIVE "{\"active\":true,\"hub_id\":1,\"scopes\":[\"oauth\",\"crm.objects.deals.read\"]}"
#define FEWER  "{\"active\":true,\"hub_id\":1,\"scopes\":[\"oauth\"]}"
#define DEAD   "{\"active\":false}"

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

/* Puts a time of the row so many seconds back. */
static void
back(const char *column, int64_t seconds)
{
	struct str text = str_printf(g.a, "UPDATE install SET %s = UTC_TIMESTAMP(3) - INTERVAL %lld SECOND", column,
	    (long long)seconds);

	ground_run(&g, str_c(g.a, text));
}

/* A connection whose token was given so many seconds ago and lives so much longer; HubSpot was asked a moment ago. */
static void
given(int64_t ago_s, int64_t left_s)
{
	struct install in = { .tenant_id = g.tenant.tenant_id, .scopes = STR("oauth crm.objects.deals.read") };

	in.access_token = secret_copy(g.a, STR("old"));
	in.refresh_token = secret_copy(g.a, STR("refresh-1"));
	must(install_save(g.db, &g.vault, g.a, &in, left_s, &g.e));
	back("issued_at", ago_s);
	must(tenant_set_state(g.db, g.tenant.tenant_id, TENANT_ACTIVE, &g.e));
}

static void
looked_at(int64_t ago_s)
{
	back("last_ok_at", ago_s);
}

/* The rest after a failure is over. */
static void
rested(void)
{
	ground_run(&g, "UPDATE install SET lease_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND");
}

static int64_t
watch(const struct http_answer *answers, size_t n)
{
	struct step *s = hubspot_watch_new(g.a, &g.parts, g.tenant.tenant_id);
	size_t sent;

	must(ground_steps(&g, s, answers, n, &sent));
	assert_int_equal(sent, n);
	return s->again_in_ms;
}

static enum tenant_state
tenant_state(void)
{
	must(tenant_load(g.db, g.a, g.tenant.tenant_id, &g.tenant, &g.e));
	return g.tenant.state;
}

/* The detail of the alarm that stands, or "-". */
static struct str
alarm_of(enum alarm_kind kind)
{
	struct alarm *list;
	size_t n;

	must(alarm_list(g.db, g.a, g.tenant.tenant_id, &list, &n, &g.e));
	for (size_t i = 0; i < n; i++)
		if (list[i].kind == kind)
			return list[i].detail;
	return STR("-");
}

static void
F_080_a_token_is_refreshed_at_three_quarters_of_its_life_more_or_less(void **state)
{
	(void)state;
	const struct http_answer answers[] = { answer_of(200, FRESH) };
	struct install in = { .expires_in_ms = 1800000 };
	int64_t first = INT64_MAX, last = 0;

	for (in.tenant_id = 1; in.tenant_id < 40; in.tenant_id++) {
		int64_t due = hubspot_watch_due_ms(&g.settings, &in);

		first = due < first ? due : first;
		last = due > last ? due : last;
	}
	assert_int_equal(first, 1800000 * 70 / 100);
	assert_int_equal(last, 1800000 * 80 / 100);
	given(1000, 800);
	assert_true(watch(NULL, 0) > 0);
	assert_true(access_is(STR("old")));
	given(1500, 300);
	assert_in_range(watch(answers, 1), 1, g.settings.hubspot_look_s * 1000 + 1000);
	assert_true(access_is(STR("fresh")));
	/* Once: whoever comes now finds nothing to do. */
	assert_true(watch(NULL, 0) > 0);
}

/* The database's clock an hour ahead of ours: the token was given ten seconds ago all the same. */
static void
a_tokens_age_is_told_by_the_databases_clock(void **state)
{
	(void)state;
	ground_run(&g, "SET timestamp = UNIX_TIMESTAMP() + 3600");
	given(10, 1790);
	assert_true(watch(NULL, 0) > 0);
	ground_run(&g, "SET timestamp = DEFAULT");
}

static void
T_39_a_refresh_token_that_is_refused_twice_pauses_the_account_and_tells_the_owner_once(void **state)
{
	(void)state;
	const struct http_answer bad[] = { answer_of(400, BAD) };
	const struct http_answer again[] = { answer_of(200, "{}"), answer_of(400, BAD) };

	given(1500, 300);
	assert_int_equal(watch(bad, 1), g.settings.token_second_try_s * 1000);
	assert_true(now().connected);
	assert_int_equal(tenant_state(), TENANT_ACTIVE);
	/* It rests: no third call in between, whoever comes. */
	assert_true(watch(NULL, 0) > 0);
	rested();
	/* The account still answers calls with the access token: it is the refresh token that is dead. */
	watch(again, 2);
	assert_false(now().connected);
	assert_int_equal(tenant_state(), TENANT_PAUSED);
	assert_int_equal(now().trouble, INSTALL_REFUSED);
	assert_str(alarm_of(ALARM_HUBSPOT_ENDED), "refused");
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM mail WHERE kind = 'alarm'"), 1);
	/* Nothing is asked of HubSpot any more. */
	assert_int_equal(watch(NULL, 0), -1);
}

static void
I_58_an_app_that_was_removed_is_found_by_a_look_in_three_calls(void **state)
{
	(void)state;
	const struct http_answer first[] = { answer_of(200, DEAD), answer_of(400, BAD) };
	const struct http_answer second[] = { answer_of(401, "{}") };

	given(600, 1200);
	looked_at(g.settings.hubspot_look_s + 1);
	watch(first, 2);
	assert_true(now().connected);
	rested();
	watch(second, 1);
	assert_int_equal(tenant_state(), TENANT_PAUSED);
	assert_int_equal(now().trouble, INSTALL_REMOVED);
	assert_str(alarm_of(ALARM_HUBSPOT_ENDED), "removed");
}

static void
I_58_calls_that_are_refused_lead_there_too(void **state)
{
	(void)state;
	const struct http_answer bad[] = { answer_of(400, BAD) };

	given(600, 1200);
	must(install_access_refused(g.db, g.tenant.tenant_id, now().version, &g.e));
	watch(bad, 1);
	rested();
	watch(bad, 1);
	assert_int_equal(now().trouble, INSTALL_REMOVED);
}

static void
an_account_that_is_gone_is_called_so(void **state)
{
	(void)state;
	const struct http_answer gone[] = { answer_of(400, GONE) };

	given(1900, -100);
	watch(gone, 1);
	rested();
	watch(gone, 1);
	assert_int_equal(now().trouble, INSTALL_ACCOUNT_GONE);
}

static void
I_59_a_new_login_ends_the_alarm_and_the_owner_hears_of_it(void **state)
{
	(void)state;
	ground_run(&g, "UPDATE mail SET state = 'sent'");
	given(0, 1800);
	assert_true(watch(NULL, 0) > 0);
	assert_str(alarm_of(ALARM_HUBSPOT_ENDED), "-");
	assert_true(ground_number(&g, "SELECT COUNT(*) FROM mail WHERE kind = 'recovery'") == 1);
	assert_int_equal(now().trouble, INSTALL_NO_TROUBLE);
}

/* A mail that has not left yet when all is well again never does, and nobody hears of a recovery. */
static void
T_39_what_breaks_again_within_the_hour_sends_no_second_mail(void **state)
{
	(void)state;
	const struct http_answer gone[] = { answer_of(400, GONE) };
	int64_t before = ground_number(&g, "SELECT COUNT(*) FROM mail");

	given(1900, -100);
	watch(gone, 1);
	rested();
	watch(gone, 1);
	assert_str(alarm_of(ALARM_HUBSPOT_ENDED), "account_gone");
	given(0, 1800);
	(void)watch(NULL, 0);
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM mail"), before);
}

static void
our_own_client_secret_never_ends_a_connection_and_mending_it_is_enough(void **state)
{
	(void)state;
	const struct http_answer ours[] = { answer_of(400, OURS) };
	const struct http_answer look[] = { answer_of(401, OURS), answer_of(400, OURS) };
	const struct http_answer fresh[] = { answer_of(200, FRESH) };

	given(600, 1200);
	looked_at(g.settings.hubspot_look_s + 1);
	watch(look, 2);
	for (int i = 0; i < 5; i++) {
		back("expires_at", 10);
		rested();
		assert_int_equal(watch(ours, 1), g.settings.token_retry_s * 1000);
	}
	assert_true(now().connected);
	assert_int_equal(now().refused, 0);
	assert_int_equal(now().trouble, INSTALL_CLIENT);
	assert_int_equal(tenant_state(), TENANT_ACTIVE);
	rested();
	watch(fresh, 1);
	assert_int_equal(now().trouble, INSTALL_NO_TROUBLE);
	assert_true(access_is(STR("fresh")));
}

static void
F_081_trouble_of_hubspot_is_tried_again_ever_more_rarely_and_ends_nothing(void **state)
{
	(void)state;
	const struct http_answer busy[] = { answer_of(503, "") };
	const struct http_answer lost[] = { answer_lost(HTTP_UNKNOWN) };

	given(1500, 300);
	for (int i = 0; i < 12; i++) {
		assert_in_range(watch(i % 2 == 0 ? busy : lost, 1), 1, (g.settings.token_retry_s + 1) * 1000);
		rested();
	}
	assert_true(now().connected);
	assert_int_equal(now().failures, 12);
	assert_int_equal(now().trouble, INSTALL_UNREACHABLE);
	/* A look that is not answered says nothing either. */
	given(600, 1200);
	looked_at(g.settings.hubspot_look_s + 1);
	assert_true(watch(busy, 1) > 0);
	assert_int_equal(now().failures, 0);
}

static void
a_scope_that_was_taken_away_is_named_until_it_is_back(void **state)
{
	(void)state;
	const struct http_answer fewer[] = { answer_of(200, FEWER) };
	const struct http_answer all[] = { answer_of(200, ACTIVE) };

	given(600, 1200);
	looked_at(g.settings.hubspot_look_s + 1);
	watch(fewer, 1);
	assert_str(alarm_of(ALARM_HUBSPOT_SCOPES), "crm.objects.deals.read");
	assert_str(now().scopes, "oauth");
	looked_at(g.settings.hubspot_look_s + 1);
	watch(all, 1);
	assert_str(alarm_of(ALARM_HUBSPOT_SCOPES), "-");
}

/* The refusal of the old tokens comes back at the very moment at which somebody has logged in. */
static void
F_061_a_login_meanwhile_outlives_the_refusal_of_the_tokens_before(void **state)
{
	(void)state;
	struct step *s;

	given(1500, 300);
	ground_run(&g, "UPDATE install SET refused = 1, access_refused = 1");
	s = hubspot_watch_new(g.a, &g.parts, g.tenant.tenant_id);
	must(step_next(s, &g.e));
	assert_int_equal(s->n, 1);
	given(0, 1800);
	s->answers[0] = answer_of(400, BAD);
	must_fail(step_next(s, &g.e), ERR_CONFLICT);
	assert_true(now().connected);
	assert_int_equal(tenant_state(), TENANT_ACTIVE);
	assert_int_equal(now().refused, 0);
}

static int
setup(void **state)
{
	struct person owner;

	(void)state;
	if (!ground_open(&g))
		return -1;
	g.parts.scopes = STR("oauth crm.objects.deals.read");
	return person_join(g.db, g.a, g.tenant.tenant_id, 9, STR("ada@acme.example"), &owner, &g.e) ? 0 : -1;
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
		cmocka_unit_test(F_080_a_token_is_refreshed_at_three_quarters_of_its_life_more_or_less),
		cmocka_unit_test(a_tokens_age_is_told_by_the_databases_clock),
		cmocka_unit_test(
		    T_39_a_refresh_token_that_is_refused_twice_pauses_the_account_and_tells_the_owner_once),
		cmocka_unit_test(I_59_a_new_login_ends_the_alarm_and_the_owner_hears_of_it),
		cmocka_unit_test(T_39_what_breaks_again_within_the_hour_sends_no_second_mail),
		cmocka_unit_test(I_58_an_app_that_was_removed_is_found_by_a_look_in_three_calls),
		cmocka_unit_test(I_58_calls_that_are_refused_lead_there_too),
		cmocka_unit_test(an_account_that_is_gone_is_called_so),
		cmocka_unit_test(our_own_client_secret_never_ends_a_connection_and_mending_it_is_enough),
		cmocka_unit_test(F_081_trouble_of_hubspot_is_tried_again_ever_more_rarely_and_ends_nothing),
		cmocka_unit_test(a_scope_that_was_taken_away_is_named_until_it_is_back),
		cmocka_unit_test(F_061_a_login_meanwhile_outlives_the_refusal_of_the_tokens_before),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
