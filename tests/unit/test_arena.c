/* The arena: what it hands out, what it ties to its end, and that it ends the process at its cap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"

static char order[8];
static size_t order_n;

static void
note(void *arg)
{
	order[order_n++] = *(const char *)arg;
}

static void
memory_is_zeroed_and_aligned(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);

	for (size_t n = 0; n < 3000; n += 7) {
		unsigned char *p = arena_alloc(a, n);
		assert_non_null(p);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, n);
	}
	arena_free(a);
}

static void
memory_is_zeroed_again_after_a_reset(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);

	memset(arena_alloc(a, 1000), 0xff, 1000);
	memset(arena_alloc(a, 100000), 0xff, 100000);
	assert_true(arena_used(a) >= 101000);
	arena_reset(a);
	assert_int_equal(arena_used(a), 0);
	const unsigned char *p = arena_alloc(a, 1000);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(p[i], 0);
	arena_free(a);
}

static void
a_big_block_does_not_waste_the_current_chunk(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	char *first = arena_alloc(a, 16);

	(void)arena_alloc(a, 200000);
	char *second = arena_alloc(a, 16);
	assert_ptr_equal(second, first + 16);
	arena_free(a);
}

static void
deferred_functions_run_last_first_and_once(void **state)
{
	(void)state;
	struct arena *a = arena_new(4096);
	static char names[] = "abc";

	order_n = 0;
	arena_defer(a, note, &names[0]);
	arena_defer(a, note, &names[1]);
	arena_reset(a);
	arena_defer(a, note, &names[2]);
	arena_free(a);
	assert_int_equal(order_n, 3);
	assert_memory_equal(order, "bac", 3);
}

static void
freeing_nothing_is_allowed(void **state)
{
	(void)state;
	arena_free(NULL);
}

/* Runs fn in a child and tells whether it was aborted. */
static bool
aborts(void (*fn)(void))
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		(void)signal(SIGABRT, SIG_DFL);
		(void)close(STDERR_FILENO);
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void
fill(void)
{
	struct arena *a = arena_new(10000);

	for (int i = 0; i < 1000; i++)
		(void)arena_alloc(a, 100);
}

static void
overflow(void)
{
	(void)arena_array(arena_new(10000), SIZE_MAX / 2, 3);
}

static void
the_cap_and_an_absurd_product_end_the_process(void **state)
{
	(void)state;
	assert_true(aborts(fill));
	assert_true(aborts(overflow));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_aligned),
		cmocka_unit_test(memory_is_zeroed_again_after_a_reset),
		cmocka_unit_test(a_big_block_does_not_waste_the_current_chunk),
		cmocka_unit_test(deferred_functions_run_last_first_and_once),
		cmocka_unit_test(freeing_nothing_is_allowed),
		cmocka_unit_test(the_cap_and_an_absurd_product_end_the_process),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
