/* lease.c - see lease.h. */
#include "store/lease.h"

#include <stdlib.h>

#include "base/arena.h"
#include "io/db.h"
#include "store/transaction.h"

/* What a released row with nothing to do gets as its due time: far, a producer's wake brings it nearer; and no further
 * than a wake that was lost, should there ever be one, may cost. */
#define IDLE_MS (3600LL * 1000)

enum {
	SPLIT_CANDIDATES,
	CANDIDATES,
	FRUGAL_CANDIDATES,
	CLAIM,
	WORK,
	ABSOLVE,
	RENEW,
	HOLD,
	RELEASE,
	WAKE
};

/* Who had it last and did not give it back, and whether it lived when its time was over. */
#define LEFT                                                                                                           \
	"l.owner, l.working, l.suspect, l.deaths, l.owner <> '' AND NOT EXISTS (SELECT 1 FROM process p WHERE "        \
	"p.name = l.owner AND p.seen_at > l.lease_until)"
#define FREE "(l.lease_until IS NULL OR l.lease_until < UTC_TIMESTAMP(3))"
#define DUE_AT(stage)                                                                                                  \
	"(SELECT l.tenant_id, l.stage, l.shard, l.fence, l.wake, " LEFT " FROM lease l JOIN tenant t ON t.tenant_id "  \
	"= l.tenant_id WHERE l.stage = '" stage "' AND l.due <= UTC_TIMESTAMP(3) AND t.state = 'active' AND " FREE     \
	" ORDER BY l.due LIMIT 32)"
#define MINE "tenant_id = ? AND stage = ? AND shard = ? AND fence = ? AND owner = ?"

const struct sql lease_sql[] = {
	/* The inbox has no tenant yet. */
	[SPLIT_CANDIDATES] = { "lease.split_candidates", SQL_GLOBAL, "", "isiiisssii",
	    "SELECT l.tenant_id, l.stage, l.shard, l.fence, l.wake, " LEFT " FROM lease l WHERE l.tenant_id = 0 AND "
	    "l.stage = 'split' AND l.due <= UTC_TIMESTAMP(3) AND " FREE
	    " AND EXISTS (SELECT 1 FROM inbox i WHERE i.shard = l.shard)",
	    NULL, NULL },
	/* Work is shared over all tenants.  What one stage has no room for hides nothing of the others. */
	[CANDIDATES] = { "lease.candidates", SQL_GLOBAL, "", "isiiisssii",
	    DUE_AT("decide") " UNION ALL " DUE_AT("send") " UNION ALL " DUE_AT("follow") " UNION ALL " DUE_AT(
	        "update") " UNION ALL " DUE_AT("scan"),
	    NULL, NULL },
	/* As above. */
	[FRUGAL_CANDIDATES] = { "lease.frugal_candidates", SQL_GLOBAL, "", "isiiisssii", DUE_AT("follow"), NULL, NULL },
	[CLAIM] = { "lease.claim", SQL_TENANT, "sisiisiii", "",
	    "UPDATE lease l SET owner = ?, lease_until = UTC_TIMESTAMP(3) + INTERVAL ? SECOND, fence = fence + 1, "
	    "working = '', suspect = ?, deaths = ?, version = version + 1 WHERE tenant_id = ? AND stage = ? AND shard "
	    "= ? AND fence = ? AND wake >= ? "
	    "AND " FREE,
	    NULL, NULL },
	[WORK] = { "lease.work", SQL_TENANT, "sisiis", "",
	    "UPDATE lease SET working = ?, version = version + 1 WHERE " MINE, NULL, NULL },
	[ABSOLVE] = { "lease.absolve", SQL_TENANT, "isiis", "",
	    "UPDATE lease SET suspect = '', deaths = 0, working = '', version = version + 1 WHERE " MINE, NULL, NULL },
	[RENEW] = { "lease.renew", SQL_TENANT, "iisiis", "",
	    "UPDATE lease SET lease_until = UTC_TIMESTAMP(3) + INTERVAL ? SECOND, version = version + 1 WHERE " MINE,
	    NULL, NULL },
	[HOLD] = { "lease.hold", SQL_TENANT, "isiis", "", "UPDATE lease SET version = version + 1 WHERE " MINE, NULL,
	    NULL },
	[RELEASE] = { "lease.release", SQL_TENANT, "siiiisiis", "",
	    "UPDATE lease SET owner = '', lease_until = NULL, working = '', suspect = ?, deaths = ?, due = IF(wake = "
	    "?, UTC_TIMESTAMP(3) + INTERVAL ? * 1000 "
	    "MICROSECOND, UTC_TIMESTAMP(3)), version = version + 1 WHERE " MINE,
	    NULL, NULL },
	[WAKE] = { "lease.wake", SQL_TENANT, "isii", "",
	    "INSERT INTO lease (tenant_id, stage, shard, due) VALUES (?, ?, ?, UTC_TIMESTAMP(3) + INTERVAL ? * 1000 "
	    "MICROSECOND) ON DUPLICATE KEY UPDATE wake = wake + 1, due = LEAST(due, VALUES(due)), "
	    "version = version + 1",
	    NULL, NULL },
};
const size_t lease_sql_n = sizeof(lease_sql) / sizeof(lease_sql[0]);

