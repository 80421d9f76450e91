/* ground.c - see ground.h. */
#include "lib/ground.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "base/log.h"
#include "lib/answer.h"
#include "store/migrate.h"
#include "store/partition.h"

#define ARENA_MAX ((size_t)256 * 1024 * 1024)

static struct str
from_environment(const char *name, const char *fallback)
{
	const char *value = getenv(name);

	return str_from(value == NULL ? fallback : value);
}

static void
say(const struct ground *g)
{
	print_error("%s\n", g->e.text);
}

static void
connect_to(struct ground *g, struct str database)
{
	g->settings.database_name = database;
	g->db = db_new(&g->settings);
	g->parts.db = g->db;
}

/* All defaults, and the far ends that tests talk about. */
static void
fill_settings(struct ground *g)
{
	struct settings far = answer_settings(g->a), *s = &g->settings;

	settings_defaults(s, g->a);
	s->public_url = far.public_url;
	s->hubspot_client_id = far.hubspot_client_id;
	s->hubspot_client_secret = far.hubspot_client_secret;
	s->hubspot_app_id = far.hubspot_app_id;
	s->hubspot_authorize_url = far.hubspot_authorize_url;
	s->hubspot_api_url = far.hubspot_api_url;
	s->impact_api_url = far.impact_api_url;
}

bool
ground_open_empty(struct ground *g)
{
	struct str name = from_environment("CONNECTOR_TEST_DATABASE", "connector_test");
	unsigned number;

	*g = (struct ground){ .a = arena_new(ARENA_MAX) };
	log_open("test", LOG_ERROR);
	fill_settings(g);
	g->settings.database_socket = from_environment("CONNECTOR_TEST_SOCKET", "");
	g->settings.database_user = from_environment("CONNECTOR_TEST_USER", "root");
	g->settings.sql_dir = from_environment("CONNECTOR_SQL_DIR", "sql");
	if (g->settings.database_socket.n == 0) {
		print_error("CONNECTOR_TEST_SOCKET is not set\n");
		return false;
	}
	connect_to(g, STR("information_schema"));
	if (!db_migrate_step(g->db, str_printf(g->a, "DROP DATABASE IF EXISTS " STR_FMT, STR_ARG(name)), &number,
	        &g->e) ||
	    !db_migrate_step(g->db,
	        str_printf(g->a, "CREATE DATABASE " STR_FMT " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
	            STR_ARG(name)),
	        &number, &g->e)) {
		say(g);
		return false;
	}
	db_free(g->db);
	connect_to(g, name);
	return true;
}

static bool
fill(struct ground *g)
{
	struct migrate_report migrated;
	struct partition_report partitions;
	bool created;

	return migrate_run(g->db, g->a, g->settings.sql_dir, STR("test"), 1000, &migrated, &g->e) &&
	       partition_keep(g->db, g->a, g->settings.event_keep_days, &partitions, &g->e) &&
	       tenant_ensure(g->db, g->a, &g->vault, 1001, STR("ada@example.com"), &g->tenant, &created, &g->e) &&
	       tenant_ensure(g->db, g->a, &g->vault, 1002, STR("ben@example.com"), &g->other, &created, &g->e);
}

bool
ground_open(struct ground *g)
{
	if (!ground_open_empty(g))
		return false;
	g->vault = (struct vault){ .master_key = secret_copy(g->a, STR("0123456789abcdef0123456789abcdef")),
		.key_id = STR("testkey1") };
	g->parts.settings = &g->settings;
	g->parts.vault = &g->vault;
	g->parts.scopes = STR("oauth crm.objects.deals.read");
	g->parts.worker = STR("test:1:1");
	if (!fill(g)) {
		say(g);
		return false;
	}
	return true;
}

void
ground_close(struct ground *g)
{
	db_free(g->db);
	arena_free(g->a);
}

void
ground_must(const struct ground *g, bool ok)
{
	if (!ok)
		fail_msg("%s: %s", err_name(g->e.code), g->e.text);
}

void
ground_must_fail(struct ground *g, bool ok, enum err_code code)
{
	if (ok)
		fail_msg("it worked, and should have failed with %s", err_name(code));
	if (g->e.code != code)
		fail_msg("%s instead of %s: %s", err_name(g->e.code), err_name(code), g->e.text);
	g->e = (struct err){ .code = ERR_NONE };
}

void
ground_run(struct ground *g, const char *text)
{
	unsigned number;

	ground_must(g, db_migrate_step(g->db, str_from(text), &number, &g->e));
}

int64_t
ground_number(struct ground *g, const char *text)
{
	const struct sql q = { text, SQL_GLOBAL, "", "i", text, NULL, NULL };
	struct db *own = db_new(&g->settings);
	const struct db_value *row;
	int64_t n = -1;

	/* A connection keeps its statements by their address; this one is not kept. */
	if (db_query_one(own, &q, NULL, 0, g->a, &row, &g->e))
		n = row[0].i;
	db_free(own);
	ground_must(g, n != -1);
	return n;
}

static int
child(struct ground *g, int go, ground_work *work, unsigned i, enum err_code loser)
{
	struct ground mine = *g;
	char byte;

	mine.a = arena_new(ARENA_MAX);
	mine.e = (struct err){ .code = ERR_NONE };
	mine.db = db_new(&g->settings);
	mine.parts.db = mine.db;
	/* Connected and waiting: the work itself begins together. */
	if (!db_ping(mine.db, &mine.e) || read(go, &byte, 1) != 1)
		return 2;
	if (work(&mine, i))
		return 0;
	if (mine.e.code == loser)
		return 1;
	fprintf(stderr, "racer %u: %s: %s\n", i, err_name(mine.e.code), mine.e.text);
	return 2;
}

unsigned
ground_race(struct ground *g, unsigned n, ground_work *work, enum err_code loser)
{
	int go[2], status;
	unsigned won = 0;

	assert_int_equal(pipe(go), 0);
	for (unsigned i = 0; i < n; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0)
			_exit(child(g, go[0], work, i, loser));
	}
	usleep(50000);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(write(go[1], "g", 1), 1);
	for (unsigned i = 0; i < n; i++) {
		assert_true(wait(&status) > 0);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
		won += WEXITSTATUS(status) == 0;
	}
	close(go[0]);
	close(go[1]);
	return won;
}

bool
ground_steps(struct ground *g, struct step *s, const struct http_answer *answers, size_t n, size_t *n_sent)
{
	*n_sent = 0;
	for (;;) {
		if (!step_next(s, &g->e))
			return false;
		if (s->n == 0 && s->pause_ms == 0)
			return true;
		if (s->pause_ms > 0) {
			s->pause_ms = 0;
			if (g->paused == NULL)
				fail_msg("a pause was not expected");
			g->paused(g);
		}
		for (size_t i = 0; i < s->n; i++) {
			if (*n_sent >= n)
				fail_msg("request %zu was not expected: " STR_FMT, *n_sent + 1,
				    STR_ARG(s->requests[i].url));
			s->answers[i] = answers[(*n_sent)++];
		}
	}
}
