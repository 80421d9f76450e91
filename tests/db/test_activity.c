/* test_activity.c - store/activity and store/census: what the site and the operator see of events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/ground.h"
#include "store/activity.h"
#include "store/census.h"
#include "store/quarantine.h"

static struct ground g;

/* A conversion of the first tenant in a state. */
static void
conversion(int64_t id, const char *state, const char *code)
{
	ground_run(&g,
	    str_c(g.a,
	        str_printf(g.a,
	            "INSERT INTO conversion (tenant_id, conversion_id, effect_key, lane, program_id, "
	            "event_type_id, event_type, "
	            "order_id, object_type, object_id, state, code, body_hash, event_date, occurred_at, "
	            "created_at, received_at, partner_name, "
	            "payout, currency, fields) VALUES (%lld, %lld, UNHEX(SHA2('%lld', 256)), REPEAT('l', 32), '1000', "
	            "1, 'won', 'o%lld', "
	            "'deals', '9', '%s', '%s', REPEAT('h', 32), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), "
	            "UTC_TIMESTAMP(3), '2026-11-01 10:00:00', 'Acme', 42, "
	            "'USD', '[]')",
	            (long long)g.tenant.tenant_id, (long long)id, (long long)id, (long long)id, state, code)));
}

static void
decision(int64_t tenant_id, int64_t id, const char *outcome, int64_t conversion_id)
{
	ground_run(&g, str_c(g.a, str_printf(g.a,
	                              "INSERT INTO decision (tenant_id, decision_id, event_key, revision, outcome, "
	                              "code, detail, conversion_id, kind, "
	                              "object_type, object_id, property, value, occurred_at, received_at, decided_at) "
	                              "VALUES (%lld, %lld, "
	                              "UNHEX(SHA2('%lld', 256)), 1, '%s', IF('%s' = 'CONVERSION', '', 'no_consent'), "
	                              "'{}', NULLIF(%lld, 0), 'changed', "
	                              "IF(%lld %% 2 = 0, 'deals', 'contacts'), '9', 'dealstage', 'closedwon', "
	                              "UTC_TIMESTAMP(3), '2026-11-01 10:00:00', "
	                              "UTC_TIMESTAMP(3))",
	                              (long long)tenant_id, (long long)id, (long long)id, outcome, outcome,
	                              (long long)conversion_id, (long long)id)));
}

static void
story(void)
{
	static const char *const states[] = { "READY", "SENDING", "UNKNOWN", "ACCEPTED", "CONFIRMED", "REJECTED",
		"HELD", "PARKED", "DEAD" };

	if (ground_number(&g, "SELECT COUNT(*) FROM decision") > 0)
		return;
	for (int64_t i = 0; i < 9; i++) {
		conversion(i + 1, states[i], i == 5 ? "CAMPAIGN_NOT_FOUND" : i == 7 ? "credentials_refused" : "");
		decision(g.tenant.tenant_id, i + 1, i == 6 ? "HELD" : "CONVERSION", i + 1);
	}
	decision(g.tenant.tenant_id, 10, "WAITING", 0);
	decision(g.tenant.tenant_id, 11, "SKIPPED", 0);
	decision(g.tenant.tenant_id, 12, "SUPPRESSED", 5);
	decision(g.other.tenant_id, 13, "SKIPPED", 0);
	ground_run(&g,
	    "INSERT INTO attempt (tenant_id, kind, effect_id, attempt, started_at, http_status, result) "
	    "SELECT tenant_id, 'conversion', conversion_id, 1, UTC_TIMESTAMP(3), 200, 'accepted' FROM conversion");
}

static struct activity_row *
list(const char *outcome, const char *type, int64_t before, int64_t limit, size_t *n)
{
	struct activity_filter f = { .outcome = str_from(outcome),
		.object_type = str_from(type),
		.before = before,
		.limit = limit };
	struct activity_row *rows;

	story();
	/* All of the story came in one batch. */
	f.before_ms =
	    before == 0 ? 0 : ground_number(&g, "SELECT CAST(UNIX_TIMESTAMP('2026-11-01 10:00:00') * 1000 AS SIGNED)");
	must(activity_list(g.db, g.a, g.tenant.tenant_id, &f, &rows, n, &g.e));
	return rows;
}

