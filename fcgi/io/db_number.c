/* db_number.c - see db_number.h. */
#include "io/db_number.h"

#include <mariadb/errmsg.h>
#include <mariadb/mysqld_error.h>
#include <stddef.h>

/* MySQL's own, which MariaDB's header does not name or gives to something that cannot happen here. */
#define MYSQL_QUERY_TIMEOUT              3024
#define MYSQL_CLIENT_INTERACTION_TIMEOUT 4031

/* clang-format off */
static const struct {
	unsigned number;
	enum db_meaning means;
} numbers[] = {
	{ ER_DUP_ENTRY,                               DB_MEANS_EXISTS },

	{ ER_LOCK_WAIT_TIMEOUT,                       DB_MEANS_CONFLICT },
	{ ER_LOCK_DEADLOCK,                           DB_MEANS_CONFLICT }, /* Galera's certification, also of COMMIT */
	{ ER_CHECKREAD,                               DB_MEANS_CONFLICT },

	{ ER_DATA_TOO_LONG,                           DB_MEANS_VALUE },
	{ ER_TRUNCATED_WRONG_VALUE_FOR_FIELD,         DB_MEANS_VALUE },
	{ ER_TRUNCATED_WRONG_VALUE,                   DB_MEANS_VALUE },

	{ ER_CON_COUNT_ERROR,                         DB_MEANS_TROUBLE },
	{ ER_USER_LIMIT_REACHED,                      DB_MEANS_TROUBLE },
	{ ER_TOO_MANY_USER_CONNECTIONS,               DB_MEANS_TROUBLE },
	{ ER_CANT_CREATE_THREAD,                      DB_MEANS_TROUBLE },
	{ ER_OUT_OF_RESOURCES,                        DB_MEANS_TROUBLE },
	{ ER_OUTOFMEMORY,                             DB_MEANS_TROUBLE },
	{ ER_OUT_OF_SORTMEMORY,                       DB_MEANS_TROUBLE },
	{ ER_LOCK_TABLE_FULL,                         DB_MEANS_TROUBLE },
	{ ER_QUERY_INTERRUPTED,                       DB_MEANS_TROUBLE },
	{ ER_STATEMENT_TIMEOUT,                       DB_MEANS_TROUBLE },
	{ MYSQL_QUERY_TIMEOUT,                        DB_MEANS_TROUBLE },
	{ ER_DISK_FULL,                               DB_MEANS_TROUBLE },
	{ ER_RECORD_FILE_FULL,                        DB_MEANS_TROUBLE },
	{ ER_ERROR_ON_WRITE,                          DB_MEANS_TROUBLE },
	{ ER_GET_ERRNO,                               DB_MEANS_TROUBLE }, /* the storage engine's, of its files */
	{ ER_ERROR_DURING_COMMIT,                     DB_MEANS_TROUBLE },

	/* The next connection may be to a server that can: a name in front of a cluster leads to another one. */
	{ ER_UNKNOWN_COM_ERROR,                       DB_MEANS_LOST }, /* Galera: the node is not part of the cluster */
	{ ER_OPTION_PREVENTS_STATEMENT,               DB_MEANS_LOST }, /* read_only */
	{ ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION,   DB_MEANS_LOST },
	{ ER_READ_ONLY_MODE,                          DB_MEANS_LOST },

	{ ER_SERVER_SHUTDOWN,                         DB_MEANS_LOST },
	{ ER_CONNECTION_KILLED,                       DB_MEANS_LOST },
	{ ER_NET_PACKET_TOO_LARGE,                    DB_MEANS_LOST },
	{ ER_NET_READ_ERROR,                          DB_MEANS_LOST },
	{ ER_NET_READ_INTERRUPTED,                    DB_MEANS_LOST },
	{ ER_NET_ERROR_ON_WRITE,                      DB_MEANS_LOST },
	{ ER_NET_WRITE_INTERRUPTED,                   DB_MEANS_LOST },
	{ ER_NET_PACKETS_OUT_OF_ORDER,                DB_MEANS_LOST },
	{ MYSQL_CLIENT_INTERACTION_TIMEOUT,           DB_MEANS_LOST },
	{ CR_SERVER_GONE_ERROR,                       DB_MEANS_LOST },
	{ CR_SERVER_LOST,                             DB_MEANS_LOST },
	{ CR_SERVER_LOST_EXTENDED,                    DB_MEANS_LOST },
	{ CR_COMMANDS_OUT_OF_SYNC,                    DB_MEANS_LOST },
	{ CR_MALFORMED_PACKET,                        DB_MEANS_LOST },
	{ CR_CONN_HOST_ERROR,                         DB_MEANS_LOST },
	{ CR_CONNECTION_ERROR,                        DB_MEANS_LOST },
	{ 0,                                          DB_MEANS_LOST }, /* it failed and does not say why */
};
/* clang-format on */

enum db_meaning
db_number_means(unsigned number)
{
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (numbers[i].number == number)
			return numbers[i].means;
	return DB_MEANS_FAULT;
}
