/*
 * ground.h - what a test of store/ or task/ stands on: an empty database with the real schema, a vault, two
 * tenants, and processes that race.
 *
 * CONNECTOR_TEST_SOCKET, CONNECTOR_TEST_USER and CONNECTOR_TEST_DATABASE say where; the database is made anew.
 */
#ifndef TESTS_LIB_GROUND_H
#define TESTS_LIB_GROUND_H

#include "flow/step.h"
#include "io/db.h"
#include "store/tenant.h"

struct ground {
	struct arena *a;
	struct settings settings;
	struct db *db;
	struct vault vault;
	struct parts parts;
	struct tenant tenant, other;
	struct err e;
	void (*paused)(struct ground *g); /* called when a step pauses: what happens meanwhile; NULL: none may */
};

/* Fills *g; false (after telling why) when there is no database. */
bool ground_open(struct ground *g);
void ground_close(struct ground *g);
/* An empty database without a schema. */
bool ground_open_empty(struct ground *g);

/* Fails the test with g->e. */
void ground_must(const struct ground *g, bool ok);
#define must(ok) ground_must(&g, (ok))
/* The test fails unless it failed with this code; the error is cleared. */
void ground_must_fail(struct ground *g, bool ok, enum err_code code);
#define must_fail(ok, code) ground_must_fail(&g, (ok), (code))

/* Runs one statement as it is. */
void ground_run(struct ground *g, const char *text);
/* The one number that a query gives. */
int64_t ground_number(struct ground *g, const char *text);

/*
 * n processes, each with a connection and an arena of its own, begin at the same moment.  Returns how many of
 * them said true; `e` of the others must be `loser` or the test fails.
 */
typedef bool ground_work(struct ground *mine, unsigned i);
unsigned ground_race(struct ground *g, unsigned n, ground_work *work, enum err_code loser);

/* Calls a step until it ends, answering its requests in the order they come.  *n_sent counts them.  Pauses end at once. */
bool ground_steps(struct ground *g, struct step *s, const struct http_answer *answers, size_t n, size_t *n_sent);

#endif
