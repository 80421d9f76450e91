#include "lib/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"

#define FILE_MAX ((size_t)4 << 20)

struct str
file_read(struct arena *a, const char *path)
{
	char *p = arena_alloc(a, FILE_MAX);
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL)
		fail_msg("cannot open %s", path);
	n = fread(p, 1, FILE_MAX, f);
	assert_int_equal(fclose(f), 0);
	assert_true(n < FILE_MAX);
	return (struct str){ .p = p, .n = n };
}

struct json *
file_json(struct arena *a, const char *path)
{
	struct json *j = NULL;
	struct err e = { 0 };

	if (!json_parse(a, file_read(a, path), &json_limits_answer, &j, &e))
		fail_msg("%s: %s", path, e.text);
	return j;
}

struct catalogue *
file_catalogue(struct arena *a)
{
	struct catalogue *c = arena_alloc(a, sizeof(*c));
	struct err e = { 0 };

	if (!catalogue_load(a, file_read(a, "conf/impact-fields.json"), c, &e))
		fail_msg("%s", e.text);
	return c;
}
