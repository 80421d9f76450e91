/*
 * db_number.h - what an error number of the server or of its client library means for who asked.
 *
 * Numbers are those of MariaDB 10.11 and MySQL 8; where the two differ (statement timeouts) both are known.
 */
#ifndef IO_DB_NUMBER_H
#define IO_DB_NUMBER_H

enum db_meaning {
	DB_MEANS_FAULT,    /* it refused the statement: a defect of ours */
	DB_MEANS_EXISTS,   /* a unique key is taken */
	DB_MEANS_CONFLICT, /* deadlock, lock wait, certification: the whole unit may be repeated at once */
	DB_MEANS_VALUE,    /* a value does not fit its column */
	DB_MEANS_TROUBLE,  /* its own trouble: the same statement works when that has passed */
	DB_MEANS_LOST /* the connection is of no use: gone, or to a server that cannot write or left its cluster */
};

enum db_meaning db_number_means(unsigned number);

#endif
