/* Sending while the database is cut off, hangs or restarts: what is known is never lost, and what never left is never
 * looked for (F-118, F-119, F-122, F-123, W7, W8). */
#include "base/clock.h"
#include "lib/flow.h"
#include "lib/proxy.h"

#define QUEUED "{\"Status\":\"QUEUED\",\"QueuedUri\":\"/Advertisers/IR1/APISubmissions/A-1\"}"

static struct proxy *proxy;
static struct settings settings;
static struct db *through;

/* Steps go through the proxy, the test looks past it. */
static int
fresh(void **state)
{
	store.parts.db = store.db;
	if (proxy == NULL)
		proxy = proxy_start(str_c(store.arena, store.settings.database_socket));
	proxy_plan(proxy, PROXY_PASS, NULL);
	if (flow_fresh(state) != 0)
		return -1;
	settings = store.settings;
	settings.database_socket = str_from(proxy_path(proxy));
	settings.database_connect_s = settings.database_wait_s = 1;
	db_free(through);
	through = db_new(&settings);
	store.parts.db = through;
	return 0;
}

static int
teardown(void **state)
{
	db_free(through);
	proxy_stop(proxy);
	return store_teardown(state);
}

static const char *const plans[] = { [PROXY_CUT_BEFORE] = "cut before it",
	[PROXY_CUT_AFTER] = "cut after it",
	[PROXY_SWALLOW] = "its answer swallowed" };

/* Calls the step until it has no pause any more, as the worker does when the database is back. */
static void
go_on(struct step *s)
{
	int64_t until = clock_mono_ms() + 20000;

	while (s->pause_ms > 0 && clock_mono_ms() < until) {
		clock_sleep_ms(s->pause_ms);
		s->pause_ms = 0;
		store_must(step_next(s, &store.e));
	}
	assert_int_equal(s->pause_ms, 0);
}

/* W8: nothing has left when "SENDING" got no answer, so it is neither sent in doubt nor looked for. */
static void
w8_without_the_answer_to_sending_nothing_is_sent_and_nothing_unknown(void **state)
{
	for (enum proxy_plan plan = PROXY_CUT_BEFORE; plan <= PROXY_SWALLOW; plan++) {
		struct lease l;
		struct step *s;
		int64_t id;

		(void)fresh(state);
		id = ledger_ready("A");
		l = store_lease(LEASE_SEND, 0);
		s = flow_step(LEASE_SEND, &l);
		/* The first COMMIT is that of what a crash left; a session that begins says READ COMMITTED. */
		store_must(db_ping(through, &store.e));
		proxy_plan(proxy, plan, "COMMIT");
		proxy_skip(proxy, 1);
		store_must(step_next(s, &store.e));
		go_on(s);
		if (s->n != 0 || ledger_state(id) != STATE_READY)
			fail_msg("%s: %zu requests, %s", plans[plan], s->n, state_name(ledger_state(id)));
		assert_int_equal(s->again_in_ms, 0);
		assert_int_equal(ledger_number(id, "attempts"), plan == PROXY_CUT_BEFORE ? 0 : 1);
		assert_int_equal(ledger_number(id, "unanswered"), 0);
		assert_str(ledger_stage(id), "send");
		flow_say(200, QUEUED);
		flow_send();
		assert_int_equal(flow.n, 1);
		assert_int_equal(ledger_state(id), STATE_ACCEPTED);
	}
}

/* W7, W8: the answer is written, its COMMIT's answer lost: written again it is the same. */
static void
w8_an_answer_whose_commit_was_not_answered_is_kept_once(void **state)
{
	for (enum proxy_plan plan = PROXY_CUT_BEFORE; plan <= PROXY_SWALLOW; plan++) {
		struct lease l;
		struct step *s;
		int64_t id;

		(void)fresh(state);
		id = ledger_ready("A");
		l = store_lease(LEASE_SEND, 0);
		s = flow_step(LEASE_SEND, &l);
		store_must(step_next(s, &store.e));
		assert_int_equal(s->n, 1);
		s->answers[0] = answer_of(200, QUEUED);
		proxy_plan(proxy, plan, "COMMIT");
		flow_keep(s, 0);
		if (ledger_state(id) != STATE_ACCEPTED || ledger_number(id, "attempts") != 1)
			fail_msg("%s: %s", plans[plan], state_name(ledger_state(id)));
		assert_int_equal(store_int("SELECT COUNT(*) FROM attempt WHERE effect_id = %lld AND result = "
		                           "'accepted'",
		                     (long long)id),
		    1);
	}
}

