/*
 * Sending to impact.com: what leaves, when, and where each answer ends (reliability.md 3.4; F-095, F-097, F-099..F-103,
 * F-110; design 4).
 */
#include <sys/wait.h>
#include <unistd.h>

#include "lib/flow.h"
#include "lib/held.h"
#include "store/credential.h"
#include "store/tenant.h"
#include "task/resume.h"

#define QUEUED "{\"Status\":\"QUEUED\",\"QueuedUri\":\"/Advertisers/IR1/APISubmissions/A-1\"}"

static struct str
attempt(int64_t id, const char *column)
{
	return store_text(
	    "SELECT COALESCE(CAST(%s AS BINARY), '') FROM attempt WHERE effect_id = %lld ORDER BY attempt DESC "
	    "LIMIT 1",
	    column, (long long)id);
}

static void
the_conversion_is_posted_as_documented(void **state)
{
	int64_t id = ledger_ready("A");
	const struct http_request *q = &flow.log[0];

	(void)state;
	flow_say(200, QUEUED);
	flow_send();
	assert_int_equal(flow.n, 1);
	assert_int_equal(q->method, HTTP_POST);
	assert_str(q->url, "https://impact.test/Advertisers/IR1/Conversions");
	assert_str(q->body, "CampaignId=1000&OrderId=A");
	assert_str(q->content_type, "application/x-www-form-urlencoded");
	assert_str(answer_header_sent(q, "IR-Version"), "14");
	assert_str(answer_header_sent(q, "Accept"), "application/json");
	assert_int_equal(q->auth, HTTP_AUTH_BASIC);
	assert_str(q->user, "IR1");
	assert_true(secret_eq(&q->secret, STR("impact-token-1234")));
	assert_true(q->once);
	assert_true(q->send_before_mono_ms > 0);
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
	assert_str(ledger_column(id, "batch_id"), "A-1");
	assert_str(ledger_stage(id), "follow");
	assert_str(attempt(id, "result"), "accepted");
	assert_str(attempt(id, "http_status"), "200");
	assert_true(
	    store_int("SELECT due > UTC_TIMESTAMP(3) FROM delivery WHERE effect_id = %lld", (long long)id) == 1);
}

