/*
 * inbox.h - raw webhook batches between the answer to HubSpot and the split.
 *
 * Eight shards, random at insert.  A splitter reads the lowest remaining ids of its shard and deletes them in
 * the transaction that inserts their events; no cursor passes an id, because ids are handed out before commit.
 */
#ifndef STORE_INBOX_H
#define STORE_INBOX_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

#define INBOX_SHARDS 8

struct inbox_row {
	int64_t shard, id;
	bool packed; /* zlib */
	int64_t received_ms;
	struct str body;
};

/* One durable row; `shard` in [0, INBOX_SHARDS). */
bool inbox_put(struct db *db, int64_t shard, bool packed, struct str body, struct err *e) CC_MUST_USE;
/* What a row is made of. */
struct inbox_new {
	int64_t shard;
	bool packed;
	struct str body;
};
/* As inbox_put(), together: a commit is shared by several.  When it fails some may be stored nevertheless. */
bool inbox_put_all(struct db *db, struct arena *a, const struct inbox_new *rows, size_t n, struct err *e) CC_MUST_USE;
/* The lowest ids of the shard, at most max (up to 16) and until their bodies pass 8 MB. */
bool inbox_lowest(struct db *db, struct arena *a, int64_t shard, struct inbox_row **out, size_t *n,
    struct err *e) CC_MUST_USE;
/* Inside the split's transaction. */
bool inbox_delete(struct db *db, int64_t shard, int64_t id, struct err *e) CC_MUST_USE;

extern const struct sql inbox_sql[];
extern const size_t inbox_sql_n;

#endif