/* However long it is away: the answer stays with who has it, also when another has taken the lease meanwhile. */
static void
f118_an_answer_outlasts_the_absence_of_the_database(void **state)
{
	(void)state;
	int64_t id = ledger_ready("A");
	struct lease l = store_lease(LEASE_SEND, 0);
	struct step *s = flow_step(LEASE_SEND, &l);
	size_t first = 0;
	struct step_news news = { .step = s, .name = STR("test"), .which = &first, .n = 1 };

	store_must(step_next(s, &store.e));
	s->answers[0] = answer_of(200, QUEUED);
	proxy_plan(proxy, PROXY_HANG, NULL);
	for (int i = 0; i < 60; i++) {
		store_refused(step_keep(&news, 1, &store.e), ERR_DB);
		assert_false(news.settled);
	}
	proxy_plan(proxy, PROXY_PASS, NULL);
	/* Who comes after takes it for UNKNOWN. */
	l = store_lease(LEASE_SEND, 0);
	store.parts.db = store.db;
	store_must(step_next(flow_step(LEASE_SEND, &l), &store.e));
	assert_int_equal(ledger_state(id), STATE_UNKNOWN);
	for (int tries = 0; tries < 200 && !step_keep(&news, 1, &store.e); tries++)
		clock_sleep_ms(50);
	assert_true(news.settled);
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
	assert_str(ledger_column(id, "batch_id"), "A-1");
}

/* ---- F-123: somebody else is in the way, and an answer is tried again ten times (flow/step.c) */

#define KEEP_TRIES 10

/* A step whose rows are locked by another, or deadlocked with, the first `conflicts` times that it writes. */
struct blocked {
	struct step step;
	int conflicts, writes;
};

static bool
write_unless_blocked(struct step *s, const size_t *which, size_t n, struct err *e)
{
	struct blocked *b = (struct blocked *)s;

	(void)which;
	(void)n;
	return ++b->writes > b->conflicts || err_set(e, ERR_CONFLICT, "a row is locked by another");
}

static struct blocked
blocked(int conflicts)
{
	return (struct blocked){
		.step = { .arena = store.arena,
		    .parts = &store.parts,
		    .tenant_id = store.tenant_id,
		    .answered = write_unless_blocked },
		.conflicts = conflicts,
	};
}

static bool
keep(struct blocked **steps, size_t n, struct step_news *news)
{
	static const size_t first = 0;

	for (size_t i = 0; i < n; i++)
		news[i] = (struct step_news){ .step = &steps[i]->step, .name = STR("test"), .which = &first, .n = 1 };
	return step_keep(news, n, &store.e);
}

static void
f123_an_answer_that_cannot_be_stored_is_tried_ten_times(void **state)
{
	(void)state;
	for (int conflicts = 0; conflicts <= KEEP_TRIES + 5; conflicts++) {
		struct blocked b = blocked(conflicts), *one = &b;
		struct step_news news;

		store_must(keep(&one, 1, &news));
		assert_true(news.settled);
		assert_int_equal(b.writes, conflicts < KEEP_TRIES ? conflicts + 1 : KEEP_TRIES);
	}
}

/* All in one transaction once; then each by itself, so that the one in the way costs only its own. */
static void
f123_an_answer_that_cannot_be_stored_keeps_no_other_from_being_stored(void **state)
{
	struct blocked never = blocked(1000), late = blocked(3), fine = blocked(0);
	struct blocked *all[] = { &fine, &never, &late };
	struct step_news news[3];

	(void)state;
	store_must(keep(all, 3, news));
	for (size_t i = 0; i < 3; i++)
		assert_true(news[i].settled);
	assert_int_equal(fine.writes, 2);
	assert_int_equal(never.writes, 1 + KEEP_TRIES);
	assert_int_equal(late.writes, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(w8_without_the_answer_to_sending_nothing_is_sent_and_nothing_unknown, fresh),
		cmocka_unit_test_setup(w8_an_answer_whose_commit_was_not_answered_is_kept_once, fresh),
		cmocka_unit_test_setup(f118_an_answer_outlasts_the_absence_of_the_database, fresh),
		cmocka_unit_test_setup(f123_an_answer_that_cannot_be_stored_is_tried_ten_times, fresh),
		cmocka_unit_test_setup(f123_an_answer_that_cannot_be_stored_keeps_no_other_from_being_stored, fresh),
	};

	return cmocka_run_group_tests(tests, store_setup, teardown);
}