/* Where one answer leads, with a conversion and a tenant of its own. */
static const struct end {
	const char *name;
	enum http_outcome outcome;
	int status;
	const char *body;
	enum state state;
	const char *code, *stage, *result;
} ends[] = {
	{ "queued", HTTP_ANSWERED, 200, QUEUED, STATE_ACCEPTED, "", "follow", "accepted" },
	{ "booked at once", HTTP_ANSWERED, 200,
	    "{\"Status\":\"OK\",\"Uri\":\"/Advertisers/IR1/Actions/1000.4636.158133\"}", STATE_ACCEPTED, "", "follow",
	    "accepted" },
	{ "of another account (F-110)", HTTP_ANSWERED, 200,
	    "{\"Status\":\"QUEUED\",\"QueuedUri\":\"/Advertisers/IR2/APISubmissions/A-1\"}", STATE_UNKNOWN, "no_answer",
	    "reconcile", "unknown" },
	{ "queued without a uri (F-097)", HTTP_ANSWERED, 200, "{\"Status\":\"QUEUED\"}", STATE_UNKNOWN, "no_answer",
	    "reconcile", "unknown" },
	{ "garbage (F-097)", HTTP_ANSWERED, 200, "<html>", STATE_UNKNOWN, "no_answer", "reconcile", "unknown" },
	{ "empty (F-097)", HTTP_ANSWERED, 200, "", STATE_UNKNOWN, "no_answer", "reconcile", "unknown" },
	{ "207", HTTP_ANSWERED, 207, "{}", STATE_UNKNOWN, "no_answer", "reconcile", "unknown" },
	{ "302: the set-up is wrong, not the conversion", HTTP_ANSWERED, 302, "", STATE_PARKED, "far_end_moved", "",
	    "refused" },
	{ "400 (F-099)", HTTP_ANSWERED, 400,
	    "{\"Status\":\"ERROR\",\"Errors\":[{\"Field\":\"OrderId\",\"Level\":\"ERROR\",\"Message\":\"is "
	    "required\"}]}",
	    STATE_REJECTED, "http_400", "", "rejected" },
	{ "401 (F-100)", HTTP_ANSWERED, 401, "{\"Status\":\"ERROR\",\"Message\":\"no\"}", STATE_PARKED,
	    "credentials_refused", "", "refused" },
	{ "402 (F-101)", HTTP_ANSWERED, 402, "{}", STATE_REJECTED, "http_402", "", "rejected" },
	{ "403 (F-100)", HTTP_ANSWERED, 403, "{\"Status\":\"ERROR\",\"Message\":\"scope\"}", STATE_PARKED,
	    "scope_missing", "", "refused" },
	{ "404: the account is not there, whatever the conversion", HTTP_ANSWERED, 404, "{}", STATE_PARKED,
	    "credentials_refused", "", "refused" },
	{ "408", HTTP_ANSWERED, 408, "{}", STATE_UNKNOWN, "no_answer", "reconcile", "unknown" },
	{ "409", HTTP_ANSWERED, 409, "{}", STATE_UNKNOWN, "no_answer", "reconcile", "unknown" },
	{ "425", HTTP_ANSWERED, 425, "{}", STATE_UNKNOWN, "no_answer", "reconcile", "unknown" },
	{ "429 (F-102)", HTTP_ANSWERED, 429, "{}", STATE_READY, "", "send", "rate_limited" },
	{ "500 (F-103)", HTTP_ANSWERED, 500, "{}", STATE_UNKNOWN, "no_answer", "reconcile", "unknown" },
	{ "502 (F-103)", HTTP_ANSWERED, 502, "<html>", STATE_UNKNOWN, "no_answer", "reconcile", "unknown" },
	{ "503 (F-103)", HTTP_ANSWERED, 503, "", STATE_UNKNOWN, "no_answer", "reconcile", "unknown" },
	{ "504 (F-103)", HTTP_ANSWERED, 504, "", STATE_UNKNOWN, "no_answer", "reconcile", "unknown" },
	{ "cut or timed out (F-095)", HTTP_UNKNOWN, 0, "", STATE_UNKNOWN, "no_answer", "reconcile", "unknown" },
	{ "not sent for sure", HTTP_NOT_SENT, 0, "", STATE_READY, "", "send", "not_sent" },
};

static void
check_end(void **state, const struct end *x)
{
	int64_t id;

	flow_fresh(state);
	id = ledger_ready("A");
	if (x->outcome == HTTP_ANSWERED)
		flow_say(x->status, x->body);
	else
		flow_say_answer(answer_lost(x->outcome));
	flow_send();
	if (ledger_state(id) != x->state || !str_eq(ledger_column(id, "code"), str_from(x->code)) ||
	    !str_eq(ledger_stage(id), str_from(x->stage)) || !str_eq(attempt(id, "result"), str_from(x->result)))
		fail_msg("%s: %s " STR_FMT " at '" STR_FMT "', attempt " STR_FMT, x->name, state_name(ledger_state(id)),
		    STR_ARG(ledger_column(id, "code")), STR_ARG(ledger_stage(id)), STR_ARG(attempt(id, "result")));
	assert_int_equal(ledger_number(id, "attempts"), 1);
	assert_int_equal(ledger_number(id, "unanswered"), x->state == STATE_UNKNOWN ? 1 : 0);
}

static void
each_answer_ends_in_its_state(void **state)
{
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		check_end(state, &ends[i]);
}

static void
what_impact_refused_is_told_in_its_words(void **state)
{
	int64_t id = ledger_ready("A");

	(void)state;
	flow_say(400,
	    "{\"Status\":\"ERROR\",\"Errors\":[{\"Field\":\"EventDate\",\"Level\":\"ERROR\",\"Message\":\"is not a "
	    "date\"}]}");
	flow_send();
	assert_true(str_find(ledger_column(id, "message"), STR("EventDate")) < ledger_column(id, "message").n);
	assert_true(str_find(ledger_column(id, "message"), STR("is not a date")) < ledger_column(id, "message").n);
}

