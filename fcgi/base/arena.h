/*
 * arena.h - memory that lives as long as one request or one job.
 *
 * A function that takes an arena returns memory that lives as long as it; nothing is freed one by one.
 * Every allocation is zeroed.  An arena has a cap: input is bounded before it is copied, so the cap is
 * never reached by input, and reaching it (or a malloc failure) ends the process with a logged reason.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(size_t max_bytes);
/* Runs the deferred functions, last first, then gives all memory back.  NULL is allowed. */
void arena_free(struct arena *a);
/* As arena_free(), but the arena may be used again. */
void arena_reset(struct arena *a);

/* Zeroed memory, aligned for any type.  Never NULL.  n may be 0. */
void *arena_alloc(struct arena *a, size_t n);
/* Zeroed array; an overflowing product ends the process. */
void *arena_array(struct arena *a, size_t count, size_t size);
/* Calls fn(arg) when the arena is reset or freed: ties a foreign object to the same end. */
void arena_defer(struct arena *a, void (*fn)(void *), void *arg);
/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *a);

#endif
