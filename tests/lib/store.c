#include "lib/store.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "lib/ground.h"
#include "store/tenant.h"

struct store store;

static struct ground ground;
static struct arena *always; /* of the program: texts of statements */
static int64_t next_portal = 62515;

void
store_must(bool ok)
{
	if (!ok)
		fail_msg("%s: %s", err_name(store.e.code), store.e.text);
}

void
store_refused(bool ok, enum err_code code)
{
	if (ok || store.e.code != code)
		fail_msg("%s instead of %s: %s", ok ? "success" : err_name(store.e.code), err_name(code), store.e.text);
	store.e = (struct err){ .code = ERR_NONE };
}

struct db *
store_connect(void)
{
	return db_new(&store.settings);
}

int
store_setup(void **state)
{
	(void)state;
	if (!ground_open(&ground))
		return -1;
	always = ground.a;
	store.arena = arena_new((size_t)512 << 20);
	store.settings = ground.settings;
	store.db = ground.db;
	store.other = store_connect();
	store.parts = ground.parts;
	store.parts.settings = &store.settings;
	return 0;
}

int
store_teardown(void **state)
{
	(void)state;
	db_free(store.other);
	arena_free(store.arena);
	ground_close(&ground);
	return 0;
}

int64_t
store_tenant(void)
{
	struct tenant t;
	bool created;

	store.portal_id = ++next_portal;
	store_must(tenant_ensure(store.db, store.arena, &ground.vault, store.portal_id, STR("tester"), &t, &created,
	    &store.e));
	return t.tenant_id;
}

int
store_fresh(void **state)
{
	(void)state;
	store.e = (struct err){ .code = ERR_NONE };
	store.settings = ground.settings;
	db_rollback(store.db);
	db_rollback(store.other);
	arena_reset(store.arena);
	store_later(store.db, 0);
	store_later(store.other, 0);
	store_run("DELETE FROM inbox");
	store_run("DELETE FROM quarantine");
	store_run("UPDATE tenant SET state = 'paused'");
	store.tenant_id = store_tenant();
	return 0;
}

static struct str
print(const char *fmt, va_list args)
{
	char text[16384];
	int n = vsnprintf(text, sizeof(text), fmt, args);

	assert_true(n >= 0 && (size_t)n < sizeof(text));
	return str_copy(always, (struct str){ .p = text, .n = (size_t)n });
}

void
store_run(const char *fmt, ...)
{
	va_list args;
	unsigned number;
	struct str text;

	va_start(args, fmt);
	text = print(fmt, args);
	va_end(args);
	store_must(db_migrate_step(store.db, text, &number, &store.e));
}

/* A statement is known by its address, so each gets one of its own. */
static struct db_value
one_value(struct str text, const char *letter)
{
	struct sql *q = arena_alloc(always, sizeof(*q));
	const struct db_value *row;

	*q = (struct sql){ "test", SQL_GLOBAL, "", letter, str_c(always, text), NULL, NULL };
	store_must(db_query_one(store.db, q, NULL, 0, store.arena, &row, &store.e));
	return row[0];
}

int64_t
store_int(const char *fmt, ...)
{
	va_list args;
	struct str text;

	va_start(args, fmt);
	text = print(fmt, args);
	va_end(args);
	return one_value(text, "i").i;
}

struct str
store_text(const char *fmt, ...)
{
	va_list args;
	struct str text;

	va_start(args, fmt);
	text = print(fmt, args);
	va_end(args);
	return one_value(text, "s").s;
}

void
store_later(struct db *db, int64_t seconds)
{
	struct str text = STR("SET timestamp = DEFAULT");
	unsigned number;

	if (seconds != 0)
		text = str_printf(store.arena, "SET timestamp = %lld.%03d",
		    (long long)(clock_wall_ms() / 1000 + seconds), (int)(clock_wall_ms() % 1000));
	store_must(db_migrate_step(db, text, &number, &store.e));
}

struct lease
store_lease(enum lease_stage stage, int64_t shard)
{
	int64_t tenant_id = stage == LEASE_SPLIT ? 0 : store.tenant_id;
	struct lease l = { .tenant_id = tenant_id, .stage = stage, .shard = shard };

	store_must(lease_wake(store.db, tenant_id, stage, shard, 0, &store.e));
	store_run("UPDATE lease SET lease_until = NULL WHERE tenant_id = %lld AND stage = '%s' AND shard = %lld",
	    (long long)tenant_id, lease_stage_name(stage), (long long)shard);
	l.fence = store_int("SELECT fence FROM lease WHERE tenant_id = %lld AND stage = '%s' AND shard = %lld",
	    (long long)tenant_id, lease_stage_name(stage), (long long)shard);
	l.wake = store_int("SELECT wake FROM lease WHERE tenant_id = %lld AND stage = '%s' AND shard = %lld",
	    (long long)tenant_id, lease_stage_name(stage), (long long)shard);
	store_must(lease_claim(store.db, &l, STR("tester"), 3600, &store.e));
	return l;
}

struct str
store_key(const char *word)
{
	return crypto_sha256(store.arena, str_from(word));
}
