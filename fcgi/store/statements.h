/* statements.h - every statement table of the product, for --check and for the tests. */
#ifndef STORE_STATEMENTS_H
#define STORE_STATEMENTS_H

#include "base/err.h"
#include "io/db.h"

struct statements {
	const char *entity;
	const struct sql *table;
	size_t n;
};

/* *n tables. */
const struct statements *statements_all(size_t *n);
/* Prepares all of them; the first table with faults ends it. */
bool statements_check(struct db *db, struct err *e) CC_MUST_USE;

#endif
