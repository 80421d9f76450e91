/* server.c - see server.h. */
#include "store/server.h"

#include "base/arena.h"

const struct sql server_sql[] = {
	/* About the server, not about anybody's rows. */
	{ "server.facts", SQL_GLOBAL, "", "siiii",
	    "SELECT CAST(VERSION() AS BINARY), CAST(@@innodb_flush_log_at_trx_commit AS SIGNED), CAST(@@log_bin AS "
	    "SIGNED), "
	    "CAST(@@sync_binlog AS SIGNED), CAST(@@max_allowed_packet AS SIGNED)",
	    NULL, NULL },
};
const size_t server_sql_n = sizeof(server_sql) / sizeof(server_sql[0]);

bool
server_facts(struct db *db, struct arena *a, struct server_facts *out, struct err *e)
{
	const struct db_value *row;
	struct str rest, part;

	if (!db_query_one(db, &server_sql[0], NULL, 0, a, &row, e))
		return err_wrap(e, "asking the database what it is");
	*out = (struct server_facts){ .version = row[0].s,
		.mariadb = str_find(row[0].s, STR("MariaDB")) < row[0].s.n,
		.flush_at_commit = row[1].i,
		.binlog = row[2].i != 0,
		.sync_binlog = row[3].i,
		.packet_max = row[4].i };
	rest = row[0].s;
	if (str_cut(&rest, '.', &part))
		(void)str_to_int(part, 0, 10000, &out->major);
	if (str_cut(&rest, '.', &part))
		(void)str_to_int(part, 0, 10000, &out->minor);
	return true;
}
