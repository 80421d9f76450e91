#include "base/secret.h"

#include "base/arena.h"

static void
wipe_deferred(void *arg)
{
	struct secret *s = arg;

	secret_wipe(s->bytes, s->length);
}

struct secret
secret_copy(struct arena *a, struct str s)
{
	struct secret *kept = arena_alloc(a, sizeof *kept);

	kept->bytes = arena_alloc(a, s.n + 1);
	kept->length = s.n;
	if (s.n > 0)
		memcpy(kept->bytes, s.p, s.n);
	arena_defer(a, wipe_deferred, kept);
	return *kept;
}

bool
secret_empty(const struct secret *s)
{
	return s->length == 0;
}

bool
secret_eq(const struct secret *s, struct str other)
{
	volatile unsigned char difference = 0;

	if (s->length != other.n)
		return false;
	for (size_t i = 0; i < other.n; i++)
		difference = difference | (unsigned char)(s->bytes[i] ^ (unsigned char)other.p[i]);
	return difference == 0;
}

struct str
secret_reveal(const struct secret *s)
{
	return (struct str){ .p = (const char *)s->bytes, .n = s->length };
}

void
secret_wipe(void *p, size_t n)
{
	if (n > 0)
		explicit_bzero(p, n);
}
