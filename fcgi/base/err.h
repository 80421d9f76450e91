/*
 * err.h - how a function says that it could not.
 *
 * A function that can fail returns bool, true when done, and fills the caller's struct err when not.
 * The code decides what is done about it; the text is for a person and never holds a secret.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

#define CC_MUST_USE __attribute__((warn_unused_result))

enum err_code {
	ERR_NONE,
	ERR_INVALID,   /* the caller's doing: malformed or not allowed by the rules */
	ERR_DENIED,    /* not proven, or not permitted */
	ERR_NOT_FOUND, /* no such thing (for this tenant) */
	ERR_EXISTS,    /* a unique key is taken */
	ERR_CONFLICT,  /* somebody else changed it first; the whole unit of work may be repeated */
	ERR_LIMIT,     /* too big, too many, or too fast */
	ERR_TIMEOUT,   /* no answer in time; it may have happened */
	ERR_REMOTE,    /* the far side answered, and said no */
	ERR_IO,        /* could not reach the far side, or a local file failed */
	ERR_DB,        /* the database is away, or cannot work right now */
	ERR_FAULT,     /* a defect of ours: a refused statement, a row that cannot be; trying again is no help */
	ERR__COUNT
};

struct err {
	enum err_code code;
	char text[400];
};

/* Both return false, so that a failure is one line. */
bool err_set(struct err *e, enum err_code code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Puts "what: " before the text that is there and keeps the code. */
bool err_wrap(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* "INVALID", "DENIED", ... for logs and JSON. */
const char *err_name(enum err_code code);

#endif
