#include "base/buf.h"

#include <stdarg.h>

#include "base/arena.h"
#include "base/err.h"

void
buf_init(struct buf *b, struct arena *a, size_t max)
{
	*b = (struct buf){ .arena = a, .max = max };
}

/* Room for n more bytes and a NUL; false makes the failure sticky. */
static bool
reserve(struct buf *b, size_t n)
{
	if (b->failed || n > b->max - b->n) {
		b->failed = true;
		return false;
	}
	size_t need = b->n + n + 1;
	if (need <= b->cap)
		return true;
	size_t cap = b->cap < 128 ? 128 : b->cap * 2;
	if (cap < need)
		cap = need;
	char *p = arena_alloc(b->arena, cap);
	if (b->n > 0)
		memcpy(p, b->p, b->n);
	b->p = p;
	b->cap = cap;
	return true;
}

void
buf_add(struct buf *b, struct str s)
{
	if (!reserve(b, s.n))
		return;
	if (s.n > 0)
		memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
	b->p[b->n] = '\0';
}

void
buf_addc(struct buf *b, char c)
{
	buf_add(b, (struct str){ .p = &c, .n = 1 });
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list args, again;

	va_start(args, fmt);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n < 0)
		b->failed = true;
	else if (reserve(b, (size_t)n)) {
		(void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

bool
buf_done(struct buf *b, struct str *out, struct err *e)
{
	if (b->failed)
		return err_set(e, ERR_LIMIT, "text is longer than %zu bytes", b->max);
	if (!reserve(b, 0))
		return err_set(e, ERR_LIMIT, "text is longer than %zu bytes", b->max);
	b->p[b->n] = '\0';
	*out = (struct str){ .p = b->p, .n = b->n };
	return true;
}
