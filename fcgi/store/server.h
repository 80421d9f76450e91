/* server.h - what an operator should know of the database server itself. */
#ifndef STORE_SERVER_H
#define STORE_SERVER_H

#include "base/err.h"
#include "base/str.h"
#include "io/db.h"

struct server_facts {
	struct str version;    /* "10.11.6-MariaDB", "8.0.36" */
	bool mariadb;
	int64_t major, minor;
	int64_t flush_at_commit; /* innodb_flush_log_at_trx_commit: 1 keeps what was committed through a power loss */
	bool binlog;
	int64_t sync_binlog;
	int64_t packet_max; /* max_allowed_packet */
};

bool server_facts(struct db *db, struct arena *a, struct server_facts *out, struct err *e) CC_MUST_USE;

extern const struct sql server_sql[];
extern const size_t server_sql_n;

#endif
