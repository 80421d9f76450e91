/*
 * bench_claim.c - what it costs to take waiting work: look for leases, claim one, read a hundred due rows of decide's
 * queue, give the lease back.  Nothing is worked off, so the queue stays as long as it is.  Prints the median and the
 * 99th percentile in microseconds.
 *
 *   bench_claim -c FILE CLAIMS
 */
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "program.h"
#include "store/lease.h"
#include "store/pending.h"

#define ARENA_MAX (16UL * 1024 * 1024)
#define ROWS      100
#define LEASE_S   30

static int64_t
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static bool
claim(struct db *db, struct arena *a, struct err *e)
{
	struct lease *list;
	struct pending *rows;
	size_t n, n_rows;

	if (!lease_candidates(db, a, false, &list, &n, e))
		return false;
	if (n == 0)
		return err_set(e, ERR_NOT_FOUND, "nothing waits");
	struct lease *l = &list[crypto_random_below((int64_t)n)];

	if (!lease_claim(db, l, STR("bench"), LEASE_S, e) ||
	    !pending_due(db, a, l->tenant_id, l->shard, ROWS, &rows, &n_rows, e) || !lease_release(db, l, 0, e))
		return false;
	return n_rows == ROWS || err_set(e, ERR_NOT_FOUND, "%zu rows are due, not %d", n_rows, ROWS);
}

static int
ascending(const void *x, const void *y)
{
	const int64_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

int
main(int argc, char **argv)
{
	struct arena *a = arena_new(ARENA_MAX);
	struct err e = { .code = ERR_NONE };
	struct program p;

	if (!program_open(&p, "bench_claim", argc, argv) || p.rest_argc != 1)
		return PROGRAM_EXIT_CONFIG;
	size_t n = strtoul(p.rest_argv[0], NULL, 10);
	int64_t *us = arena_array(p.arena, n, sizeof(*us));
	bool ok = db_ping(p.db, &e) && claim(p.db, a, &e); /* statements are prepared now */

	for (size_t i = 0; ok && i < n; i++) {
		int64_t began = now_us();

		arena_reset(a);
		ok = claim(p.db, a, &e);
		us[i] = now_us() - began;
	}
	if (!ok)
		(void)fprintf(stderr, "bench_claim: %s\n", e.text);
	qsort(us, n, sizeof(*us), ascending);
	if (ok)
		(void)printf("%lld %lld\n", (long long)us[n / 2], (long long)us[n * 99 / 100]);
	program_close(&p);
	arena_free(a);
	return ok ? 0 : 1;
}
