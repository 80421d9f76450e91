/* test_record_update.c - the rows of the back-fills: counted by an index, forgotten in pieces (I-44). */
#include "flow/ids.h"
#include "lib/store.h"
#include "store/record_update.h"

static int64_t
run_of(int64_t tenant_id, const char *kind, const char *state)
{
	store_run(
	    "INSERT INTO id_run (tenant_id, kind, state, started_at, pace_at) VALUES (%lld, '%s', '%s', NOW(), NOW())",
	    (long long)tenant_id, kind, state);
	return store_int("SELECT MAX(run_id) FROM id_run");
}

/* 2,500 rows in that state, each with an attempt. */
static void
rows(int64_t tenant_id, int64_t run_id, const char *state)
{
	store_run(
	    "INSERT INTO record_update (tenant_id, run_id, object_type, object_id, properties, state, created_at) "
	    "WITH RECURSIVE k (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM k WHERE i < 49) SELECT %lld, %lld, "
	    "'deals', 50 * k.i + l.i, '{}', '%s', NOW() FROM k, k l",
	    (long long)tenant_id, (long long)run_id, state);
	store_run("INSERT INTO attempt (tenant_id, kind, effect_id, attempt, started_at) SELECT tenant_id, "
	          "'hubspot_update', update_id, 1, NOW() FROM record_update WHERE tenant_id = %lld AND run_id = %lld",
	    (long long)tenant_id, (long long)run_id);
}

static int64_t
left(int64_t tenant_id, int64_t run_id)
{
	return store_int("SELECT COUNT(*) FROM record_update u JOIN attempt a ON a.tenant_id = u.tenant_id AND "
	                 "a.effect_id = u.update_id WHERE u.tenant_id = %lld AND u.run_id = %lld",
	    (long long)tenant_id, (long long)run_id);
}

static void
the_rows_of_earlier_fills_go_some_at_a_time_and_nothing_else_does(void **state)
{
	(void)state;
	int64_t mine = store.tenant_id, other = store_tenant(), theirs = run_of(other, "fill", "done");
	int64_t keep = run_of(mine, "keep", "running"), old = run_of(mine, "fill", "done");
	int64_t now = run_of(mine, "fill", "running");
	bool any;

	rows(other, theirs, "DONE");
	rows(mine, keep, "DONE");
	rows(mine, old, "DONE");
	rows(mine, now, "DONE");
	store_run("UPDATE record_update SET state = 'SENDING' WHERE tenant_id = %lld AND run_id = %lld LIMIT 1",
	    (long long)mine, (long long)old);
	for (int64_t before = left(mine, old), after; before > 1; before = after) {
		store_must(record_update_forget(store.db, mine, ID_RUN_FILL, now - 1, &any, &store.e));
		assert_true(any);
		after = left(mine, old);
		assert_true(after < before && before - after <= RECORD_UPDATE_FORGET_MAX);
	}
	store_must(record_update_forget(store.db, mine, ID_RUN_FILL, now - 1, &any, &store.e));
	assert_false(any);
	assert_int_equal(left(mine, old), 1); /* under way */
	assert_int_equal(left(mine, now) + left(mine, keep) + left(other, theirs), 7500);
	assert_int_equal(store_int("SELECT COUNT(*) FROM attempt WHERE tenant_id = %lld", (long long)mine), 5001);
}

static void
a_new_fill_forgets_the_one_before_piece_by_piece_ahead_of_its_first_question(void **state)
{
	(void)state;
	int64_t old = run_of(store.tenant_id, "fill", "stopped"), turns = 0;
	struct lease l = store_lease(LEASE_SCAN, 0);
	struct step *s;

	(void)run_of(store.tenant_id, "fill", "running");
	rows(store.tenant_id, old, "STOPPED");
	for (; left(store.tenant_id, old) > 0; turns++) {
		s = ids_new(store.arena, &store.parts, &l);
		store_must(step_next(s, &store.e));
		assert_int_equal(s->n, 0);
		assert_int_equal(s->again_in_ms, 0);
	}
	assert_int_equal(turns, 3);
}

static void
the_states_of_a_run_are_counted(void **state)
{
	(void)state;
	int64_t run = run_of(store.tenant_id, "fill", "running"), counts[UPDATE__COUNT];

	rows(store.tenant_id, run, "DONE");
	store_run("UPDATE record_update SET state = 'REFUSED' WHERE tenant_id = %lld LIMIT 7",
	    (long long)store.tenant_id);
	store_must(record_update_count(store.db, store.arena, store.tenant_id, run, counts, &store.e));
	assert_int_equal(counts[UPDATE_DONE], 2493);
	assert_int_equal(counts[UPDATE_REFUSED], 7);
	assert_int_equal(counts[UPDATE_READY], 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup(f, store_fresh)
	const struct CMUnitTest tests[] = {
		T(the_rows_of_earlier_fills_go_some_at_a_time_and_nothing_else_does),
		T(a_new_fill_forgets_the_one_before_piece_by_piece_ahead_of_its_first_question),
		T(the_states_of_a_run_are_counted),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
