/* Log lines: whole, one a line, and no value can forge another (F-076). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

static char line[8192];

static const char *program;
static enum log_level least;

/* Standard error is looked at when the log is opened, so it is opened again whenever it is another one. */
static void
opened(const char *name, enum log_level level)
{
	program = name;
	least = level;
	log_open(name, level);
}

/* What `write` sends to standard error, without its time. */
static const char *
logged(void (*write)(void))
{
	int pipes[2], kept = dup(STDERR_FILENO);

	assert_int_equal(pipe2(pipes, O_NONBLOCK), 0);
	assert_true(dup2(pipes[1], STDERR_FILENO) >= 0);
	log_open(program, least);
	write();
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	log_open(program, least);
	ssize_t n = read(pipes[0], line, sizeof line - 1);
	line[n < 0 ? 0 : n] = '\0';
	(void)close(pipes[0]);
	(void)close(pipes[1]);
	(void)close(kept);
	if (n <= 0)
		return "";
	assert_int_equal(line[n - 1], '\n');
	assert_ptr_equal(strchr(line, '\n'), line + n - 1);
	assert_true(n > 25 && line[4] == '-' && line[10] == 'T' && line[23] == 'Z');
	line[n - 1] = '\0';
	return line + 25;
}

static void
plain(void)
{
	log_event(LOG_INFO, "send.accepted", LOG_I("conversion", 12), LOG_C("url", "a/b:c.d-e_f"));
}

static void
hostile(void)
{
	log_event(LOG_WARN, "x", LOG_S("user", STR("x\n2026-01-01 ok=\"1\"\\\x1b[31m\xc3\xa9\0z")), LOG_C("none", ""));
}

static void
quiet(void)
{
	log_event(LOG_DEBUG, "x", LOG_I("a", 1));
}

static void
huge(void)
{
	static char text[100000];

	memset(text, 'a', sizeof text);
	struct str s = { .p = text, .n = sizeof text };
	log_event(LOG_ERROR, "x", LOG_S("a", s), LOG_S("b", s), LOG_S("c", s), LOG_S("d", s), LOG_S("e", s),
	    LOG_S("f", s), LOG_S("g", s), LOG_S("h", s), LOG_S("i", s));
}

static void
a_line_tells_level_program_context_event_and_fields(void **state)
{
	(void)state;
	opened("worker", LOG_INFO);
	assert_string_equal(logged(plain), "info worker send.accepted conversion=12 url=a/b:c.d-e_f");
	log_context(7, STR("job 3"));
	assert_string_equal(logged(plain),
	    "info worker tenant=7 work=\"job 3\" send.accepted conversion=12 url=a/b:c.d-e_f");
	log_context(0, STR(""));
	assert_string_equal(logged(plain), "info worker send.accepted conversion=12 url=a/b:c.d-e_f");
}

static void
a_value_cannot_forge_a_line_or_reach_the_terminal(void **state)
{
	(void)state;
	opened("site", LOG_INFO);
	assert_string_equal(logged(hostile),
	    "warn site x user=\"x\\x0a2026-01-01 ok=\\\"1\\\"\\\\\\x1b[31m\\xc3\\xa9\\x00z\" none=\"\"");
}

static void
lines_below_the_level_are_dropped(void **state)
{
	(void)state;
	opened("site", LOG_INFO);
	assert_string_equal(logged(quiet), "");
	opened("site", LOG_DEBUG);
	assert_string_equal(logged(quiet), "debug site x a=1");
}

static void
a_huge_value_is_cut_and_the_line_still_ends(void **state)
{
	(void)state;
	opened("site", LOG_INFO);
	assert_true(strlen(logged(huge)) < 4096);
}

static void
levels_have_names(void **state)
{
	(void)state;
	enum log_level level = LOG_DEBUG;

	assert_true(log_level_parse(STR("warn"), &level));
	assert_int_equal(level, LOG_WARN);
	assert_false(log_level_parse(STR("WARN"), &level) || log_level_parse(STR(""), &level));
}

static void
clocks_go_forward_in_milliseconds(void **state)
{
	(void)state;
	int64_t before = clock_mono_ms();

	assert_true(clock_wall_ms() > 1700000000000);
	assert_true(clock_mono_ms() >= before);
}

/* F-143, F-149: whoever keeps the lines has no room and takes none; the work goes on, and the loss is told. */
static void
a_log_that_nobody_takes_never_holds_up_the_work(void **state)
{
	(void)state;
	int pipes[2], kept = dup(STDERR_FILENO);

	assert_int_equal(pipe(pipes), 0);
	assert_true(dup2(pipes[1], STDERR_FILENO) >= 0);
	(void)alarm(30); /* a writer that waits would wait for ever */
	log_open("worker", LOG_INFO);
	for (int i = 0; i < 2000; i++)
		huge();
	while (read(pipes[0], line, sizeof line - 1) == (ssize_t)sizeof line - 1)
		;
	plain();
	(void)alarm(0);
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	opened("worker", LOG_INFO);
	assert_int_equal(fcntl(pipes[0], F_SETFL, O_NONBLOCK), 0);
	bool told = false;
	for (ssize_t n; (n = read(pipes[0], line, sizeof line - 1)) > 0;) {
		line[n] = '\0';
		told = told || strstr(line, "log.lost lines=") != NULL;
	}
	assert_true(told);
	(void)close(pipes[0]);
	(void)close(pipes[1]);
	(void)close(kept);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_tells_level_program_context_event_and_fields),
		cmocka_unit_test(a_value_cannot_forge_a_line_or_reach_the_terminal),
		cmocka_unit_test(lines_below_the_level_are_dropped),
		cmocka_unit_test(a_huge_value_is_cut_and_the_line_still_ends),
		cmocka_unit_test(a_log_that_nobody_takes_never_holds_up_the_work),
		cmocka_unit_test(levels_have_names),
		cmocka_unit_test(clocks_go_forward_in_milliseconds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
