#include "core/zone.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/arena.h"
#include "core/zone_rule.h"

#define FOLDER         "/usr/share/zoneinfo/"
#define NAME_MAX_BYTES 64
#define FILE_MAX       ((size_t)64 * 1024)
#define KEPT_MAX       ((size_t)16 * 1024 * 1024)
#define HEADER         44
/* Two changes of a zone's clocks are further apart, and no offset is larger. */
#define FAR_MS (INT64_C(16) * 3600 * 1000)

struct zone {
	const struct zone *next; /* of those that are kept */
	struct str name;
	/* From changes[i] seconds on, local time is offsets[i] seconds ahead. */
	const int64_t *changes, *offsets;
	size_t n;
	int64_t first_s; /* before the first change */
	bool has_rule;   /* after the last one */
	struct zone_rule rule;
};

/* What one part of a TZif file holds. */
struct counts {
	size_t ut, standard, leaps, changes, types, letters;
};

static int64_t
big_endian(struct str s, size_t at, size_t bytes)
{
	uint64_t v = (unsigned char)s.p[at] & 0x80 ? UINT64_MAX : 0;

	for (size_t i = 0; i < bytes; i++)
		v = v << 8 | (unsigned char)s.p[at + i];
	return (int64_t)v;
}

static bool
read_header(struct str s, size_t at, struct counts *out)
{
	size_t *const fields[] = { &out->ut, &out->standard, &out->leaps, &out->changes, &out->types, &out->letters };

	if (s.n < at + HEADER || !str_eq(str_slice(s, at, at + 4), STR("TZif")) || s.p[at + 4] < '2')
		return false;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		int64_t v = big_endian(s, at + 20 + 4 * i, 4);

		if (v < 0 || v > (int64_t)FILE_MAX)
			return false;
		*fields[i] = (size_t)v;
	}
	return true;
}

static size_t
data_size(const struct counts *c, size_t time_bytes)
{
	return c->changes * (time_bytes + 1) + c->types * 6 + c->letters + c->leaps * (time_bytes + 4) + c->standard +
	       c->ut;
}

struct zone *
zone_read(struct arena *a, struct str s)
{
	struct zone *z = arena_alloc(a, sizeof(*z));
	struct counts c;
	size_t at;
	size_t types;
	int64_t *changes;
	int64_t *offsets;
	struct str rule;

	/* The first part repeats in 32 bits what the second says in 64. */
	if (s.n > FILE_MAX || !read_header(s, 0, &c))
		return NULL;
	at = HEADER + data_size(&c, 4);
	/* No leap seconds: those zones count other seconds than everybody. */
	if (!read_header(s, at, &c) || c.types == 0 || c.leaps > 0)
		return NULL;
	at += HEADER;
	if (s.n < at + data_size(&c, 8) + 2)
		return NULL;
	z->changes = changes = arena_array(a, c.changes, sizeof(*changes));
	z->offsets = offsets = arena_array(a, c.changes, sizeof(*offsets));
	z->n = c.changes;
	types = at + c.changes * 9;
	z->first_s = big_endian(s, types, 4);
	for (size_t i = 0; i < c.changes; i++) {
		size_t type = (unsigned char)s.p[at + c.changes * 8 + i];

		changes[i] = big_endian(s, at + i * 8, 8);
		if (type >= c.types || (i > 0 && changes[i] <= changes[i - 1]))
			return NULL;
		offsets[i] = big_endian(s, types + type * 6, 4);
	}
	rule = str_slice(s, at + data_size(&c, 8), s.n);
	if (rule.p[0] != '\n' || rule.p[rule.n - 1] != '\n')
		return NULL;
	rule = str_trim(rule);
	z->has_rule = rule.n > 0;
	return !z->has_rule || zone_rule_parse(rule, &z->rule) ? z : NULL;
}

/* Letters, digits and _ + - between single slashes; "localtime" and the like are no zones of the world. */
static bool
name_ok(struct str name)
{
	static const char *const others[] = { "localtime", "posixrules", "Factory" };

	if (name.n == 0 || name.n > NAME_MAX_BYTES || name.p[0] == '/' || name.p[name.n - 1] == '/' ||
	    str_starts(name, STR("posix/")) || str_starts(name, STR("right/")))
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (!plain && (c == '\0' || strchr("_+-/", c) == NULL || (c == '/' && name.p[i + 1] == '/')))
			return false;
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (str_eq(name, str_from(others[i])))
			return false;
	}
	return true;
}

static bool
read_file(const char *path, char *into, size_t *n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = 1;

	*n = 0;
	if (fd < 0)
		return false;
	while (got > 0 && *n < FILE_MAX) {
		got = read(fd, into + *n, FILE_MAX - *n);
		*n += got > 0 ? (size_t)got : 0;
	}
	(void)close(fd);
	return got == 0;
}

bool
zone_find(struct str name, const struct zone **out, struct err *e)
{
	static struct arena *kept;
	static const struct zone *zones;
	char *bytes;
	size_t n;
	struct zone *z = NULL;
	struct arena *a;

	for (*out = zones; *out != NULL; *out = (*out)->next) {
		if (str_eq((*out)->name, name))
			return true;
	}
	if (name.n == 0)
		return err_set(e, ERR_NOT_FOUND, "no time zone is known");
	if (kept == NULL)
		kept = arena_new(KEPT_MAX);
	a = arena_new(4 * FILE_MAX);
	bytes = arena_alloc(a, FILE_MAX);
	if (name_ok(name) && read_file(str_printf(a, FOLDER STR_FMT, STR_ARG(name)).p, bytes, &n) &&
	    zone_read(a, (struct str){ .p = bytes, .n = n }) != NULL)
		z = zone_read(kept, (struct str){ .p = bytes, .n = n });
	arena_free(a);
	if (z == NULL)
		return err_set(e, ERR_NOT_FOUND, "there is no time zone \"" STR_FMT "\"",
		    STR_ARG(str_slice(name, 0, NAME_MAX_BYTES)));
	z->name = str_copy(kept, name);
	z->next = zones;
	*out = zones = z;
	return true;
}

static int64_t
floor_s(int64_t ms)
{
	return ms / 1000 - (ms % 1000 < 0 ? 1 : 0);
}

int64_t
zone_offset_ms(const struct zone *z, int64_t ms)
{
	int64_t s = floor_s(ms);
	size_t low = 0;
	size_t high = z->n;

	/* The number of changes until then. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (z->changes[middle] <= s)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == z->n && z->has_rule)
		return zone_rule_offset_s(&z->rule, s) * 1000;
	return (low == 0 ? z->first_s : z->offsets[low - 1]) * 1000;
}

int64_t
zone_moment_ms(const struct zone *z, int64_t local_ms)
{
	int64_t before = local_ms - zone_offset_ms(z, local_ms - FAR_MS);
	int64_t after = local_ms - zone_offset_ms(z, local_ms + FAR_MS);

	/* When both are right, the clocks went back in between, and the first is meant. */
	if (before + zone_offset_ms(z, before) == local_ms)
		return before;
	return after + zone_offset_ms(z, after) == local_ms ? after : before;
}
