/* Points where a test kills: armed by a file, for so many passes; and nothing at all in a release build. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/fault.h"

#ifdef CONNECTOR_FAULTS

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/faults.XXXXXX";

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL || setenv("CONNECTOR_FAULTS", folder, 1) != 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	return rmdir(folder); /* empty: no point stayed armed */
}

static void
path_of(const char *name, char *path, size_t n)
{
	assert_true((size_t)snprintf(path, n, "%s/%s", folder, name) < n);
}

static void
arm(const char *name, const char *text)
{
	char path[256];
	int fd;

	path_of(name, path, sizeof path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (long)strlen(text));
	assert_int_equal(close(fd), 0);
}

static bool
is_armed(const char *name)
{
	char path[256];

	path_of(name, path, sizeof path);
	return access(path, F_OK) == 0;
}

/* Whether a process that comes by dies of it. */
static bool
dies_at(const char *point, struct str value)
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(1);
		FAULT_POINT_OF(point, value);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void
an_armed_point_kills_once_and_what_is_started_again_goes_on(void **state)
{
	(void)state;
	assert_false(dies_at("a", STR("")));
	arm("a", "");
	assert_false(dies_at("b", STR("")));
	assert_true(dies_at("a", STR("")));
	assert_false(is_armed("a"));
	assert_false(dies_at("a", STR("")));
}

static void
passes_are_let_go_and_kills_are_counted_over_all_processes(void **state)
{
	(void)state;
	arm("a", "2 3");
	for (int i = 0; i < 2; i++)
		assert_false(dies_at("a", STR("")));
	for (int i = 0; i < 3; i++)
		assert_true(dies_at("a", STR("")));
	assert_false(dies_at("a", STR("")));
}

static void
a_point_is_armed_for_one_value_or_for_all(void **state)
{
	(void)state;
	arm("a@storing events", "");
	assert_false(dies_at("a", STR("")));
	assert_false(dies_at("a", STR("writing decisions")));
	assert_true(dies_at("a", STR("storing events")));
	arm("a", "");
	assert_true(dies_at("a", STR("writing decisions")));
}

#else

static void
a_release_build_has_no_points(void **state)
{
	(void)state;
	assert_false(FAULT_HIT_OF("a", STR("")));
}

#endif

int
main(void)
{
#ifdef CONNECTOR_FAULTS
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_armed_point_kills_once_and_what_is_started_again_goes_on),
		cmocka_unit_test(passes_are_let_go_and_kills_are_counted_over_all_processes),
		cmocka_unit_test(a_point_is_armed_for_one_value_or_for_all),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
#else
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_release_build_has_no_points) };
	return cmocka_run_group_tests(tests, NULL, NULL);
#endif
}
