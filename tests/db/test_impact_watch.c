/* test_impact_watch.c - task/impact_watch: impact.com's credentials tried by the clock (C-20, T-39, F-100). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/answer.h"
#include "lib/flow.h"
#include "store/alarm.h"
#include "task/impact_watch.h"

#define COMPANY "{\"CompanyName\":\"Acme\",\"Currency\":\"USD\"}"
#define NONE    "{\"Actions\":[]}"
#define NO      "{\"Status\":\"ERROR\",\"Message\":\"no\"}"

/* One look with these answers to company, Actions and submissions, any number of times; when it is due again. */
static int64_t
look(const int *statuses, size_t n)
{
	struct step *s = impact_watch_new(store.arena, &store.parts, store.tenant_id);
	size_t sent = 0;

	for (;;) {
		store_must(step_next(s, &store.e));
		if (s->n == 0 && s->pause_ms == 0)
			break;
		s->pause_ms = 0;
		for (size_t i = 0; i < s->n; i++) {
			assert_true(sent < n);
			s->answers[i] =
			    statuses[sent] == 0
			        ? answer_lost(HTTP_UNKNOWN)
			        : answer_of(statuses[sent], statuses[sent] == 200 ? (i == 0 ? COMPANY : NONE) : NO);
			sent++;
		}
	}
	assert_int_equal(sent, n);
	return s->again_in_ms;
}

/* The detail of the alarm that stands, or "-". */
static struct str
alarm_of(enum alarm_kind kind)
{
	struct alarm *list;
	size_t n;

	store_must(alarm_list(store.db, store.arena, store.tenant_id, &list, &n, &store.e));
	for (size_t i = 0; i < n; i++)
		if (list[i].kind == kind)
			return list[i].detail;
	return STR("-");
}

static const int fine[] = { 200, 200, 404 };
static const int wrong[] = { 401, 401, 401, 401, 401, 401 };

static void
C_20_credentials_that_work_are_tried_again_in_an_hour(void **state)
{
	(void)state;
	int64_t hour = store.settings.impact_look_s * 1000;

	assert_in_range(look(fine, 3), hour * 9 / 10, hour * 11 / 10);
	assert_str(alarm_of(ALARM_IMPACT_REFUSED), "-");
}

static void
C_20_a_refusal_is_believed_the_second_time_and_told_once(void **state)
{
	(void)state;
	static const int once[] = { 401, 401, 401, 200, 200, 404 };

	look(once, 6);
	assert_str(alarm_of(ALARM_IMPACT_REFUSED), "-");
	look(wrong, 6);
	assert_str(alarm_of(ALARM_IMPACT_REFUSED), "");
	look(wrong, 6);
	assert_int_equal(store_int("SELECT COUNT(*) FROM alarm WHERE tenant_id = %lld", (long long)store.tenant_id), 1);
}

static void
no_answer_concludes_nothing(void **state)
{
	(void)state;
	static const int lost[] = { 0, 0, 0 }, busy[] = { 503, 200, 200 }, limited[] = { 200, 429, 200 };

	look(lost, 3);
	look(busy, 3);
	look(limited, 3);
	assert_int_equal(store_int("SELECT COUNT(*) FROM alarm WHERE tenant_id = %lld", (long long)store.tenant_id), 0);
	look(wrong, 6);
	look(lost, 3);
	assert_str(alarm_of(ALARM_IMPACT_REFUSED), "");
}

static void
C_20_a_token_that_lost_a_scope_is_told_with_its_name(void **state)
{
	(void)state;
	static const int actions[] = { 200, 403, 404 }, both[] = { 403, 403, 403 };

	look(actions, 3);
	assert_str(alarm_of(ALARM_IMPACT_SCOPES), "Actions");
	look(both, 3);
	assert_str(alarm_of(ALARM_IMPACT_SCOPES), "Actions and API submissions");
	look(fine, 3);
	assert_str(alarm_of(ALARM_IMPACT_SCOPES), "-");
}

/* Refused while sending: that conversion is parked, a look is due, and when the credentials work again it goes out once. */
static void
F_100_a_refused_send_waits_and_goes_out_once_when_the_credentials_work_again(void **state)
{
	(void)state;
	flow_deal_in_crm();
	flow_deal_changed("301", "dealstage", "closedwon");
	flow_decided();
	flow_say(401, NO);
	flow_send();
	assert_int_equal(store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld AND state = 'PARKED'",
	                     (long long)store.tenant_id),
	    1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM schedule WHERE tenant_id = %lld AND kind = 'impact' AND "
	                           "due <= UTC_TIMESTAMP(3)",
	                     (long long)store.tenant_id),
	    1);
	look(wrong, 6);
	assert_int_equal(store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld AND state = 'PARKED'",
	                     (long long)store.tenant_id),
	    1);
	look(fine, 3);
	assert_str(alarm_of(ALARM_IMPACT_REFUSED), "-");
	flow_say(200, "{\"Status\":\"QUEUED\",\"QueuedUri\":\"/Advertisers/IR1/APISubmissions/A-1\"}");
	flow_send();
	assert_int_equal(store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld AND state = 'ACCEPTED'",
	                     (long long)store.tenant_id),
	    1);
	look(fine, 3);
	flow_send();
	assert_int_equal(store_int("SELECT attempts FROM conversion WHERE tenant_id = %lld",
	                     (long long)store.tenant_id),
	    2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(C_20_credentials_that_work_are_tried_again_in_an_hour, flow_fresh),
		cmocka_unit_test_setup(C_20_a_refusal_is_believed_the_second_time_and_told_once, flow_fresh),
		cmocka_unit_test_setup(no_answer_concludes_nothing, flow_fresh),
		cmocka_unit_test_setup(C_20_a_token_that_lost_a_scope_is_told_with_its_name, flow_fresh),
		cmocka_unit_test_setup(F_100_a_refused_send_waits_and_goes_out_once_when_the_credentials_work_again,
		    flow_fresh),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
