/* What a split writes: each fact once, its pending row, and who is woken by it (design 4, 6; I1, C-12, F-041). */
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "core/date.h"
#include "lib/answer.h"
#include "lib/store.h"
#include "store/event.h"
#include "store/inbox.h"
#include "store/pending.h"

#define DAY_MS INT64_C(86400000)

static int64_t noon; /* of today */

static struct event_row
row_of(struct event ev)
{
	ev.portal_id = store.portal_id;
	ev.source = STR("hubspot");
	return (struct event_row){ .tenant_id = store.tenant_id,
		.key = event_key(store.arena, &ev),
		.event = ev,
		.received_ms = noon };
}

static struct event_row
changed(const char *id, const char *value)
{
	return row_of((struct event){ .kind = EVENT_CHANGED,
	    .object_type = STR("deals"),
	    .object_id = str_from(id),
	    .property = STR("dealstage"),
	    .value = str_from(value),
	    .occurred_ms = noon,
	    .event_id = STR("39"),
	    .change_source = STR("CRM_UI"),
	    .subscription_type = STR("deal.propertyChange"),
	    .attempt = 1 });
}

static struct event_row
associated(const char *from_type, const char *from, const char *to_type, const char *to)
{
	return row_of((struct event){ .kind = EVENT_ASSOCIATED,
	    .object_type = str_from(from_type),
	    .object_id = str_from(from),
	    .to_type = str_from(to_type),
	    .to_id = str_from(to),
	    .occurred_ms = noon });
}

/* Commits these events under a fresh split lease; how many were new. */
static int64_t
commit(struct event_row *rows, size_t n)
{
	struct lease l = store_lease(LEASE_SPLIT, 0);
	struct event_batch batch = { .lease = &l, .events = rows, .n_events = n };
	int64_t n_new;

	store_must(event_commit(store.db, store.arena, &batch, &n_new, &store.e));
	return n_new;
}

static int64_t
count(const char *table)
{
	return store_int("SELECT COUNT(*) FROM %s WHERE tenant_id = %lld", table, (long long)store.tenant_id);
}

static int
fresh(void **state)
{
	noon = clock_wall_ms() / DAY_MS * DAY_MS + DAY_MS / 2;
	return store_fresh(state);
}

static void
a_new_event_is_kept_with_its_pending_row(void **state)
{
	struct event_row row = changed("301", "closedwon");

	(void)state;
	assert_int_equal(commit(&row, 1), 1);
	assert_int_equal(
	    store_int("SELECT COUNT(*) FROM event WHERE tenant_id = %lld AND occurred_day = %lld AND kind = "
	              "'changed' AND object_type = 'deals' AND object_id = '301' AND property = 'dealstage' AND "
	              "value = 'closedwon' AND event_id = '39' AND change_source = 'CRM_UI' AND attempt = 1 AND "
	              "subscription_type = 'deal.propertyChange' AND echo = 0",
	        (long long)store.tenant_id, (long long)date_day(noon)),
	    1);
	assert_int_equal(
	    store_int("SELECT COUNT(*) FROM pending p JOIN event e ON e.tenant_id = p.tenant_id AND e.event_key "
	              "= p.event_key AND e.value = p.value AND e.occurred_at = p.occurred_at AND e.received_at = "
	              "p.received_at WHERE p.tenant_id = %lld AND p.due <= UTC_TIMESTAMP(3) AND p.looks = 0",
	        (long long)store.tenant_id),
	    1);
	assert_int_equal(store_int("SELECT last_event_at IS NOT NULL FROM tenant WHERE tenant_id = %lld",
	                     (long long)store.tenant_id),
	    1);
}

/*
 * A waiting row that becomes due while a split is under way: the round that the split wakes must take it along, for the
 * release of the one before may have looked a moment too early.
 */
