/*
 * secret.h - bytes that must not be printed, compared carelessly, or left behind.
 *
 * A struct secret cannot be given to printf or to log functions.  Its memory is wiped when its arena
 * ends.  secret_reveal() is for the few places that must use the bytes (HMAC, HTTP header, cipher).
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/str.h"

struct secret {
	unsigned char *bytes;
	size_t length;
};

/* A copy in the arena, wiped at the arena's end.  The source stays as it is. */
struct secret secret_copy(struct arena *a, struct str s);
bool secret_empty(const struct secret *s);
/* Constant time in the contents. */
bool secret_eq(const struct secret *s, struct str other);
struct str secret_reveal(const struct secret *s);
/* Overwrites memory so that the compiler cannot leave it out. */
void secret_wipe(void *p, size_t n);

#endif
