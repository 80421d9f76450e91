/*
 * store.h - for tests of the delivery engine: stands on ground.h, and gives every test an empty inbox and a
 * tenant of its own, so that no test sees another's rows.
 *
 * Time is moved, never waited for: store_later() puts the clock of a connection ahead.
 */
#ifndef TESTS_LIB_STORE_H
#define TESTS_LIB_STORE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/settings.h"
#include "flow/step.h"
#include "io/db.h"
#include "store/lease.h"

extern struct store {
	struct arena *arena; /* of one test */
	struct settings settings;
	struct parts parts; /* for steps, on db */
	struct db *db, *other; /* two connections */
	int64_t tenant_id, portal_id;
	struct err e; /* of the last failure */
} store;

/* Of the group, and before each test. */
int store_setup(void **state);
int store_teardown(void **state);
int store_fresh(void **state);

/* Fails the test with store.e. */
void store_must(bool ok);
/* It failed as it shall; store.e is empty again. */
void store_refused(bool ok, enum err_code code);
/* One more connection; the caller frees it. */
struct db *store_connect(void);
/* Another tenant, active, with an empty configuration. */
int64_t store_tenant(void);

/* SQL as a test needs it, on store.db: a statement, and the one value of the one row. */
void store_run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int64_t store_int(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
struct str store_text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The clock of that connection stands still, this many seconds ahead of the true one. */
void store_later(struct db *db, int64_t seconds);

/* A lease row of the tenant (of tenant 0 for a split), claimed by "tester". */
struct lease store_lease(enum lease_stage stage, int64_t shard);
/* 32 bytes that depend on the word. */
struct str store_key(const char *word);

#endif