static void
a_shard_with_something_due_within_seconds_is_woken_too(void **state)
{
	struct event_row row = changed("301", "closedwon");
	int64_t shard;

	(void)state;
	commit(&row, 1);
	shard = store_int("SELECT shard FROM pending WHERE tenant_id = %lld", (long long)store.tenant_id);
	for (int64_t s = 0; s < LEASE_DECIDE_SHARDS; s++)
		if (s != shard)
			store_run("INSERT INTO pending (tenant_id, shard, event_key, due, looks, kind, object_type, "
			          "object_id, "
			          "value, occurred_at, received_at) SELECT tenant_id, %lld, REVERSE(event_key), "
			          "UTC_TIMESTAMP(3) "
			          "+ INTERVAL %d SECOND, 1, kind, object_type, object_id, value, occurred_at, "
			          "received_at FROM "
			          "pending WHERE tenant_id = %lld AND shard = %lld",
			    (long long)s, s == (shard + 1) % LEASE_DECIDE_SHARDS ? 3 : 600, (long long)store.tenant_id,
			    (long long)shard);
	store_run("DELETE FROM lease WHERE tenant_id = %lld AND stage = 'decide'", (long long)store.tenant_id);
	row = changed("301", "contractsent");
	commit(&row, 1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM lease WHERE tenant_id = %lld AND stage = 'decide'",
	                     (long long)store.tenant_id),
	    2);
	assert_int_equal(
	    store_int("SELECT COUNT(*) FROM lease WHERE tenant_id = %lld AND stage = 'decide' AND shard = %lld",
	        (long long)store.tenant_id, (long long)((shard + 1) % LEASE_DECIDE_SHARDS)),
	    1);
}

static void
the_shard_of_a_pending_row_is_woken(void **state)
{
	struct event_row rows[20];

	(void)state;
	for (int i = 0; i < 20; i++)
		rows[i] = changed(str_c(store.arena, str_printf(store.arena, "%d", i)), "x");
	assert_int_equal(commit(rows, 20), 20);
	assert_int_equal(store_int("SELECT COUNT(DISTINCT shard) FROM pending WHERE tenant_id = %lld",
	                     (long long)store.tenant_id),
	    LEASE_DECIDE_SHARDS);
	assert_int_equal(store_int("SELECT COUNT(*) FROM lease WHERE tenant_id = %lld AND stage = 'decide' AND due <= "
	                           "UTC_TIMESTAMP(3)",
	                     (long long)store.tenant_id),
	    LEASE_DECIDE_SHARDS);
}

static void
a_known_event_is_neither_kept_nor_decided_again(void **state)
{
	struct event_row rows[] = { changed("301", "closedwon"), changed("301", "closedwon") };

	(void)state;
	rows[1].event.attempt = 5; /* stored, never keyed */
	rows[1].event.event_id = STR("40");
	rows[1].key = event_key(store.arena, &rows[1].event);
	assert_int_equal(commit(rows, 2), 1);
	store_run("DELETE FROM pending WHERE tenant_id = %lld", (long long)store.tenant_id);
	assert_int_equal(commit(rows, 1), 0);
	assert_int_equal(count("event"), 1);
	assert_int_equal(count("pending"), 0);
}

static void
every_other_part_of_a_fact_makes_another_event(void **state)
{
	struct event_row rows[] = { changed("301", "closedwon"), changed("301", "ClosedWon"),
		changed("302", "closedwon"), changed("301", "closedwon") };

	(void)state;
	rows[3].event.occurred_ms++;
	rows[3].key = event_key(store.arena, &rows[3].event);
	assert_int_equal(commit(rows, 4), 4);
	assert_int_equal(count("pending"), 4);
}

static void
our_own_echo_is_recorded_and_not_decided(void **state)
{
	struct event_row row = changed("301", "closedwon");

	(void)state;
	row.echo = true;
	assert_int_equal(commit(&row, 1), 1);
	assert_int_equal(count("event"), 1);
	assert_int_equal(count("pending"), 0);
}

static void
only_creations_and_changes_are_decided(void **state)
{
	struct event_row rows[EVENT__COUNT];

	(void)state;
	for (int k = 0; k < EVENT__COUNT; k++)
		rows[k] = row_of((struct event){ .kind = (enum event_kind)k,
		    .object_type = STR("deals"),
		    .object_id = STR("301"),
		    .occurred_ms = noon });
	assert_int_equal(commit(rows, EVENT__COUNT), EVENT__COUNT);
	assert_int_equal(count("event"), EVENT__COUNT);
	assert_int_equal(count("pending"), 2);
}

static void
a_retry_after_midnight_meets_its_event(void **state)
{
	struct event_row row = changed("301", "closedwon");

	(void)state;
	row.event.occurred_ms = noon / DAY_MS * DAY_MS - 1; /* the last ms of yesterday */
	row.key = event_key(store.arena, &row.event);
	row.received_ms = row.event.occurred_ms;
	assert_int_equal(commit(&row, 1), 1);
	row.received_ms = row.event.occurred_ms + 3600000;
	assert_int_equal(commit(&row, 1), 0);
	assert_int_equal(store_int("SELECT occurred_day FROM event WHERE tenant_id = %lld", (long long)store.tenant_id),
	    noon / DAY_MS - 1);
}

