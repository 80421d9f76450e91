#include "base/arena.h"

#include <stdint.h>

#include "base/log.h"

#define ARENA_CHUNK ((size_t)16 * 1024)
#define ARENA_ALIGN _Alignof(max_align_t)

struct chunk {
	struct chunk *next;
	size_t size, used;
	max_align_t data[];
};

struct deferred {
	struct deferred *next;
	void (*fn)(void *);
	void *arg;
};

struct arena {
	struct chunk *chunks; /* the newest first */
	struct deferred *deferred;
	size_t used, max;
};

static _Noreturn void
die(const char *why, size_t wanted)
{
	log_event(LOG_ERROR, "memory.exhausted", LOG_C("why", why), LOG_I("wanted_bytes", wanted));
	abort();
}

static size_t
aligned(size_t n)
{
	if (n > SIZE_MAX / 2)
		die("absurd size", n);
	return (n + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
}

struct arena *
arena_new(size_t max_bytes)
{
	struct arena *a = calloc(1, sizeof *a);

	if (a == NULL)
		die("malloc", sizeof *a);
	a->max = max_bytes;
	return a;
}

void
arena_reset(struct arena *a)
{
	/* A deferred function may still read the arena's memory, and may defer again. */
	while (a->deferred != NULL) {
		struct deferred *d = a->deferred;
		a->deferred = d->next;
		d->fn(d->arg);
	}
	struct chunk *keep = NULL;
	while (a->chunks != NULL) {
		struct chunk *c = a->chunks;
		a->chunks = c->next;
		if (keep == NULL && c->size == ARENA_CHUNK)
			keep = c;
		else
			free(c);
	}
	if (keep != NULL) {
		memset(keep->data, 0, keep->used);
		keep->used = 0;
		keep->next = NULL;
		a->chunks = keep;
	}
	a->used = 0;
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	free(a->chunks);
	free(a);
}

static struct chunk *
chunk_new(struct arena *a, size_t n)
{
	size_t size = n > ARENA_CHUNK / 4 ? n : ARENA_CHUNK;
	struct chunk *c = calloc(1, sizeof *c + size);

	if (c == NULL)
		die("malloc", size);
	c->size = size;
	/* A big block stands behind the current chunk, whose room stays in use. */
	if (size != ARENA_CHUNK && a->chunks != NULL) {
		c->next = a->chunks->next;
		a->chunks->next = c;
	} else {
		c->next = a->chunks;
		a->chunks = c;
	}
	return c;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	size_t size = aligned(n == 0 ? 1 : n);

	if (size > a->max - a->used)
		die("arena is full", n);
	struct chunk *c = a->chunks;
	if (c == NULL || c->size - c->used < size)
		c = chunk_new(a, size);
	void *p = (char *)c->data + c->used;
	c->used += size;
	a->used += size;
	return p;
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		die("absurd array", count);
	return arena_alloc(a, count * size);
}

void
arena_defer(struct arena *a, void (*fn)(void *), void *arg)
{
	struct deferred *d = arena_alloc(a, sizeof *d);

	*d = (struct deferred){ .next = a->deferred, .fn = fn, .arg = arg };
	a->deferred = d;
}

size_t
arena_used(const struct arena *a)
{
	return a->used;
}
