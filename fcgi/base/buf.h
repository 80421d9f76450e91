/*
 * buf.h - the only thing that grows.
 *
 * A buffer has a stated maximum.  A write past it makes the failure sticky: further writes are ignored
 * and buf_done() reports it once, so callers check once at the end.  Memory is the arena's.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/str.h"

struct err;

struct buf {
	struct arena *arena;
	char *p;
	size_t n, cap, max;
	bool failed;
};

void buf_init(struct buf *b, struct arena *a, size_t max);
void buf_add(struct buf *b, struct str s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The contents so far (NUL-terminated behind the last byte); false with ERR_LIMIT when a write failed. */
bool buf_done(struct buf *b, struct str *out, struct err *e) __attribute__((warn_unused_result));

#endif
