/* The inbox: every batch that was answered is split, once, whoever writes beside (design 6; M-03, I1). */
#include <sys/wait.h>
#include <unistd.h>

#include "lib/answer.h"
#include "lib/store.h"
#include "store/inbox.h"
#include "store/transaction.h"

#define WRITERS 8
#define EACH    60

static void
a_batch_comes_back_byte_for_byte(void **state)
{
	char body[] = "[{\"a\":\"\0\xff\xf0\x9f\x98\x80'\\\"}]";
	struct inbox_row *rows;
	size_t n;

	(void)state;
	store_must(inbox_put(store.db, 3, true, (struct str){ .p = body, .n = sizeof(body) }, &store.e));
	store_must(inbox_lowest(store.db, store.arena, 3, &rows, &n, &store.e));
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].shard, 3);
	assert_true(rows[0].packed);
	assert_true(rows[0].received_ms > 0);
	assert_true(str_eq(rows[0].body, (struct str){ .p = body, .n = sizeof(body) }));
}

static void
batches_put_together_are_all_there(void **state)
{
	struct inbox_new rows[11];
	struct inbox_row *back;
	size_t n;

	(void)state;
	for (size_t i = 0; i < 11; i++)
		rows[i] =
		    (struct inbox_new){ .shard = 4, .packed = i % 2 == 1, .body = str_printf(store.arena, "[%zu]", i) };
	store_must(inbox_put_all(store.db, store.arena, rows, 11, &store.e));
	store_must(inbox_lowest(store.db, store.arena, 4, &back, &n, &store.e));
	assert_int_equal(n, 11);
	for (size_t i = 0; i < n; i++) {
		assert_true(str_eq(back[i].body, rows[i].body));
		assert_int_equal(back[i].packed, rows[i].packed);
	}
}

static void
a_shard_gives_its_own_rows_lowest_first_and_at_most_16(void **state)
{
	struct inbox_row *rows;
	size_t n;

	(void)state;
	for (int i = 0; i < 20; i++)
		store_must(inbox_put(store.db, i % 10 == 9 ? 2 : 1, false, STR("[]"), &store.e));
	store_must(inbox_lowest(store.db, store.arena, 1, &rows, &n, &store.e));
	assert_int_equal(n, 16);
	for (size_t i = 1; i < n; i++)
		assert_true(rows[i].id > rows[i - 1].id);
	store_must(inbox_lowest(store.db, store.arena, 2, &rows, &n, &store.e));
	assert_int_equal(n, 2);
}

static void
large_bodies_are_read_a_few_at_a_time(void **state)
{
	struct str big = { .p = arena_alloc(store.arena, 3 << 20), .n = 3 << 20 };
	struct inbox_row *rows;
	size_t n;

	(void)state;
	for (int i = 0; i < 5; i++)
		store_must(inbox_put(store.db, 1, false, big, &store.e));
	store_must(inbox_lowest(store.db, store.arena, 1, &rows, &n, &store.e));
	assert_int_equal(n, 3);
}

static void
a_deletion_that_is_rolled_back_leaves_the_batch(void **state)
{
	struct inbox_row *rows;
	size_t n;

	(void)state;
	store_must(inbox_put(store.db, 1, false, STR("[]"), &store.e));
	store_must(inbox_lowest(store.db, store.arena, 1, &rows, &n, &store.e));
	store_must(transaction_begin(store.db, &store.e));
	store_must(inbox_delete(store.db, 1, rows[0].id, &store.e));
	store_refused(transaction_end(store.db, err_set(&store.e, ERR_IO, "no"), "split", &store.e), ERR_IO);
	assert_int_equal(store_int("SELECT COUNT(*) FROM inbox"), 1);
}

/* One receiver: a connection of its own; now and then two batches wait in a transaction, so that ids commit late. */
static void
write_batches(int writer)
{
	struct db *db = store_connect();
	struct err e = { .code = ERR_NONE };
	struct arena *a = arena_new(1 << 20);
	bool ok = true;

	for (int i = 0; i < EACH && ok; i++) {
		bool late = i % 5 == 0;

		ok = (!late || db_begin(db, &e)) &&
		     inbox_put(db, (writer + i) % 2, false, str_printf(a, "%d-%d", writer, i), &e);
		if (ok && late) {
			usleep(1500);
			ok = db_commit(db, &e);
		}
	}
	db_free(db);
	arena_free(a);
	_exit(ok ? 0 : 1);
}

static size_t
running(size_t n)
{
	int status;

	while (n > 0 && waitpid(-1, &status, WNOHANG) > 0) {
		assert_int_equal(status, 0);
		n--;
	}
	return n;
}

/* What a splitter does with the lowest rows of both shards; marks what it saw.  How many it took. */
static int
split_all(char seen[WRITERS][EACH])
{
	int taken = 0;

	for (int64_t shard = 0; shard < 2; shard++) {
		struct inbox_row *rows;
		size_t n;

		store_must(inbox_lowest(store.db, store.arena, shard, &rows, &n, &store.e));
		store_must(transaction_begin(store.db, &store.e));
		for (size_t i = 0; i < n; i++) {
			struct str writer = { 0 }, rest = rows[i].body;
			int64_t w, k;

			assert_true(str_cut(&rest, '-', &writer));
			assert_true(str_to_int(writer, 0, WRITERS - 1, &w) && str_to_int(rest, 0, EACH - 1, &k));
			seen[w][k]++;
			store_must(inbox_delete(store.db, shard, rows[i].id, &store.e));
			taken++;
		}
		store_must(transaction_end(store.db, true, "split", &store.e));
	}
	return taken;
}

static void
with_8_writers_no_batch_is_skipped_and_none_comes_twice(void **state)
{
	char seen[WRITERS][EACH] = { { 0 } };
	size_t left = WRITERS;

	(void)state;
	for (int w = 0; w < WRITERS; w++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0)
			write_batches(w);
	}
	while (left > 0) {
		if (split_all(seen) == 0)
			usleep(500);
		left = running(left);
	}
	while (split_all(seen) > 0)
		;
	for (int w = 0; w < WRITERS; w++)
		for (int i = 0; i < EACH; i++)
			if (seen[w][i] != 1)
				fail_msg("batch %d of writer %d was seen %d times", i, w, seen[w][i]);
	assert_int_equal(store_int("SELECT COUNT(*) FROM inbox"), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, store_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_batch_comes_back_byte_for_byte),
		TEST(batches_put_together_are_all_there),
		TEST(a_shard_gives_its_own_rows_lowest_first_and_at_most_16),
		TEST(large_bodies_are_read_a_few_at_a_time),
		TEST(a_deletion_that_is_rolled_back_leaves_the_batch),
		TEST(with_8_writers_no_batch_is_skipped_and_none_comes_twice),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
