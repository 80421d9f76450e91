/* Leases: one owner at a time, each claim with a fence, and no wake is lost (design 6; F-125, F-126, F-134). */
#include "lib/store.h"
#include "lib/answer.h"

#define ROW "WHERE tenant_id = %lld AND stage = 'send' AND shard = 0"

static const struct str alice = { "alice", 5 }, bob = { "bob", 3 };

/* The tenant's candidate of that stage, as a worker finds it; false when there is none. */
static bool
find_for(struct db *db, enum lease_stage stage, struct lease *out)
{
	struct lease *list;
	size_t n;

	store_must(lease_candidates(db, store.arena, false, &list, &n, &store.e));
	for (size_t i = 0; i < n; i++)
		if (list[i].stage == stage && (list[i].tenant_id == store.tenant_id || stage == LEASE_SPLIT)) {
			*out = list[i];
			return true;
		}
	return false;
}

static bool
find(struct lease *out)
{
	return find_for(store.db, LEASE_SEND, out);
}

static struct lease
woken(void)
{
	struct lease l;

	store_must(lease_wake(store.db, store.tenant_id, LEASE_SEND, 0, 0, &store.e));
	assert_true(find(&l));
	return l;
}

static struct lease
held_by(struct str owner)
{
	struct lease l = woken();

	store_must(lease_claim(store.db, &l, owner, 60, &store.e));
	return l;
}

static bool
renewed(struct lease *l, int64_t lease_s)
{
	return lease_renew(store.db, &l, 1, lease_s, &store.e);
}

static void
of_two_that_claim_one_row_one_wins(void **state)
{
	struct lease a = woken(), b = a;

	(void)state;
	store_must(lease_claim(store.db, &a, alice, 60, &store.e));
	store_refused(lease_claim(store.other, &b, bob, 60, &store.e), ERR_CONFLICT);
	assert_str(store_text("SELECT owner FROM lease " ROW, (long long)store.tenant_id), "alice");
}

static void
a_claim_counts_the_fence_up(void **state)
{
	struct lease before = woken(), l = before;

	(void)state;
	store_must(lease_claim(store.db, &l, alice, 60, &store.e));
	assert_int_equal(l.fence, before.fence + 1);
	assert_str(l.owner, "alice");
	assert_int_equal(store_int("SELECT fence FROM lease " ROW, (long long)store.tenant_id), l.fence);
}

static void
a_held_row_is_no_candidate(void **state)
{
	struct lease l = held_by(alice), none;

	(void)state;
	(void)l;
	assert_false(find(&none));
}

static void
a_claim_from_an_old_look_fails_even_when_the_row_is_free_again(void **state)
{
	struct lease a = woken(), old = a;

	(void)state;
	store_must(lease_claim(store.db, &a, alice, 60, &store.e));
	store_must(lease_release(store.db, &a, 0, &store.e));
	store_refused(lease_claim(store.other, &old, bob, 60, &store.e), ERR_CONFLICT);
}

static void
an_expired_lease_can_be_claimed_and_its_former_owner_writes_nothing(void **state)
{
	struct lease a = held_by(alice), b;

	(void)state;
	store_later(store.other, 61);
	assert_true(find_for(store.other, LEASE_SEND, &b));
	store_must(lease_claim(store.other, &b, bob, 60, &store.e));
	store_refused(lease_hold(store.db, &a, &store.e), ERR_CONFLICT);
	store_refused(renewed(&a, 60), ERR_CONFLICT);
	store_refused(lease_release(store.db, &a, 0, &store.e), ERR_CONFLICT);
	store_must(lease_hold(store.other, &b, &store.e));
}

static void
a_former_owner_of_the_same_name_writes_nothing(void **state)
{
	struct lease first = held_by(alice), second;

	(void)state;
	store_later(store.other, 61);
	assert_true(find_for(store.other, LEASE_SEND, &second));
	store_must(lease_claim(store.other, &second, alice, 60, &store.e));
	store_refused(lease_hold(store.db, &first, &store.e), ERR_CONFLICT);
}

static void
a_renewed_lease_lasts_longer(void **state)
{
	struct lease a = held_by(alice), b;

	(void)state;
	store_must(renewed(&a, 120));
	store_later(store.other, 61);
	assert_false(find_for(store.other, LEASE_SEND, &b));
	store_later(store.other, 121);
	assert_true(find_for(store.other, LEASE_SEND, &b));
}

static void
renewing_twice_in_one_millisecond_is_no_conflict(void **state)
{
	(void)state;
	store_later(store.db, 1); /* the clock stands still */
	struct lease a = held_by(alice);

	store_must(renewed(&a, 60));
	store_must(renewed(&a, 60));
	store_must(lease_hold(store.db, &a, &store.e));
}

static void
a_released_row_is_due_when_its_owner_says(void **state)
{
	struct lease a = held_by(alice), b;

	(void)state;
	store_must(lease_release(store.db, &a, 30000, &store.e));
	assert_false(find(&b));
	store_later(store.db, 31);
	assert_true(find(&b));
	assert_int_equal(store_int("SELECT owner = '' AND lease_until IS NULL FROM lease " ROW,
	                     (long long)store.tenant_id),
	    1);
}

