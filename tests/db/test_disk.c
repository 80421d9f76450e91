/* store/disk: whether the database has room, seen here, told by others, or weighed (F-148). */
#include "lib/store.h"
#include "store/disk.h"
#include "store/pulse.h"

#define ALL_MB 90000000 /* more than any disk of a test has free */

static struct settings near, far;

static int
fresh(void **state)
{
	if (store_fresh(state) != 0)
		return -1;
	store_run("DELETE FROM process");
	near = far = store.settings;
	near.disk_free_min_mb = 0;
	far.database_host = STR("db.example"); /* whose disk nobody here can see */
	return 0;
}

/* As if a second, or the time between two weighings, had passed. */
static bool
look(struct disk *d)
{
	d->next_look_ms = d->next_weigh_ms = 0;
	return disk_is_full(d);
}

static void
beat(const struct disk *d, const char *name)
{
	struct pulse p = { .db = store.db, .disk = d, .program = STR("connector-worker"), .process = str_from(name) };

	pulse_beat(&p);
}

static void
a_process_on_the_databases_machine_sees_for_itself(void **state)
{
	struct disk d = disk_of(&near, store.db);
	int64_t free_mb;

	(void)state;
	assert_false(look(&d));
	assert_true(d.free_mb > 0);
	store_must(disk_free_mb(store.db, store.arena, &near, &free_mb, &store.e));
	near.disk_free_min_mb = ALL_MB;
	/* Once a second is often enough. */
	assert_false(disk_is_full(&d));
	assert_true(look(&d));
	near.disk_free_min_mb = 0;
	assert_false(look(&d));
	near.disk_dir = STR("/no/such/folder");
	d = disk_of(&near, store.db);
	assert_false(look(&d));
	assert_int_equal(d.free_mb, -1);
}

/* Of a disk that hovers at the limit intake does not go on and off each second. */
static void
a_full_disk_has_room_again_when_there_is_some_more_than_needed(void **state)
{
	struct disk d = disk_of(&near, store.db);

	(void)state;
	(void)look(&d);
	near.disk_free_min_mb = d.free_mb * 95 / 100;
	assert_false(look(&d));
	near.disk_free_min_mb = ALL_MB;
	assert_true(look(&d));
	near.disk_free_min_mb = d.free_mb * 95 / 100;
	assert_true(look(&d));
	near.disk_free_min_mb = d.free_mb * 80 / 100;
	assert_false(look(&d));
}

static void
others_go_by_what_one_that_sees_it_tells(void **state)
{
	struct disk seeing = disk_of(&near, store.db), blind = disk_of(&far, store.db);
	int64_t n;

	(void)state;
	near.disk_free_min_mb = ALL_MB;
	assert_true(look(&seeing));
	assert_false(look(&blind));
	beat(&seeing, "a:1:1");
	assert_true(look(&blind));
	assert_int_equal(blind.free_mb, -1);
	/* What one was told is not passed on as seen, or it would never end. */
	beat(&blind, "b:1:1");
	store_must(disk_told_full(store.db, store.arena, &n, &store.e));
	assert_int_equal(n, 1);
	near.disk_free_min_mb = 0;
	assert_false(look(&seeing));
	beat(&seeing, "a:1:1");
	assert_false(look(&blind));
	assert_true(store_int("SELECT disk_free_mb FROM process WHERE name = 'a:1:1'") > 0);
	assert_int_equal(store_int("SELECT disk_free_mb IS NULL FROM process WHERE name = 'b:1:1'"), 1);
}

static void
a_process_that_is_silent_tells_nothing(void **state)
{
	struct disk seeing = disk_of(&near, store.db), blind = disk_of(&far, store.db);

	(void)state;
	near.disk_free_min_mb = ALL_MB;
	assert_true(look(&seeing));
	beat(&seeing, "a:1:1");
	assert_true(look(&blind));
	store_run("UPDATE process SET seen_at = seen_at - INTERVAL 31 SECOND");
	assert_false(look(&blind));
}

/* A managed database: its disk is nobody's, its data can be weighed. */
static void
where_nobody_sees_the_disk_a_worker_weighs_the_data(void **state)
{
	struct disk worker = disk_of(&far, store.db), hook = disk_of(&far, store.db);

	(void)state;
	worker.weighs = true;
	far.database_max_mb = 1;
	assert_true(look(&worker));
	assert_false(look(&hook));
	beat(&worker, "a:1:1");
	assert_true(look(&hook));
	far.database_max_mb = ALL_MB;
	/* Its own row says what it saw until it tells better. */
	assert_true(look(&worker));
	beat(&worker, "a:1:1");
	assert_false(look(&worker));
	assert_false(look(&hook));
}

/* A database that died of its disk: who knows the folder still sees it, others stay as they were. */
static void
without_a_database_nothing_changes_but_what_is_seen(void **state)
{
	struct disk seeing = disk_of(&near, store.db), blind = disk_of(&far, store.db);
	struct settings gone = store.settings;
	struct db *away;

	(void)state;
	near.disk_free_min_mb = ALL_MB;
	assert_true(look(&seeing));
	beat(&seeing, "a:1:1");
	assert_true(look(&blind));
	gone.database_socket = STR("/tmp/no-such-socket");
	away = db_new(&gone);
	seeing.db = blind.db = away;
	assert_true(look(&blind));
	assert_true(look(&seeing));
	near.disk_free_min_mb = 0;
	assert_false(look(&seeing));
	db_free(away);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_process_on_the_databases_machine_sees_for_itself, fresh),
		cmocka_unit_test_setup(a_full_disk_has_room_again_when_there_is_some_more_than_needed, fresh),
		cmocka_unit_test_setup(others_go_by_what_one_that_sees_it_tells, fresh),
		cmocka_unit_test_setup(a_process_that_is_silent_tells_nothing, fresh),
		cmocka_unit_test_setup(where_nobody_sees_the_disk_a_worker_weighs_the_data, fresh),
		cmocka_unit_test_setup(without_a_database_nothing_changes_but_what_is_seen, fresh),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
