/* Any bytes as a Cookie header, a place to go to, a request's path, a content type, and as a file of SQL. */
#include <assert.h>

#include "base/arena.h"
#include "store/migrate.h"
#include "store/session.h"
#include "web/cookie.h"
#include "web/guard.h"
#include "web/routes.h"

#define INPUT_MAX 20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
as_cookie(struct arena *a, struct str text)
{
	struct str value, local = STR("http://localhost:8080");

	if (!cookie_value(text, cookie_name(a, local, COOKIE_SESSION), &value))
		return;
	assert(value.n == SESSION_ID_LENGTH);
	assert(value.p >= text.p && value.p + value.n <= text.p + text.n);
}

static void
as_place(struct str text)
{
	struct web_reply rp = { .status = 200 };

	web_see_other(&rp, text);
	assert(rp.location.n > 0 && rp.location.p[0] == '/');
	assert(
	    memchr(rp.location.p, '\n', rp.location.n) == NULL && memchr(rp.location.p, '\r', rp.location.n) == NULL);
}

static void
as_path(struct arena *a, struct str text)
{
	struct str params[WEB_PARAMS_MAX] = { 0 }, allow;

	if (web_route_find(a, STR("GET"), text, params, &allow) != NULL)
		assert(text.n > 0 && text.p[0] == '/');
}

static void
as_sql(struct arena *a, struct str text)
{
	struct str rest = text, statement;
	size_t before = rest.n;

	/* Each statement takes something off, and none is empty. */
	while (migrate_next_statement(a, &rest, &statement)) {
		assert(statement.n > 0 && rest.n < before);
		before = rest.n;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { .p = (const char *)data, .n = size };
	struct arena *a;

	/* Every statement is given room for the rest of its file. */
	if (size > INPUT_MAX)
		return 0;
	a = arena_new((size_t)512 << 20);
	as_cookie(a, text);
	as_place(text);
	as_path(a, text);
	(void)guard_is_json(text);
	(void)guard_same_origin(STR("https://c.example.com"), text, text);
	if (size < 2000)
		as_sql(a, text);
	arena_free(a);
	return 0;
}
