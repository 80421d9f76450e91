/* mortal.c - see mortal.h. */
#include "lib/mortal.h"

#ifdef CONNECTOR_FAULTS

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXPIRED                                                                                                        \
	"UPDATE lease SET lease_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND, due = UTC_TIMESTAMP(3) WHERE owner <> "  \
	"''"
/* A lost reply or a conflict is no death: the work is done again. */
#define FAILURES_MAX 50
#define DEATHS_MAX   20

static char folder[] = "/tmp/mortal.XXXXXX";

int
mortal_setup(void **state)
{
	return mkdtemp(folder) == NULL || setenv("CONNECTOR_FAULTS", folder, 1) != 0 || store_setup(state);
}

int
mortal_teardown(void **state)
{
	return rmdir(folder) != 0 || store_teardown(state);
}

static const char *
path_of(const char *point)
{
	return str_c(store.arena, str_printf(store.arena, "%s/%s", folder, point));
}

void
mortal_arm(const char *point, const char *passes_and_kills)
{
	int fd = open(path_of(point), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, passes_and_kills, strlen(passes_and_kills)), (long)strlen(passes_and_kills));
	assert_int_equal(close(fd), 0);
}

bool
mortal_armed(const char *point)
{
	return access(path_of(point), F_OK) == 0;
}

void
mortal_disarm(const char *point)
{
	(void)unlink(path_of(point));
}

static bool
is_work(const struct lease *l, enum lease_stage stage)
{
	return (stage == LEASE__COUNT || l->stage == stage) &&
	       (l->stage == LEASE_SPLIT || l->tenant_id == store.tenant_id);
}

/* A worker's life; does not return. */
static void
live(enum lease_stage stage)
{
	struct str name = str_printf(store.arena, "worker:%d", (int)getpid());
	int failures = 0;

	for (;;) {
		struct lease *list;
		size_t n, i = 0;

		if (!lease_candidates(store.db, store.arena, false, &list, &n, &store.e))
			_exit(2);
		while (i < n && !is_work(&list[i], stage))
			i++;
		if (i == n)
			_exit(0);
		if (!lease_claim(store.db, &list[i], name, 3600, &store.e))
			_exit(3);
		flow.n = 0;
		if (!flow_work(&list[i]) && ++failures == FAILURES_MAX)
			_exit(4);
	}
}

/* What dies is expected to; a connection is nobody's but its process's. */
static void
be_born(void)
{
	if (freopen("/dev/null", "w", stderr) == NULL)
		_exit(5);
	store.db = store.parts.db = store_connect();
}

/* Waits for it; true when it was killed, and what it held has run out then. */
static bool
died(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status)) {
		assert_int_equal(WEXITSTATUS(status), 0);
		return false;
	}
	assert_int_equal(WTERMSIG(status), SIGKILL);
	store_run(EXPIRED);
	return true;
}

void
mortal_expire(void)
{
	store_run(EXPIRED);
}

int
mortal_deaths(enum lease_stage stage)
{
	for (int n = 0; n < DEATHS_MAX; n++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			be_born();
			live(stage);
		}
		if (!died(pid))
			return n;
	}
	fail_msg("it never ends");
	return 0;
}

bool
mortal_dies(void (*work)(void))
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		be_born();
		work();
		_exit(0);
	}
	return died(pid);
}

#else

/* ISO C wants something in a file. */
typedef int mortal_none;

#endif