static void
counters_say_what_became_of_all(void **state)
{
	(void)state;
	struct activity_counters c;

	story();
	must(activity_count(g.db, g.a, g.tenant.tenant_id, &c, &g.e));
	assert_int_equal(c.sent, 2);
	assert_int_equal(c.waiting, 6);
	assert_int_equal(c.skipped, 2);
	assert_int_equal(c.failed, 2);
	must(activity_count(g.db, g.a, g.other.tenant_id, &c, &g.e));
	assert_int_equal(c.sent + c.waiting + c.failed, 0);
	assert_int_equal(c.skipped, 1);
}

static void
the_list_is_newest_first_and_goes_on_by_cursor(void **state)
{
	(void)state;
	struct activity_row *rows;
	size_t n;

	rows = list("", "", 0, 5, &n);
	assert_int_equal(n, 5);
	assert_int_equal(rows[0].decision_id, 12);
	assert_true(str_eq(rows[0].outcome, STR("skipped")));
	rows = list("", "", rows[4].decision_id, 100, &n);
	assert_int_equal(n, 7);
	assert_int_equal(rows[0].decision_id, 7);
	assert_true(str_eq(rows[2].conversion.state, STR("CONFIRMED")));
	assert_true(str_eq(rows[2].conversion.payout, STR("42.00")));
	must_fail(activity_list(g.db, g.a, g.tenant.tenant_id, &(struct activity_filter){ .limit = 101 }, &rows, &n,
	              &g.e),
	    ERR_INVALID);
}

static void
filters_choose_by_outcome_and_object(void **state)
{
	(void)state;
	size_t n;

	list("sent", "", 0, 100, &n);
	assert_int_equal(n, 2);
	list("waiting", "", 0, 100, &n);
	assert_int_equal(n, 6);
	list("failed", "", 0, 100, &n);
	assert_int_equal(n, 2);
	list("skipped", "", 0, 100, &n);
	assert_int_equal(n, 2);
	list("skipped", "deals", 0, 100, &n);
	assert_int_equal(n, 1);
	list("", "companies", 0, 100, &n);
	assert_int_equal(n, 0);
	list("held", "", 0, 100, &n);
	assert_int_equal(n, 1);
}

/* Walks a list by pages of `limit`; the sum and number of its ids. */
static void
walk(struct activity_filter f, int64_t limit, int64_t *sum, size_t *n)
{
	struct activity_row *rows;
	size_t got;

	*sum = 0;
	*n = 0;
	f.limit = limit;
	do {
		must(activity_list(g.db, g.a, g.tenant.tenant_id, &f, &rows, &got, &g.e));
		for (size_t i = 0; i < got; i++) {
			assert_true(
			    f.before == 0 || rows[i].decision_id < f.before || rows[i].received_ms < f.before_ms);
			*sum += rows[i].decision_id;
			*n += 1;
		}
		if (got > 0) {
			f.before_ms = rows[got - 1].received_ms;
			f.before = rows[got - 1].decision_id;
		}
	} while (got > 0);
}

static void
whatever_the_page_each_line_comes_once_also_of_one_batch(void **state)
{
	(void)state;
	static const char *const outcomes[] = { "", "sent", "waiting", "skipped", "failed", "held" };

	story();
	for (size_t k = 0; k < sizeof(outcomes) / sizeof(outcomes[0]); k++) {
		const struct activity_filter f = { .outcome = str_from(outcomes[k]) };
		int64_t sum, whole;
		size_t n, all;

		walk(f, 100, &whole, &all);
		assert_true(all > 0);
		for (int64_t limit = 1; limit <= 4; limit++) {
			walk(f, limit, &sum, &n);
			assert_int_equal(n, all);
			assert_int_equal(sum, whole);
		}
	}
}

static struct activity_search
search(const char *id, const char *type, const char *word, const char *name)
{
	return (struct activity_search){ .on = true,
		.object_id = str_from(id),
		.object_type = str_from(type),
		.word = str_from(word),
		.name = str_from(name) };
}

static size_t
found(struct activity_search s, const char *outcome, const char *code)
{
	const struct activity_filter f = { .search = s,
		.outcome = str_from(outcome),
		.code = str_from(code),
		.limit = 100 };
	struct activity_row *rows;
	size_t n;

	must(activity_list(g.db, g.a, g.tenant.tenant_id, &f, &rows, &n, &g.e));
	return n;
}