static const char *const stage_names[LEASE__COUNT] = { "split", "decide", "send", "follow", "update", "scan" };

const char *
lease_stage_name(enum lease_stage stage)
{
	return stage_names[stage];
}

static void
lease_from_row(const struct db_value *row, struct lease *l)
{
	*l = (struct lease){ .tenant_id = row[0].i,
		.shard = row[2].i,
		.fence = row[3].i,
		.wake = row[4].i,
		.left_by = row[5].s,
		.working = row[6].s,
		.suspect = row[7].s,
		.deaths = row[8].i,
		.died = row[9].i != 0 };
	for (int i = 0; i < LEASE__COUNT; i++)
		if (str_eq(row[1].s, str_from(stage_names[i])))
			l->stage = (enum lease_stage)i;
}

bool
lease_candidates(struct db *db, struct arena *a, bool frugal, struct lease **out, size_t *n, struct err *e)
{
	struct db_rows split = { .n = 0 };
	struct db_rows rest;

	if ((!frugal && !db_query(db, &lease_sql[SPLIT_CANDIDATES], NULL, 0, a, &split, e)) ||
	    !db_query(db, &lease_sql[frugal ? FRUGAL_CANDIDATES : CANDIDATES], NULL, 0, a, &rest, e))
		return err_wrap(e, "looking for work");
	*n = split.n + rest.n;
	*out = arena_array(a, *n, sizeof(**out));
	for (size_t i = 0; i < split.n; i++)
		lease_from_row(&split.v[i * split.columns], &(*out)[i]);
	for (size_t i = 0; i < rest.n; i++)
		lease_from_row(&rest.v[i * rest.columns], &(*out)[split.n + i]);
	return true;
}

static struct str
stage_str(const struct lease *l)
{
	return str_from(stage_names[l->stage]);
}

static bool
one_row(int64_t changed, const struct lease *l, struct err *e)
{
	if (changed == 1)
		return true;
	return err_set(e, ERR_CONFLICT, "the %s lease %lld of tenant %lld is somebody else's", stage_names[l->stage],
	    (long long)l->shard, (long long)l->tenant_id);
}

/* The last holder's death is held against what it worked on.  Who finds a lease of its own has not died. */
static void
judge(struct lease *l, struct str owner)
{
	bool died = l->died && !str_eq(l->left_by, owner);

	if (died && l->working.n > 0) {
		l->deaths = str_eq(l->working, l->suspect) ? l->deaths + 1 : 1;
		l->suspect = l->working;
	}
	l->careful = died || l->suspect.n > 0;
}

bool
lease_claim(struct db *db, struct lease *l, struct str owner, int64_t lease_s, struct err *e)
{
	int64_t changed;

	judge(l, owner);
	if (!db_run(db, &lease_sql[CLAIM],
	        DB_IN(DB_V_S(owner), DB_V_I(lease_s), DB_V_S(l->suspect), DB_V_I(l->deaths), DB_V_I(l->tenant_id),
	            DB_V_S(stage_str(l)), DB_V_I(l->shard), DB_V_I(l->fence), DB_V_I(l->wake)),
	        &changed, e) ||
	    !one_row(changed, l, e))
		return false;
	l->fence++;
	l->owner = owner;
	return true;
}