/* F-102: waits as long as the header says, an hour at most, and no other call goes out meanwhile. */
static void
too_many_requests_stops_all_calls_until_the_limit_is_over(void **state)
{
	int64_t first = ledger_ready("A"), tries;

	(void)state;
	flow_say_answer(answer_with(store.arena, 429, "{}", "x-ratelimit-reset", "120"));
	flow_send();
	tries = store_int("SELECT tries FROM delivery WHERE effect_id = %lld", (long long)first);
	assert_int_equal(tries, 0);
	assert_in_range(ledger_due_s(first), 90, 120);
	flow_send();
	assert_int_equal(flow.n, 0);
	store_later(store.db, 122);
	flow_say(200, QUEUED);
	flow_send();
	assert_int_equal(ledger_state(first), STATE_ACCEPTED);
	assert_int_equal(ledger_number(first, "attempts"), 2);
}

static void
an_absurd_reset_is_cut_to_an_hour(void **state)
{
	int64_t id = ledger_ready("A");

	(void)state;
	flow_say_answer(answer_with(store.arena, 429, "{}", "x-ratelimit-reset", "9999999"));
	flow_send();
	assert_in_range(ledger_due_s(id), 3500, 3600);
}

/* An answer that we have is not lost with the database: the conversion would be looked for and sent again. */
static void
an_answer_is_kept_over_a_restart_of_the_database(void **state)
{
	int64_t id = ledger_ready("A");

	(void)state;
	/* Twice the connection dies in the midst of writing it down; the count outlives the rollback. */
	store_run("DROP TABLE IF EXISTS deaths");
	store_run("CREATE TABLE deaths (n INT NOT NULL) ENGINE = MyISAM");
	store_run("INSERT INTO deaths VALUES (2)");
	store_run("CREATE TRIGGER dies BEFORE UPDATE ON attempt FOR EACH ROW BEGIN UPDATE deaths SET n = n - 1; "
	          "IF (SELECT n FROM deaths) >= 0 THEN KILL CONNECTION_ID(); END IF; END");
	flow_say(200, QUEUED);
	flow_send();
	store_run("DROP TRIGGER dies");
	assert_true(store_int("SELECT n FROM deaths") < 0);
	store_run("DROP TABLE deaths");
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
	assert_str(ledger_column(id, "batch_id"), "A-1");
	assert_int_equal(
	    store_int("SELECT COUNT(*) FROM attempt WHERE effect_id = %lld AND ended_at IS NOT NULL AND result = "
	              "'accepted'",
	        (long long)id),
	    1);
}

/* It accepts again: what a passing refusal has parked must not wait for a person. */
static void
an_acceptance_resumes_what_was_refused_before(void **state)
{
	int64_t parked, other, next;

	(void)state;
	parked = ledger_ready("refused");
	flow_say(401, "{}");
	flow_send();
	assert_int_equal(ledger_state(parked), STATE_PARKED);
	store_must(budget_block(store.db, store.tenant_id, BUDGET_IMPACT, 0, &store.e));
	other = ledger_in(STATE_PARKED, "");
	store_run("UPDATE conversion SET code = 'no_consent' WHERE conversion_id = %lld", (long long)other);
	next = ledger_ready("A");
	flow_say(200, QUEUED);
	flow_say(200, QUEUED);
	flow_send();
	assert_int_equal(ledger_state(next), STATE_ACCEPTED);
	assert_true(ledger_state(parked) == STATE_READY || ledger_state(parked) == STATE_ACCEPTED);
	assert_int_equal(ledger_state(other), STATE_PARKED);
}

/* F-100 */
static void
new_credentials_resume_what_the_old_ones_parked(void **state)
{
	struct secret token = secret_copy(store.arena, STR("impact-token-5678"));
	int64_t id = ledger_ready("A"), n;

	(void)state;
	flow_say(401, "{}");
	flow_send();
	assert_int_equal(ledger_state(id), STATE_PARKED);
	store_must(credential_save(store.db, store.parts.vault, store.arena, store.tenant_id, STR("impact.auth_token"),
	    &token, &store.e));
	store_must(conversion_unpark(store.db, store.tenant_id, STR("credentials_refused"), &n, &store.e));
	store_later(store.db, 3601);
	flow_say(200, QUEUED);
	flow_send();
	assert_true(secret_eq(&flow.log[0].secret, STR("impact-token-5678")));
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
}