static void
B_02_a_search_finds_by_record_order_action_name_and_e_mail(void **state)
{
	(void)state;
	struct activity_search by_mail = { .on = true };

	story();
	ground_run(&g,
	    "UPDATE decision SET name = 'Robot \xC3\x89tude', email_hash = REPEAT('m', 32) WHERE decision_id = 3");
	ground_run(&g, "UPDATE conversion SET action_id = '1000.77' WHERE conversion_id = 5");
	assert_int_equal(found(search("9", "", "", ""), "", ""), 12);
	assert_int_equal(found(search("9", "deals", "", ""), "", ""), 6);
	assert_int_equal(found(search("8", "", "", ""), "", ""), 0);
	assert_int_equal(found(search("", "", "o4", ""), "", ""), 1);
	assert_int_equal(found(search("", "", "1000.77", ""), "", ""), 2); /* and the one that it stood in the way of */
	assert_int_equal(found(search("", "", "1000.77", ""), "sent", ""), 1);
	assert_int_equal(found(search("", "", "", "%\xC3\xA9tud%"), "", ""), 1);
	assert_int_equal(found(search("9", "", "", ""), "held", ""), 1);
	assert_int_equal(found(search("9", "", "", ""), "", "CAMPAIGN_NOT_FOUND"), 1);
	by_mail.email_hash = STR("mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm");
	assert_int_equal(found(by_mail, "", ""), 1);
}

static void
T_15_causes_are_counted_with_what_can_be_tried_again(void **state)
{
	(void)state;
	const struct activity_filter all = { .limit = 1 }, one = { .search = search("9", "deals", "", "") };
	struct activity_counters c;
	struct activity_cause *causes;
	size_t n, refused = 0;

	story();
	must(activity_causes(g.db, g.a, g.tenant.tenant_id, &all, &c, &causes, &n, &g.e));
	assert_int_equal(c.held, 1);
	for (size_t i = 0; i < n; i++)
		if (str_eq(causes[i].code, STR("CAMPAIGN_NOT_FOUND"))) {
			assert_true(str_eq(causes[i].outcome, STR("failed")));
			refused += (size_t)causes[i].again;
		}
	assert_int_equal(refused, 1);
	must(activity_causes(g.db, g.a, g.tenant.tenant_id, &one, &c, &causes, &n, &g.e));
	assert_int_equal(c.sent + c.waiting + c.skipped + c.failed, 6);
}

static void
F_017_a_decision_is_shown_to_its_own_tenant_only(void **state)
{
	(void)state;
	struct activity_detail d;
	struct activity_attempt *attempts;
	size_t n;

	story();
	must(activity_load(g.db, g.a, g.tenant.tenant_id, 5, &d, &g.e));
	assert_true(str_eq(d.row.conversion.order_id, STR("o5")));
	assert_true(str_eq(d.fields, STR("[]")));
	assert_int_equal(d.change_source.n, 0);
	must_fail(activity_load(g.db, g.a, g.other.tenant_id, 5, &d, &g.e), ERR_NOT_FOUND);
	must(activity_attempts(g.db, g.a, g.tenant.tenant_id, 5, &attempts, &n, &g.e));
	assert_int_equal(n, 1);
	assert_int_equal(attempts[0].http_status, 200);
	must(activity_attempts(g.db, g.a, g.other.tenant_id, 5, &attempts, &n, &g.e));
	assert_int_equal(n, 0);
}

