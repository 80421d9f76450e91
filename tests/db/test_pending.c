/* Decide's queue: what is due, what waits, and when to look again (design 6; I-08, C-12). */
#include "lib/answer.h"
#include "lib/store.h"
#include "store/pending.h"

static void
add(const char *word, int64_t shard, int due_in_s)
{
	store_run(
	    "INSERT INTO pending (tenant_id, shard, event_key, due, kind, object_type, object_id, property, value, "
	    "occurred_at, received_at) VALUES (%lld, %lld, UNHEX(SHA2('%s', 256)), UTC_TIMESTAMP(3) + INTERVAL %d "
	    "SECOND, 'changed', 'deals', '301', 'dealstage', '%s', '2026-09-10 17:42:38.001', UTC_TIMESTAMP(3) - "
	    "INTERVAL 5 SECOND)",
	    (long long)store.tenant_id, (long long)shard, word, due_in_s, word);
}

static struct pending *
due(int64_t shard, size_t *n)
{
	struct pending *list;

	store_must(pending_due(store.db, store.arena, store.tenant_id, shard, 100, &list, n, &store.e));
	return list;
}

static int64_t
next_ms(int64_t shard)
{
	int64_t ms;

	store_must(pending_next_ms(store.db, store.arena, store.tenant_id, shard, &ms, &store.e));
	return ms;
}

static int64_t
waits_for(void)
{
	return store_int("SELECT COUNT(*) FROM waiting WHERE tenant_id = %lld", (long long)store.tenant_id);
}

static void
a_due_event_comes_with_all_its_facts(void **state)
{
	struct pending *p;
	size_t n;

	(void)state;
	add("closedwon", 2, 0);
	p = due(2, &n);
	assert_int_equal(n, 1);
	assert_true(str_eq(p->key, store_key("closedwon")));
	assert_int_equal(p->event.kind, EVENT_CHANGED);
	assert_str(p->event.source, "hubspot");
	assert_str(p->event.object_type, "deals");
	assert_str(p->event.object_id, "301");
	assert_str(p->event.property, "dealstage");
	assert_str(p->event.value, "closedwon");
	assert_int_equal(p->event.occurred_ms, INT64_C(1789062158001));
	assert_in_range(p->waiting_ms, 5000, 60000);
	assert_int_equal(p->looks, 0);
	assert_str(p->contact_id, "");
}

static void
the_longest_due_come_first_and_at_most_100(void **state)
{
	struct pending *p;
	size_t n;

	(void)state;
	for (int i = 0; i < 103; i++)
		add(str_c(store.arena, str_printf(store.arena, "e%d", i)), 0, -i);
	p = due(0, &n);
	assert_int_equal(n, 100);
	assert_str(p[0].event.value, "e102");
}

static void
a_shard_a_tenant_and_the_future_are_apart(void **state)
{
	size_t n;

	(void)state;
	add("other shard", 1, 0);
	add("later", 0, 60);
	due(0, &n);
	assert_int_equal(n, 0);
	store.tenant_id = store_tenant();
	due(1, &n);
	assert_int_equal(n, 0);
}

static void
the_next_look_is_when_the_first_one_is_due(void **state)
{
	(void)state;
	assert_int_equal(next_ms(0), -1);
	add("later", 0, 60);
	assert_in_range(next_ms(0), 40000, 60000);
	add("now", 0, -5);
	assert_int_equal(next_ms(0), 0);
	assert_int_equal(next_ms(1), -1);
}

static void
what_waits_counts_its_looks_and_keeps_the_contact(void **state)
{
	struct pending *p;
	size_t n;

	(void)state;
	add("e", 0, 0);
	p = due(0, &n);
	store_must(pending_wait(store.db, store.tenant_id, 0, p, 5000, STR("77"), &store.e));
	due(0, &n);
	assert_int_equal(n, 0);
	store_later(store.db, 6);
	p = due(0, &n);
	assert_int_equal(n, 1);
	assert_int_equal(p->looks, 1);
	assert_str(p->contact_id, "77");
}