static void
refused_credentials_do_not_cost_a_call_for_every_conversion(void **state)
{
	int64_t later;

	(void)state;
	struct conversion c = ledger_of("A", "77", "WON", 1000), d = ledger_of("B", "77", "WON", 2000);

	ledger_claim(&c);
	later = ledger_claim(&d).id;
	flow_say(401, "{}");
	flow_send();
	flow_send();
	assert_int_equal(flow.n, 0);
	assert_int_equal(ledger_number(later, "attempts"), 0);
}

/* The Account SID stops existing while a queue stands: one call learns it, everything is kept and goes out afterwards. */
static void
an_account_that_is_gone_for_a_while_costs_no_conversion(void **state)
{
	int64_t ids[3 * CONVERSION_GROUP_MAX];
	size_t n = sizeof(ids) / sizeof(ids[0]);
	char order[16];

	(void)state;
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(order, sizeof(order), "G-%zu", i);
		ids[i] = ledger_ready(order);
	}
	store_run("UPDATE conversion SET lane = UNHEX(SHA2(order_id, 256)) WHERE tenant_id = %lld",
	    (long long)store.tenant_id);
	for (int i = 0; i < CONVERSION_GROUP_MAX; i++)
		flow_say(404, "{\"Status\":\"ERROR\",\"Message\":\"The requested resource was not found\"}");
	flow_send();
	assert_int_equal(flow.n, CONVERSION_GROUP_MAX); /* those that were under way together */
	flow_send();
	assert_int_equal(flow.n, 0);
	assert_int_equal(store_int("SELECT COUNT(*) FROM schedule WHERE tenant_id = %lld AND kind = 'impact' AND "
	                           "due <= UTC_TIMESTAMP(3)",
	                     (long long)store.tenant_id),
	    1);
	resume_impact(store.db, store.tenant_id);
	assert_int_equal(held_send_all(), n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(ledger_state(ids[i]), STATE_ACCEPTED);
}

static void
the_wait_after_a_failed_connection_grows_and_nothing_that_never_left_is_given_up(void **state)
{
	int64_t id = ledger_ready("A");

	(void)state;
	for (int64_t try = 0; try < store.settings.retry_max; try++) {
		int64_t most = store.settings.retry_base_s << try;

		flow_say_answer(answer_lost(HTTP_NOT_SENT));
		store_run("UPDATE delivery SET due = UTC_TIMESTAMP(3) WHERE effect_id = %lld", (long long)id);
		flow_send();
		assert_int_equal(store_int("SELECT tries FROM delivery WHERE effect_id = %lld", (long long)id),
		    try + 1);
		assert_true(
		    ledger_due_s(id) <= (most < store.settings.retry_cap_s ? most : store.settings.retry_cap_s));
	}
	store_run("UPDATE delivery SET due = UTC_TIMESTAMP(3) WHERE effect_id = %lld", (long long)id);
	flow_say(200, "{\"Status\":\"QUEUED\",\"QueuedUri\":\"/Advertisers/IR1/APISubmissions/A-1\"}");
	flow_send();
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
}

/* ---- looked at once more before a byte leaves */

static void
consent_withdrawn_since_parks_it(void **state)
{
	int64_t id = ledger_ready("A");

	(void)state;
	flow_configure("\"consent\":true", "\"consent\":false");
	flow_send();
	assert_int_equal(flow.n, 0);
	assert_int_equal(ledger_state(id), STATE_PARKED);
	assert_str(ledger_column(id, "code"), "no_consent");
}

static void
a_trigger_switched_off_or_deleted_since_parks_it(void **state)
{
	static const char *const edits[][2] = { { "\"mode\":\"live\"", "\"mode\":\"off\"" },
		{ "\"id\":\"t1\"", "\"id\":\"t2\"" } };

	for (size_t i = 0; i < 2; i++) {
		int64_t id;

		flow_fresh(state);
		id = ledger_ready("A");
		flow_configure(edits[i][0], edits[i][1]);
		flow_send();
		assert_int_equal(flow.n, 0);
		assert_str(ledger_column(id, "code"), "trigger_off");
	}
}