static void
problems_and_proof_are_found(void **state)
{
	(void)state;
	struct activity_problem *p;
	size_t n;
	bool proved;

	story();
	/* A first look that found no data is nobody's concern; one that has waited for long is. */
	ground_run(&g, "UPDATE decision SET received_at = UTC_TIMESTAMP(3)");
	must(activity_problems(g.db, g.a, g.tenant.tenant_id, &p, &n, &g.e));
	assert_int_equal(n, 5);
	ground_run(&g, "UPDATE decision SET code = 'no_contact', received_at = UTC_TIMESTAMP(3) - INTERVAL 1 HOUR "
	               "WHERE decision_id = 10");
	must(activity_problems(g.db, g.a, g.tenant.tenant_id, &p, &n, &g.e));
	assert_int_equal(n, 6);
	/* What was refused long ago nobody mends any more. */
	ground_run(&g,
	    "UPDATE conversion SET received_at = UTC_TIMESTAMP(3) - INTERVAL 40 DAY WHERE state = 'REJECTED'");
	must(activity_problems(g.db, g.a, g.tenant.tenant_id, &p, &n, &g.e));
	assert_int_equal(n, 5);
	ground_run(&g, "UPDATE conversion SET received_at = UTC_TIMESTAMP(3)");
	/* An event that HubSpot does not let us read, and one that another record's conversion stood in the way of. */
	ground_run(&g, "UPDATE decision SET code = 'hubspot_scope_companies' WHERE decision_id = 10");
	ground_run(&g, "UPDATE decision SET code = 'duplicate_collision' WHERE decision_id = 12");
	must(activity_problems(g.db, g.a, g.tenant.tenant_id, &p, &n, &g.e));
	assert_int_equal(n, 7);
	for (size_t i = 5; i < n; i++)
		assert_true(str_eq(p[i].code, STR("hubspot_scope_companies"))
		                ? str_eq(p[i].state, STR("WAITING"))
		                : str_eq(p[i].code, STR("duplicate_collision")));
	/* What a person gave up is no problem any more. */
	ground_run(&g, "UPDATE conversion SET code = 'dropped_by_person' WHERE state = 'DEAD'");
	must(activity_problems(g.db, g.a, g.tenant.tenant_id, &p, &n, &g.e));
	assert_int_equal(n, 6);
	/* Of what waits for long all that waits for the same is counted: the list that it opens has no less. */
	ground_run(&g, "UPDATE decision SET code = 'no_contact', outcome = 'WAITING', received_at = UTC_TIMESTAMP(3) - "
	               "INTERVAL IF(decision_id = 10, 60, 0) MINUTE WHERE decision_id IN (10, 11)");
	must(activity_problems(g.db, g.a, g.tenant.tenant_id, &p, &n, &g.e));
	for (size_t i = 0; i < n; i++)
		assert_int_equal(p[i].n, str_eq(p[i].code, STR("no_contact")) ? 2 : 1);
	must(activity_proved(g.db, g.a, g.tenant.tenant_id, STR("1000"), &proved, &g.e));
	assert_true(proved);
	must(activity_proved(g.db, g.a, g.tenant.tenant_id, STR("2000"), &proved, &g.e));
	assert_false(proved);
	must(activity_proved(g.db, g.a, g.other.tenant_id, STR("1000"), &proved, &g.e));
	assert_false(proved);
}

static void
the_operator_sees_what_waits_and_what_could_not_be_read(void **state)
{
	(void)state;
	struct census_row *rows;
	struct quarantine *bad;
	size_t n;

	ground_run(&g,
	    "INSERT INTO inbox (shard, source, received_at, body) VALUES (3, 'hubspot', UTC_TIMESTAMP(3) - INTERVAL 60 "
	    "SECOND, '[]')");
	ground_run(&g,
	    "INSERT INTO delivery (tenant_id, kind, effect_id, stage, due) VALUES (1, 'conversion', 1, 'send', "
	    "UTC_TIMESTAMP(3) - INTERVAL 5 SECOND), (1, 'conversion', 2, 'send', UTC_TIMESTAMP(3) + INTERVAL 5 "
	    "SECOND)");
	ground_run(&g, "INSERT INTO quarantine (source, reason, received_at, body) VALUES ('hubspot', 'no JSON', "
	               "UTC_TIMESTAMP(3), 'x')");
	must(census_queues(g.db, g.a, &rows, &n, &g.e));
	assert_int_equal(n, 2);
	assert_true(str_eq(rows[0].queue, STR("inbox")) && rows[0].rows == 1 && rows[0].waits_s >= 60);
	assert_true(str_eq(rows[1].queue, STR("delivery.send")) && rows[1].rows == 2 && rows[1].due == 1);
	must(quarantine_list(g.db, g.a, &bad, &n, &g.e));
	assert_int_equal(n, 1);
	assert_true(str_eq(bad[0].reason, STR("no JSON")) && bad[0].bytes == 1);
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
		cmocka_unit_test(counters_say_what_became_of_all),
		cmocka_unit_test(the_list_is_newest_first_and_goes_on_by_cursor),
		cmocka_unit_test(filters_choose_by_outcome_and_object),
		cmocka_unit_test(whatever_the_page_each_line_comes_once_also_of_one_batch),
		cmocka_unit_test(B_02_a_search_finds_by_record_order_action_name_and_e_mail),
		cmocka_unit_test(T_15_causes_are_counted_with_what_can_be_tried_again),
		cmocka_unit_test(F_017_a_decision_is_shown_to_its_own_tenant_only),
		cmocka_unit_test(problems_and_proof_are_found),
		cmocka_unit_test(the_operator_sees_what_waits_and_what_could_not_be_read),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