static void
events_of_long_ago_and_of_tomorrow_have_a_place(void **state)
{
	struct event_row rows[] = { changed("1", "x"), changed("2", "x"), changed("3", "x") };

	(void)state;
	rows[0].event.occurred_ms = INT64_C(1000000000000); /* 2001 */
	rows[1].event.occurred_ms = noon + DAY_MS;
	rows[2].event.occurred_ms = noon - 400 * DAY_MS;
	assert_int_equal(commit(rows, 3), 3);
}

static void
what_no_one_can_read_is_in_quarantine_and_blocks_nothing(void **state)
{
	struct lease l = store_lease(LEASE_SPLIT, 0);
	struct event_row row = changed("301", "closedwon");
	const struct event_quarantined q = { .reason = STR("no JSON"),
		.body = { .p = "\0\xff{", .n = 3 },
		.received_ms = noon };
	struct event_batch batch = { .lease = &l, .events = &row, .n_events = 1, .quarantine = &q, .n_quarantine = 1 };
	int64_t n_new;

	(void)state;
	store_must(event_commit(store.db, store.arena, &batch, &n_new, &store.e));
	assert_int_equal(n_new, 1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM quarantine WHERE reason = 'no JSON' AND body = X'00FF7B'"), 1);
}

static void
the_batches_go_with_their_events_or_stay_with_none(void **state)
{
	struct lease l = store_lease(LEASE_SPLIT, 0), old = l;
	struct event_row row = changed("301", "closedwon");
	struct event_batch batch = { .lease = &old, .events = &row, .n_events = 1 };
	struct inbox_row *rows;
	int64_t n_new;

	(void)state;
	store_must(inbox_put(store.db, 0, false, STR("[]"), &store.e));
	store_must(inbox_lowest(store.db, store.arena, 0, &rows, &batch.n_inbox, &store.e));
	batch.inbox = rows;
	old.fence--;
	store_refused(event_commit(store.db, store.arena, &batch, &n_new, &store.e), ERR_CONFLICT);
	assert_int_equal(count("event"), 0);
	assert_int_equal(store_int("SELECT COUNT(*) FROM inbox"), 1);
	batch.lease = &l;
	store_must(event_commit(store.db, store.arena, &batch, &n_new, &store.e));
	assert_int_equal(count("event"), 1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM inbox"), 0);
}

static void
a_batch_may_hold_events_of_many_tenants(void **state)
{
	struct event_row rows[4];
	int64_t first = store.tenant_id;

	(void)state;
	rows[0] = changed("1", "x");
	rows[1] = changed("2", "x");
	store.tenant_id = store_tenant();
	rows[2] = rows[0];
	rows[2].tenant_id = store.tenant_id; /* the same key: another tenant's fact */
	rows[3] = changed("3", "x");
	assert_int_equal(commit(rows, 4), 4);
	assert_int_equal(count("pending"), 2);
	store.tenant_id = first;
	assert_int_equal(count("pending"), 2);
}

/* A waiting row of deal 301 whose contact was 77 at the last look. */
static void
wait_for_data(void)
{
	struct event_row row = changed("301", "closedwon");

	assert_int_equal(commit(&row, 1), 1);
	for (int64_t shard = 0; shard < LEASE_DECIDE_SHARDS; shard++) {
		struct pending *due;
		size_t n;

		store_must(pending_due(store.db, store.arena, store.tenant_id, shard, 1, &due, &n, &store.e));
		if (n > 0)
			store_must(pending_wait(store.db, store.tenant_id, shard, due, 3600000, STR("77"), &store.e));
	}
	store_run("UPDATE lease SET due = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR WHERE tenant_id = %lld",
	    (long long)store.tenant_id);
}

static bool
woken(void)
{
	int64_t row = store_int("SELECT COUNT(*) FROM pending WHERE tenant_id = %lld AND looks = 1 AND due <= "
	                        "UTC_TIMESTAMP(3)",
	    (long long)store.tenant_id);
	int64_t lease =
	    store_int("SELECT COUNT(*) FROM lease l JOIN pending p ON p.tenant_id = l.tenant_id AND p.shard = "
	              "l.shard AND p.looks = 1 WHERE l.tenant_id = %lld AND l.stage = 'decide' AND l.due <= "
	              "UTC_TIMESTAMP(3)",
	        (long long)store.tenant_id);

	if (row > 0)
		assert_true(lease > 0);
	return row > 0;
}

/* I-08, C-12 */
static void
what_waits_is_woken_by_an_event_of_what_it_waits_for(void **state)
{
	struct event_row rows[] = {
		changed("301", "appointmentscheduled"),
		associated("deals", "301", "contacts", "77"),
		associated("contacts", "77", "deals", "301"),
		associated("line_items", "5", "deals", "301"),
		row_of((struct event){ .kind = EVENT_CHANGED,
		    .object_type = STR("contacts"),
		    .object_id = STR("77"),
		    .property = STR("email"),
		    .value = STR("x"),
		    .occurred_ms = noon }),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		store.tenant_id = store_tenant();
		rows[i].tenant_id = store.tenant_id;
		wait_for_data();
		assert_false(woken());
		commit(&rows[i], 1);
		if (!woken())
			fail_msg("event %zu wakes nobody", i);
	}
}

static void
what_waits_is_not_woken_by_others(void **state)
{
	struct event_row rows[] = {
		changed("302", "closedwon"),
		associated("deals", "302", "contacts", "78"),
		row_of((struct event){ .kind = EVENT_CHANGED,
		    .object_type = STR("contacts"),
		    .object_id = STR("78"),
		    .property = STR("email"),
		    .value = STR("x"),
		    .occurred_ms = noon }),
		row_of((struct event){ .kind = EVENT_CHANGED,
		    .object_type = STR("companies"),
		    .object_id = STR("301"),
		    .property = STR("name"),
		    .value = STR("x"),
		    .occurred_ms = noon }),
	};
	struct event_row theirs = changed("301", "other");

	(void)state;
	wait_for_data();
	commit(rows, sizeof(rows) / sizeof(rows[0]));
	assert_false(woken());
	theirs.tenant_id = store_tenant();
	commit(&theirs, 1);
	assert_false(woken());
}

/* The other splitter: 200 events, half of them known to both, while we write ours. */
static struct event_row *
half_shared(const char *mine)
{
	struct event_row *rows = arena_array(store.arena, 200, sizeof(*rows));

	for (int i = 0; i < 200; i++)
		rows[i] = changed(str_c(store.arena, str_printf(store.arena, "%s%d", i < 100 ? "" : mine, i)), "x");
	return rows;
}

static bool
commit_with_retries(struct db *db, const struct lease *l, struct event_row *rows, int64_t *n_new)
{
	struct event_batch batch = { .lease = l, .events = rows, .n_events = 200 };

	for (int tries = 0; tries < 20; tries++) {
		store.e = (struct err){ .code = ERR_NONE };
		if (event_commit(db, store.arena, &batch, n_new, &store.e))
			return true;
		if (store.e.code != ERR_CONFLICT)
			return false;
	}
	return false;
}

static void
two_splitters_at_once_keep_a_shared_event_once(void **state)
{
	struct lease a = store_lease(LEASE_SPLIT, 0), b = store_lease(LEASE_SPLIT, 1);
	struct event_row *ours = half_shared("a"), *theirs = half_shared("b");
	int64_t n_new;
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		struct db *db = store_connect();

		_exit(commit_with_retries(db, &b, theirs, &n_new) ? 0 : 1);
	}
	store_must(commit_with_retries(store.db, &a, ours, &n_new));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(count("event"), 300);
	assert_int_equal(count("pending"), 300);
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_event_is_kept_with_its_pending_row),
		TEST(a_shard_with_something_due_within_seconds_is_woken_too),
		TEST(the_shard_of_a_pending_row_is_woken),
		TEST(a_known_event_is_neither_kept_nor_decided_again),
		TEST(every_other_part_of_a_fact_makes_another_event),
		TEST(our_own_echo_is_recorded_and_not_decided),
		TEST(only_creations_and_changes_are_decided),
		TEST(a_retry_after_midnight_meets_its_event),
		TEST(events_of_long_ago_and_of_tomorrow_have_a_place),
		TEST(what_no_one_can_read_is_in_quarantine_and_blocks_nothing),
		TEST(the_batches_go_with_their_events_or_stay_with_none),
		TEST(a_batch_may_hold_events_of_many_tenants),
		TEST(what_waits_is_woken_by_an_event_of_what_it_waits_for),
		TEST(what_waits_is_not_woken_by_others),
		TEST(two_splitters_at_once_keep_a_shared_event_once),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