/* A switched-off trigger's backlog, or what is tried anew every hour, is parked without resting in between. */
static void
what_is_parked_does_not_hold_up_what_stands_behind_it(void **state)
{
	char order[16];

	(void)state;
	for (int i = 0; i < 2 * CONVERSION_GROUP_MAX; i++) {
		(void)snprintf(order, sizeof(order), "P-%d", i);
		ledger_ready(order);
	}
	store_run("UPDATE conversion SET trigger_id = 'gone', lane = UNHEX(SHA2(order_id, 256)) WHERE tenant_id = %lld",
	    (long long)store.tenant_id);
	flow_send();
	assert_int_equal(flow.n, 0);
	assert_int_equal(flow.again_in_ms, 0);
	flow_send();
	flow_send();
	assert_int_equal(flow.again_in_ms, -1);
	assert_int_equal(
	    store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld AND state = 'PARKED' AND code = "
	              "'trigger_off'",
	        (long long)store.tenant_id),
	    2 * CONVERSION_GROUP_MAX);
}

static void
stop_all_sending_stops_it_and_on_again_sends_it(void **state)
{
	int64_t id = ledger_ready("A");

	(void)state;
	store_must(tenant_set_sending(store.db, store.tenant_id, false, &store.e));
	flow_send();
	assert_int_equal(flow.n, 0);
	assert_int_equal(flow.again_in_ms, -1);
	store_must(tenant_set_sending(store.db, store.tenant_id, true, &store.e));
	assert_true(ledger_woken(LEASE_SEND));
	flow_say(200, QUEUED);
	flow_send();
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
}

static void
without_credentials_nothing_is_tried(void **state)
{
	int64_t id = ledger_ready("A");

	(void)state;
	store_run("DELETE FROM secret WHERE tenant_id = %lld", (long long)store.tenant_id);
	flow_send();
	assert_int_equal(flow.n, 0);
	assert_int_equal(ledger_state(id), STATE_READY);
	assert_true(flow.again_in_ms > 0);
}

static void
consent_given_again_sends_what_its_absence_parked(void **state)
{
	int64_t id = ledger_ready("A");

	(void)state;
	flow_configure("\"consent\":true", "\"consent\":false");
	flow_send();
	resume_rules(store.db, store.tenant_id); /* saved, and still without consent */
	flow_send();
	assert_int_equal(ledger_state(id), STATE_PARKED);
	flow_configure("", "");
	resume_rules(store.db, store.tenant_id);
	flow_say(200, QUEUED);
	flow_send();
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
}

/* ---- order, crash */

/* Another process that holds the conversion's row for a while. */
static void
be_in_the_way(int64_t id, int tell, int64_t us)
{
	struct sql hold = { "hold", SQL_GLOBAL, "i", "i",
		"SELECT conversion_id FROM conversion WHERE conversion_id = ? FOR UPDATE", NULL, NULL };
	struct db *db = store_connect();
	const struct db_value *row;
	struct err e = { .code = ERR_NONE };

	if (!db_begin(db, &e) || !db_query_one(db, &hold, DB_IN(DB_V_I(id)), store.arena, &row, &e) ||
	    write(tell, "h", 1) != 1)
		_exit(1);
	usleep((useconds_t)us);
	db_rollback(db);
	_exit(0);
}

