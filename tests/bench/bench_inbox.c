/*
 * bench_inbox.c - InnoDB's own limit for an inbox row: some processes, each inserting without a pause, one row a commit,
 * no HTTP and no signature.  Prints rows per second.
 *
 *   bench_inbox -c FILE PROCESSES SECONDS BODY-FILE
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "io/conf.h"
#include "program.h"
#include "store/inbox.h"

#define BODY_MAX (4UL * 1024 * 1024)

/* Rows that one process inserted; -1 when it could not. */
static int64_t
insert_for(const struct program *p, struct str body, int64_t ms)
{
	struct db *db = db_new(&p->installation.settings);
	struct err e = { .code = ERR_NONE };
	int64_t n = 0;
	bool ok = db_ping(db, &e);

	for (int64_t end = clock_mono_ms() + ms; ok && clock_mono_ms() < end; n++)
		ok = inbox_put(db, crypto_random_below(INBOX_SHARDS), false, body, &e);
	if (!ok)
		(void)fprintf(stderr, "bench_inbox: %s\n", e.text);
	db_free(db);
	return ok ? n : -1;
}

static bool
race(const struct program *p, int64_t processes, int64_t ms, struct str body, int64_t *total)
{
	int results[2];
	bool ok = pipe(results) == 0;

	for (int64_t i = 0; ok && i < processes; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			int64_t n = insert_for(p, body, ms);

			_exit(n < 0 || write(results[1], &n, sizeof(n)) != sizeof(n) ? 1 : 0);
		}
		ok = pid > 0;
	}
	for (int64_t i = 0; ok && i < processes; i++) {
		int64_t n;
		int status;

		ok = wait(&status) > 0 && status == 0 && read(results[0], &n, sizeof(n)) == sizeof(n);
		*total += ok ? n : 0;
	}
	return ok;
}

int
main(int argc, char **argv)
{
	struct err e = { .code = ERR_NONE };
	struct program p;
	struct str body;
	int64_t total = 0;

	if (!program_open(&p, "bench_inbox", argc, argv) || p.rest_argc != 3)
		return PROGRAM_EXIT_CONFIG;
	int64_t seconds = strtoll(p.rest_argv[1], NULL, 10);

	if (!conf_read_file(p.arena, p.rest_argv[2], BODY_MAX, &body, &e) ||
	    !race(&p, strtoll(p.rest_argv[0], NULL, 10), seconds * 1000, body, &total)) {
		(void)fprintf(stderr, "bench_inbox: failed: %s\n", e.text);
		return 1;
	}
	(void)printf("%lld\n", (long long)(total / seconds));
	program_close(&p);
	return 0;
}