/* An event of its contact came while it was looked at without one: that wake must not be lost. */
static void
what_was_woken_meanwhile_is_looked_at_again_at_once(void **state)
{
	struct pending *p;
	size_t n;

	(void)state;
	add("e", 0, 60);
	store_later(store.db, 61);
	p = due(0, &n);
	assert_int_equal(n, 1);
	store_run("UPDATE pending SET due = UTC_TIMESTAMP(3) WHERE tenant_id = %lld", (long long)store.tenant_id);
	store_must(pending_wait(store.db, store.tenant_id, 0, p, 3600000, STR("77"), &store.e));
	due(0, &n);
	assert_int_equal(n, 1);
}

static void
what_could_not_be_looked_at_comes_again_and_counts_no_look(void **state)
{
	struct pending *p;
	size_t n;

	(void)state;
	add("e", 0, 0);
	p = due(0, &n);
	store_must(
	    pending_pass(store.db, store.tenant_id, 0, p, 5000, &(struct pending_delay){ .times = 0 }, &store.e));
	due(0, &n);
	assert_int_equal(n, 0);
	store_later(store.db, 6);
	p = due(0, &n);
	assert_int_equal(n, 1);
	assert_int_equal(p->looks, 0);
}

/* ---- T-40: what HubSpot let wait */

static const struct pending_delay slow_down = { .why = { "slow_down", 9 }, .answer = 429 };
static const struct pending_delay calls_used = { .why = { "calls_used", 10 } };

static void
t40_a_wait_is_kept_of_what_is_due_and_ends_with_the_next_look(void **state)
{
	struct pending *p;
	size_t n;

	(void)state;
	add("e", 0, -1);
	add("later", 0, 60);
	add("other shard", 1, -1);
	p = due(0, &n);
	assert_int_equal(p->waited.since_ms, 0);
	assert_int_equal(p->waited.times, 0);
	store_must(pending_held_up(store.db, store.tenant_id, 0, p->due_ms, &slow_down, &store.e));
	store_later(store.db, 5);
	store_must(pending_held_up(store.db, store.tenant_id, 0, p->due_ms, &slow_down, &store.e));
	store_later(store.db, 9);
	p = due(0, &n);
	assert_str(p->waited.why, "slow_down");
	assert_int_equal(p->waited.answer, 429);
	assert_int_equal(p->waited.times, 2);
	assert_in_range(p->waited.ms, 8000, 30000);
	assert_int_equal(store_int("SELECT COUNT(*) FROM pending WHERE tenant_id = %lld AND waited_since IS NOT NULL",
	                     (long long)store.tenant_id),
	    1);
	/* It was looked at, and waits for data: that is no wait for HubSpot. */
	store_must(pending_wait(store.db, store.tenant_id, 0, p, 1000, STR(""), &store.e));
	store_later(store.db, 3600);
	p = due(0, &n);
	assert_str(p->event.value, "e");
	assert_in_range(p->waited.ms, 8000, 60000);
	/* The next wait is another one. */
	store_must(
	    pending_pass(store.db, store.tenant_id, 0, p, 0, &(struct pending_delay){ .why = STR("away") }, &store.e));
	for (p = due(0, &n); !str_eq(p->event.value, STR("e")); p++)
		assert_true(--n > 0);
	assert_str(p->waited.why, "away");
	assert_int_equal(p->waited.times, 1);
	assert_in_range(p->waited.ms, 0, 60000);
}

/* A burst that uses up its calls writes to each event once at most, and hides nothing that HubSpot said. */
static void
t40_a_wait_without_an_answer_is_kept_once(void **state)
{
	struct pending *p;
	size_t n;

	(void)state;
	add("e", 0, -1);
	p = due(0, &n);
	for (int i = 0; i < 2; i++)
		store_must(pending_held_up(store.db, store.tenant_id, 0, p->due_ms, &calls_used, &store.e));
	p = due(0, &n);
	assert_str(p->waited.why, "calls_used");
	assert_int_equal(p->waited.times, 1);
	store_must(pending_held_up(store.db, store.tenant_id, 0, p->due_ms, &slow_down, &store.e));
	store_must(pending_held_up(store.db, store.tenant_id, 0, p->due_ms, &calls_used, &store.e));
	p = due(0, &n);
	assert_str(p->waited.why, "slow_down");
	assert_int_equal(p->waited.times, 2);
}