static void
a_row_released_with_nothing_to_do_rests_until_it_is_woken(void **state)
{
	struct lease a = held_by(alice), b;

	(void)state;
	store_must(lease_release(store.db, &a, -1, &store.e));
	store_later(store.db, 3500);
	assert_false(find(&b));
	store_must(lease_wake(store.other, store.tenant_id, LEASE_SEND, 0, 0, &store.e));
	assert_true(find(&b));
}

/* The safety net: what no wake told of is found within the hour. */
static void
a_row_that_nobody_wakes_is_looked_at_within_the_hour(void **state)
{
	struct lease a = held_by(alice), b;

	(void)state;
	store_must(lease_release(store.db, &a, -1, &store.e));
	store_later(store.db, 3601);
	assert_true(find(&b));
}

static void
a_wake_while_held_makes_the_release_due_at_once(void **state)
{
	struct lease a = held_by(alice), b;

	(void)state;
	store_must(lease_wake(store.other, store.tenant_id, LEASE_SEND, 0, 0, &store.e));
	store_must(lease_release(store.db, &a, 3600000, &store.e));
	assert_true(find(&b));
}

static void
a_wake_between_look_and_claim_is_not_lost(void **state)
{
	struct lease a = woken(), b;

	(void)state;
	store_must(lease_wake(store.other, store.tenant_id, LEASE_SEND, 0, 0, &store.e));
	store_must(lease_claim(store.db, &a, alice, 60, &store.e));
	store_must(lease_release(store.db, &a, -1, &store.e));
	assert_true(find(&b));
}

static void
a_later_wake_does_not_put_an_earlier_one_off(void **state)
{
	struct lease l;

	(void)state;
	store_must(lease_wake(store.db, store.tenant_id, LEASE_SEND, 0, 0, &store.e));
	store_must(lease_wake(store.db, store.tenant_id, LEASE_SEND, 0, 3600000, &store.e));
	assert_true(find(&l));
}

static void
work_of_a_paused_tenant_is_no_candidate(void **state)
{
	struct lease l = woken();

	(void)state;
	store_run("UPDATE tenant SET state = 'paused' WHERE tenant_id = %lld", (long long)store.tenant_id);
	assert_false(find(&l));
}

static void
a_split_shard_is_a_candidate_only_with_rows_in_the_inbox(void **state)
{
	struct lease l;

	(void)state;
	assert_false(find_for(store.db, LEASE_SPLIT, &l));
	store_run("INSERT INTO inbox (shard, source, received_at, body) VALUES (5, 'hubspot', UTC_TIMESTAMP(3), '[]')");
	assert_true(find_for(store.db, LEASE_SPLIT, &l));
	assert_int_equal(l.shard, 5);
	assert_int_equal(l.tenant_id, 0);
}

static void
candidates_are_at_most_32_and_the_longest_due_comes_first(void **state)
{
	struct lease *list;
	int64_t last = 0;
	size_t n;

	(void)state;
	for (int i = 0; i < 40; i++) {
		last = store_tenant();
		store_run("INSERT INTO lease (tenant_id, stage, shard, due) VALUES (%lld, 'decide', 0, '2026-01-01' - "
		          "INTERVAL "
		          "%d SECOND)",
		    (long long)last, i);
	}
	store_must(lease_candidates(store.db, store.arena, false, &list, &n, &store.e));
	assert_int_equal(n, 32);
	assert_int_equal(list[0].tenant_id, last);

	/* G-13: those that a worker has no room for hide nothing of another stage. */
	store_run("INSERT INTO lease (tenant_id, stage, shard, due) VALUES (%lld, 'send', 0, '2026-01-02')",
	    (long long)last);
	store_must(lease_candidates(store.db, store.arena, false, &list, &n, &store.e));
	assert_int_equal(n, 33);
	assert_int_equal(list[32].stage, LEASE_SEND);
}

/* F-148: what has ended nothing yet waits; what ends something goes on. */
static void
with_little_room_only_what_ends_things_is_a_candidate(void **state)
{
	struct lease *list;
	size_t n;

	(void)state;
	store_run("INSERT INTO inbox (shard, source, received_at, body) VALUES (5, 'hubspot', UTC_TIMESTAMP(3), '[]')");
	for (int stage = LEASE_DECIDE; stage < LEASE__COUNT; stage++)
		store_run("INSERT INTO lease (tenant_id, stage, shard, due) VALUES (%lld, '%s', 0, '2026-01-01')",
		    (long long)store.tenant_id, lease_stage_name((enum lease_stage)stage));
	store_must(lease_candidates(store.db, store.arena, false, &list, &n, &store.e));
	assert_int_equal(n, LEASE__COUNT);
	store_must(lease_candidates(store.db, store.arena, true, &list, &n, &store.e));
	assert_int_equal(n, 1);
	assert_int_equal(list[0].stage, LEASE_FOLLOW);
}

