/*
 * db_statement.h - one statement, prepared on one connection: the inside of io/db, used by db.c alone.
 *
 * The bind code of the product is here and nowhere else.
 */
#ifndef IO_DB_STATEMENT_H
#define IO_DB_STATEMENT_H

#include <mariadb/mysql.h>

#include "io/db.h"

/* A failure as the server or the client library told it; number DB_FAULT_OURS when we found it. */
struct db_fault {
	unsigned number;
	char text[300];
};
#define DB_FAULT_OURS 1

struct db_statement;

/*
 * Prepares q; k rows of it when it is a row statement, else k is 0.  NULL with *f when the server refuses
 * it, or its counts are not those of the letters.
 */
struct db_statement *db_statement_new(MYSQL *my, const struct sql *q, size_t k, struct db_fault *f);
void db_statement_free(struct db_statement *st);
bool db_statement_is(const struct db_statement *st, const struct sql *q, size_t k);
/* `in` holds a value for each letter, k times. */
bool db_statement_execute(struct db_statement *st, const struct db_value *in, struct db_fault *f) CC_MUST_USE;
/* After execute: all rows of the result. */
bool db_statement_fetch(struct db_statement *st, struct arena *a, struct db_rows *out, struct db_fault *f) CC_MUST_USE;
int64_t db_statement_changed(const struct db_statement *st);
int64_t db_statement_last_id(const struct db_statement *st);

#endif