bool
lease_work(struct db *db, const struct lease *l, struct str item, struct err *e)
{
	int64_t changed;

	return db_run(db, &lease_sql[WORK],
	           DB_IN(DB_V_S(item), DB_V_I(l->tenant_id), DB_V_S(stage_str(l)), DB_V_I(l->shard), DB_V_I(l->fence),
	               DB_V_S(l->owner)),
	           &changed, e) &&
	       one_row(changed, l, e);
}

bool
lease_absolve(struct db *db, struct lease *l, struct err *e)
{
	int64_t changed;

	l->suspect = STR("");
	l->deaths = 0;
	return db_run(db, &lease_sql[ABSOLVE],
	           DB_IN(DB_V_I(l->tenant_id), DB_V_S(stage_str(l)), DB_V_I(l->shard), DB_V_I(l->fence),
	               DB_V_S(l->owner)),
	           &changed, e) &&
	       one_row(changed, l, e);
}

static int
by_key(const void *x, const void *y)
{
	const struct lease *a = *(struct lease *const *)x;
	const struct lease *b = *(struct lease *const *)y;

	if (a->tenant_id != b->tenant_id)
		return a->tenant_id < b->tenant_id ? -1 : 1;
	if (a->stage != b->stage)
		return a->stage < b->stage ? -1 : 1;
	return a->shard < b->shard ? -1 : a->shard > b->shard;
}

static bool
renew_all(struct db *db, struct lease *const *leases, size_t n, int64_t lease_s, size_t *lost, struct err *e)
{
	*lost = 0;
	for (size_t i = 0; i < n; i++) {
		const struct lease *l = leases[i];
		int64_t changed;

		if (!db_run(db, &lease_sql[RENEW],
		        DB_IN(DB_V_I(lease_s), DB_V_I(l->tenant_id), DB_V_S(stage_str(l)), DB_V_I(l->shard),
		            DB_V_I(l->fence), DB_V_S(l->owner)),
		        &changed, e))
			return false;
		*lost += changed == 0;
	}
	return true;
}

bool
lease_renew(struct db *db, struct lease **leases, size_t n, int64_t lease_s, struct err *e)
{
	size_t lost;

	qsort(leases, n, sizeof(*leases), by_key);
	return transaction_begin(db, e) &&
	       transaction_end(db, renew_all(db, leases, n, lease_s, &lost, e), "renewing leases", e) &&
	       (lost == 0 || err_set(e, ERR_CONFLICT, "%zu of %zu leases are somebody else's now", lost, n));
}

bool
lease_hold(struct db *db, const struct lease *l, struct err *e)
{
	int64_t changed;

	return db_run(db, &lease_sql[HOLD],
	           DB_IN(DB_V_I(l->tenant_id), DB_V_S(stage_str(l)), DB_V_I(l->shard), DB_V_I(l->fence),
	               DB_V_S(l->owner)),
	           &changed, e) &&
	       one_row(changed, l, e);
}

bool
lease_release(struct db *db, const struct lease *l, int64_t due_in_ms, struct err *e)
{
	int64_t changed;

	if (due_in_ms < 0 || due_in_ms > IDLE_MS)
		due_in_ms = IDLE_MS;
	return db_run(db, &lease_sql[RELEASE],
	           DB_IN(DB_V_S(l->suspect), DB_V_I(l->deaths), DB_V_I(l->wake), DB_V_I(due_in_ms),
	               DB_V_I(l->tenant_id), DB_V_S(stage_str(l)), DB_V_I(l->shard), DB_V_I(l->fence),
	               DB_V_S(l->owner)),
	           &changed, e) &&
	       one_row(changed, l, e);
}

bool
lease_wake(struct db *db, int64_t tenant_id, enum lease_stage stage, int64_t shard, int64_t due_in_ms, struct err *e)
{
	return db_run(db, &lease_sql[WAKE],
	    DB_IN(DB_V_I(tenant_id), DB_V_S(str_from(stage_names[stage])), DB_V_I(shard), DB_V_I(due_in_ms)), NULL, e);
}