static void
a_new_connection_wakes_all_that_waits(void **state)
{
	struct pending *p;
	size_t n;

	(void)state;
	add("e", 0, 0);
	p = due(0, &n);
	store_must(pending_wait(store.db, store.tenant_id, 0, p, 3600000, STR(""), &store.e));
	add("later", 0, 60); /* not looked at yet */
	store_must(pending_wake_all(store.db, store.tenant_id, &store.e));
	due(0, &n);
	assert_int_equal(n, 1);
}

/* The table lies in the order of due: a fact that comes again with another due time is still the one that waits. */
static void
an_event_waits_once_whenever_it_is_due(void **state)
{
	(void)state;
	add("e", 0, 60);
	store_run(
	    "INSERT INTO pending (tenant_id, shard, event_key, due, kind, object_type, object_id, property, value, "
	    "occurred_at, received_at) SELECT tenant_id, shard, event_key, due - INTERVAL 50 SECOND, kind, "
	    "object_type, object_id, property, value, occurred_at, received_at FROM pending WHERE tenant_id = %lld "
	    "ON DUPLICATE KEY UPDATE due = VALUES(due)",
	    (long long)store.tenant_id);
	assert_int_equal(store_int("SELECT COUNT(*) FROM pending WHERE tenant_id = %lld", (long long)store.tenant_id),
	    1);
	assert_in_range(next_ms(0), 1, 10000);
}

static void
what_is_decided_is_gone(void **state)
{
	struct pending *p;
	size_t n;

	(void)state;
	add("e", 0, 0);
	add("f", 0, 60);
	p = due(0, &n);
	store_must(pending_wait(store.db, store.tenant_id, 0, p, 5000, STR("77"), &store.e));
	assert_int_equal(waits_for(), 2);
	store_later(store.db, 6);
	p = due(0, &n);
	assert_int_equal(n, 1);
	store_must(pending_delete(store.db, store.tenant_id, 0, p, &store.e));
	due(0, &n);
	assert_int_equal(n, 0);
	assert_int_equal(waits_for(), 0);
}

/* Somebody asked for it between the look and its end. */
static void
what_was_decided_before_and_is_asked_for_meanwhile_stays(void **state)
{
	struct pending *p;
	size_t n;

	(void)state;
	add("e", 0, -1);
	p = due(0, &n);
	store_run("UPDATE pending SET due = UTC_TIMESTAMP(3) WHERE tenant_id = %lld", (long long)store.tenant_id);
	store_must(pending_looked_again(store.db, store.tenant_id, 0, p, &store.e));
	p = due(0, &n);
	assert_int_equal(n, 1);
	store_must(pending_looked_again(store.db, store.tenant_id, 0, p, &store.e));
	due(0, &n);
	assert_int_equal(n, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, store_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_due_event_comes_with_all_its_facts),
		TEST(the_longest_due_come_first_and_at_most_100),
		TEST(a_shard_a_tenant_and_the_future_are_apart),
		TEST(the_next_look_is_when_the_first_one_is_due),
		TEST(what_waits_counts_its_looks_and_keeps_the_contact),
		TEST(what_was_woken_meanwhile_is_looked_at_again_at_once),
		TEST(what_could_not_be_looked_at_comes_again_and_counts_no_look),
		TEST(t40_a_wait_is_kept_of_what_is_due_and_ends_with_the_next_look),
		TEST(t40_a_wait_without_an_answer_is_kept_once),
		TEST(a_new_connection_wakes_all_that_waits),
		TEST(an_event_waits_once_whenever_it_is_due),
		TEST(what_is_decided_is_gone),
		TEST(what_was_decided_before_and_is_asked_for_meanwhile_stays),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