static void
a_known_answer_is_not_lost_because_somebody_was_in_the_way(void **state)
{
	int64_t id = ledger_ready("A");
	struct lease l = store_lease(LEASE_SEND, 0);
	struct step *s = flow_step(LEASE_SEND, &l);
	int told[2], status;
	char byte;
	pid_t pid;

	(void)state;
	store_must(step_next(s, &store.e));
	store_run("SET innodb_lock_wait_timeout = 1");
	assert_int_equal(pipe(told), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		be_in_the_way(id, told[1], 1500000);
	assert_int_equal(read(told[0], &byte, 1), 1);
	s->answers[0] = answer_of(200, QUEUED);
	flow_keep(s, 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	store_run("SET innodb_lock_wait_timeout = 5");
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
	assert_str(ledger_column(id, "batch_id"), "A-1");
	(void)close(told[0]);
	(void)close(told[1]);
}

static void
a_customers_conversions_go_one_after_the_other(void **state)
{
	struct conversion c = ledger_of("first", "77", "WON", 1000), d = ledger_of("second", "77", "WON", 2000);
	int64_t first = ledger_claim(&c).id, second = ledger_claim(&d).id;

	struct lease l = store_lease(LEASE_SEND, 0);
	struct step *s = flow_step(LEASE_SEND, &l);

	(void)state;
	store_must(step_next(s, &store.e));
	assert_int_equal(s->n, 1);
	assert_int_equal(ledger_state(first), STATE_SENDING);
	assert_int_equal(ledger_state(second), STATE_READY);
	s->answers[0] = answer_of(200, QUEUED);
	flow_keep(s, 0);
	assert_int_equal(ledger_state(first), STATE_ACCEPTED);
	store_must(step_next(s, &store.e));
	assert_int_equal(s->n, 1);
	assert_int_equal(ledger_state(second), STATE_SENDING);
}

static void
each_answer_is_kept_by_its_own_conversion(void **state)
{
	struct conversion c = ledger_of("A", "1", "WON", 1000), d = ledger_of("B", "2", "WON", 2000);
	int64_t a = ledger_claim(&c).id, b = ledger_claim(&d).id;

	(void)state;
	flow_say(400, "{}");
	flow_say(200, QUEUED);
	flow_send();
	assert_int_equal(flow.n, 2);
	assert_int_equal(ledger_state(a), STATE_REJECTED);
	assert_int_equal(ledger_state(b), STATE_ACCEPTED);
}

static void
what_a_crash_left_sending_is_looked_for_before_anything_is_sent(void **state)
{
	int64_t id = ledger_in(STATE_SENDING, "send");

	(void)state;
	flow_send();
	assert_int_equal(flow.n, 0);
	assert_int_equal(ledger_state(id), STATE_UNKNOWN);
	assert_str(ledger_stage(id), "reconcile");
	assert_in_range(ledger_due_s(id), store.settings.unknown_wait_s - 60, store.settings.unknown_wait_s);
}

static void
an_empty_budget_sends_nothing_and_waits(void **state)
{
	int64_t id = ledger_ready("A");

	(void)state;
	flow_calls_made(BUDGET_IMPACT, 1000000);
	flow_send();
	assert_int_equal(flow.n, 0);
	assert_int_equal(ledger_state(id), STATE_READY);
	assert_true(flow.again_in_ms > 0);
}

#define TEST(name) cmocka_unit_test_setup(name, flow_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_conversion_is_posted_as_documented),
		TEST(each_answer_ends_in_its_state),
		TEST(what_impact_refused_is_told_in_its_words),
		TEST(too_many_requests_stops_all_calls_until_the_limit_is_over),
		TEST(an_absurd_reset_is_cut_to_an_hour),
		TEST(new_credentials_resume_what_the_old_ones_parked),
		TEST(an_answer_is_kept_over_a_restart_of_the_database),
		TEST(an_acceptance_resumes_what_was_refused_before),
		TEST(refused_credentials_do_not_cost_a_call_for_every_conversion),
		TEST(an_account_that_is_gone_for_a_while_costs_no_conversion),
		TEST(the_wait_after_a_failed_connection_grows_and_nothing_that_never_left_is_given_up),
		TEST(consent_withdrawn_since_parks_it),
		TEST(a_trigger_switched_off_or_deleted_since_parks_it),
		TEST(what_is_parked_does_not_hold_up_what_stands_behind_it),
		TEST(stop_all_sending_stops_it_and_on_again_sends_it),
		TEST(without_credentials_nothing_is_tried),
		TEST(consent_given_again_sends_what_its_absence_parked),
		TEST(a_known_answer_is_not_lost_because_somebody_was_in_the_way),
		TEST(a_customers_conversions_go_one_after_the_other),
		TEST(each_answer_is_kept_by_its_own_conversion),
		TEST(what_a_crash_left_sending_is_looked_for_before_anything_is_sent),
		TEST(an_empty_budget_sends_nothing_and_waits),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
