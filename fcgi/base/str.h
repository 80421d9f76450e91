/*
 * str.h - a borrowed slice of bytes, passed by value.
 *
 * A slice never owns; it need not end in NUL and may hold NUL bytes.  The empty slice may have p == NULL.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct str {
	const char *p;
	size_t n;
};

/* Several slices; nothing is owned. */
struct str_list {
	const struct str *v;
	size_t n;
};

/* A slice of a string literal. */
#define STR(lit)   ((struct str){ .p = ("" lit), .n = sizeof(lit) - 1 })
#define STR_FMT    "%.*s"
#define STR_ARG(s) (int)(s).n, ((s).p == NULL ? "" : (s).p)

/* A slice of a C string; NULL gives the empty slice. */
struct str str_from(const char *c);
/* A NUL-terminated copy. */
char *str_c(struct arena *a, struct str s);
struct str str_copy(struct arena *a, struct str s);
/* printf into the arena. */
struct str str_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

bool str_eq(struct str a, struct str b);
/* ASCII letters compare without case. */
bool str_eq_nocase(struct str a, struct str b);
/* memcmp order, shorter first. */
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Index of the first occurrence, or s.n when there is none. */
size_t str_find(struct str s, struct str needle);
size_t str_find_char(struct str s, char c);
/* Bytes [from, to), clamped to s. */
struct str str_slice(struct str s, size_t from, size_t to);
/* Without leading and trailing ASCII white space. */
struct str str_trim(struct str s);
struct str str_lower(struct arena *a, struct str s); /* ASCII only */
struct str str_upper(struct arena *a, struct str s); /* ASCII only */
/*
 * Cuts *rest at the first `sep`: *head gets what is before it, *rest what is after.  False when *rest
 * was already used up (its p is NULL).  The last piece leaves *rest with p == NULL.
 */
bool str_cut(struct str *rest, char sep, struct str *head);
/* The whole slice as a decimal integer within [min, max]: no spaces, no plus sign, no empty slice. */
bool str_to_int(struct str s, int64_t min, int64_t max, int64_t *out);
/* The length of the well-formed UTF-8 character that starts at byte i, 1 to 4; 0 when none does. */
size_t str_utf8_length(struct str s, size_t i);
/* True for well-formed UTF-8 (no surrogates, no over-long forms). */
bool str_is_utf8(struct str s);

#endif
