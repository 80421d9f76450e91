/* Periodic work: any number of workers, one does it (design 6, Schedule). */
#include "lib/answer.h"
#include "lib/store.h"
#include "store/schedule.h"

static const struct str alice = { "alice", 5 }, bob = { "bob", 3 };

static bool
find(struct db *db, struct schedule *out)
{
	struct schedule *list;
	size_t n;

	store_must(schedule_candidates(db, store.arena, &list, &n, &store.e));
	for (size_t i = 0; i < n; i++)
		if (list[i].tenant_id == store.tenant_id) {
			*out = list[i];
			return true;
		}
	return false;
}

static void
set(int64_t due_in_ms, bool only_earlier)
{
	store_must(schedule_set(store.db, store.tenant_id, SCHEDULE_TOKEN, due_in_ms, only_earlier, &store.e));
}

static struct schedule
due(void)
{
	struct schedule s;

	set(0, false);
	assert_true(find(store.db, &s));
	assert_int_equal(s.kind, SCHEDULE_TOKEN);
	return s;
}

static void
the_installation_has_its_housekeeping_from_the_start(void **state)
{
	(void)state;
	assert_int_equal(store_int("SELECT COUNT(*) FROM schedule WHERE tenant_id = 0 AND kind = 'housekeeping'"), 1);
}

static void
of_two_that_claim_one_row_one_wins(void **state)
{
	struct schedule a = due(), b = a, none;

	(void)state;
	store_must(schedule_claim(store.db, &a, alice, 60, &store.e));
	store_refused(schedule_claim(store.other, &b, bob, 60, &store.e), ERR_CONFLICT);
	assert_false(find(store.other, &none));
	assert_str(a.owner, "alice");
	assert_int_equal(a.fence, b.fence + 1);
}

static void
a_released_row_is_due_again_when_told_and_counts_failures(void **state)
{
	struct schedule s = due();

	(void)state;
	store_must(schedule_claim(store.db, &s, alice, 60, &store.e));
	store_must(schedule_release(store.db, &s, 30000, 4, &store.e));
	assert_false(find(store.db, &s));
	store_later(store.db, 31);
	assert_true(find(store.db, &s));
	assert_int_equal(s.tries, 4);
}

static void
a_row_that_is_not_due_by_itself_rests(void **state)
{
	struct schedule s = due();

	(void)state;
	store_must(schedule_claim(store.db, &s, alice, 60, &store.e));
	store_must(schedule_release(store.db, &s, -1, 0, &store.e));
	store_later(store.db, 3600);
	assert_false(find(store.db, &s));
	store_later(store.db, 0);
	set(0, true);
	assert_true(find(store.db, &s));
}

/* HubSpot refuses the token while its refresh is under way: that wake must not be lost. */
static void
what_is_set_while_the_row_is_held_is_kept(void **state)
{
	static const bool only_earlier[] = { true, false };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct schedule s = due();

		store_must(schedule_claim(store.db, &s, alice, 60, &store.e));
		set(0, only_earlier[i]);
		store_must(schedule_release(store.db, &s, 3600000, 0, &store.e));
		assert_true(find(store.db, &s));
	}
}

static void
an_owner_whose_time_is_over_gives_nothing_back(void **state)
{
	struct schedule a = due(), b;

	(void)state;
	store_must(schedule_claim(store.db, &a, alice, 60, &store.e));
	store_later(store.other, 61);
	assert_true(find(store.other, &b));
	store_must(schedule_claim(store.other, &b, bob, 60, &store.e));
	store_refused(schedule_release(store.db, &a, 0, 0, &store.e), ERR_CONFLICT);
}

static void
asking_for_an_earlier_time_never_makes_it_later(void **state)
{
	struct schedule s;

	(void)state;
	set(10000, false);
	set(3600000, true);
	store_later(store.db, 11);
	assert_true(find(store.db, &s));
	store_later(store.db, 0);
	set(3600000, false);
	store_later(store.db, 11);
	assert_false(find(store.db, &s));
}

#define TEST(name) cmocka_unit_test_setup(name, store_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_installation_has_its_housekeeping_from_the_start),
		TEST(of_two_that_claim_one_row_one_wins),
		TEST(a_released_row_is_due_again_when_told_and_counts_failures),
		TEST(a_row_that_is_not_due_by_itself_rests),
		TEST(what_is_set_while_the_row_is_held_is_kept),
		TEST(an_owner_whose_time_is_over_gives_nothing_back),
		TEST(asking_for_an_earlier_time_never_makes_it_later),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