#define TEST(name) cmocka_unit_test_setup(name, store_fresh)

/* ---- the last holder did not give it back (F-137) */

/* Whoever `owner` is takes over what ran out. */
static struct lease
taken_over_by(struct str owner)
{
	struct lease l;

	store_run("UPDATE lease SET lease_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND " ROW,
	    (long long)store.tenant_id);
	assert_true(find(&l));
	store_must(lease_claim(store.db, &l, owner, 60, &store.e));
	return l;
}

static void
works_on(const struct lease *l, const char *item)
{
	store_must(lease_work(store.db, l, str_from(item), &store.e));
}

static void
what_a_holder_died_with_is_the_suspect_and_its_deaths_are_counted(void **state)
{
	struct lease l = held_by(alice);

	(void)state;
	assert_false(l.careful);
	l = taken_over_by(bob); /* nobody knows what alice died of */
	assert_true(l.careful);
	assert_int_equal(l.deaths, 0);
	works_on(&l, "7");
	l = taken_over_by(alice);
	assert_str(l.suspect, "7");
	assert_int_equal(l.deaths, 1);
	works_on(&l, "7");
	l = taken_over_by(bob);
	assert_int_equal(l.deaths, 2);
	works_on(&l, "8");
	l = taken_over_by(alice); /* another one */
	assert_str(l.suspect, "8");
	assert_int_equal(l.deaths, 1);
	works_on(&l, "");
	l = taken_over_by(bob); /* between two pieces of work: not its fault */
	assert_str(l.suspect, "8");
	assert_int_equal(l.deaths, 1);
}

static void
a_suspect_that_was_worked_on_is_none_any_more(void **state)
{
	struct lease l = held_by(alice);

	(void)state;
	works_on(&l, "7");
	l = taken_over_by(bob);
	assert_str(l.suspect, "7");
	store_must(lease_absolve(store.db, &l, &store.e));
	assert_int_equal(l.suspect.n, 0);
	l = taken_over_by(alice);
	assert_true(l.careful);
	assert_int_equal(l.suspect.n, 0);
	works_on(&l, "9");
	l = taken_over_by(bob);
	store_must(lease_release(store.db, &l, 0, &store.e)); /* not worked on: it failed otherwise */
	assert_true(find(&l));
	store_must(lease_claim(store.db, &l, alice, 60, &store.e));
	assert_true(l.careful);
	assert_str(l.suspect, "9");
	l.suspect = STR("");
	store_must(lease_release(store.db, &l, 0, &store.e));
	assert_true(find(&l));
	store_must(lease_claim(store.db, &l, bob, 60, &store.e));
	assert_false(l.careful);
}

/* The database was away, or the process was stopped: it could not give its lease back, and lives. */
static void
who_lives_has_not_died_of_anything(void **state)
{
	struct lease l = held_by(alice);

	(void)state;
	works_on(&l, "7");
	l = taken_over_by(alice); /* its own */
	assert_false(l.careful);
	works_on(&l, "7");
	store_run(
	    "INSERT INTO process (name, program, started_at, seen_at, memory_kb) VALUES ('alice', 'connector-worker', "
	    "UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), 1) ON DUPLICATE KEY UPDATE seen_at = UTC_TIMESTAMP(3)");
	l = taken_over_by(bob);
	assert_false(l.careful);
	assert_int_equal(l.deaths, 0);
	store_run("DELETE FROM process");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(of_two_that_claim_one_row_one_wins),
		TEST(a_claim_counts_the_fence_up),
		TEST(a_held_row_is_no_candidate),
		TEST(a_claim_from_an_old_look_fails_even_when_the_row_is_free_again),
		TEST(an_expired_lease_can_be_claimed_and_its_former_owner_writes_nothing),
		TEST(a_former_owner_of_the_same_name_writes_nothing),
		TEST(a_renewed_lease_lasts_longer),
		TEST(renewing_twice_in_one_millisecond_is_no_conflict),
		TEST(a_released_row_is_due_when_its_owner_says),
		TEST(a_row_released_with_nothing_to_do_rests_until_it_is_woken),
		TEST(a_row_that_nobody_wakes_is_looked_at_within_the_hour),
		TEST(a_wake_while_held_makes_the_release_due_at_once),
		TEST(a_wake_between_look_and_claim_is_not_lost),
		TEST(a_later_wake_does_not_put_an_earlier_one_off),
		TEST(work_of_a_paused_tenant_is_no_candidate),
		TEST(a_split_shard_is_a_candidate_only_with_rows_in_the_inbox),
		TEST(with_little_room_only_what_ends_things_is_a_candidate),
		TEST(candidates_are_at_most_32_and_the_longest_due_comes_first),
		TEST(what_a_holder_died_with_is_the_suspect_and_its_deaths_are_counted),
		TEST(a_suspect_that_was_worked_on_is_none_any_more),
		TEST(who_lives_has_not_died_of_anything),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
