/* The pages of a listing of impact.com's: which is the last one (impact.md 1; F-095). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/arena.h"
#include "lib/answer.h"
#include "remote/impact.h"

/* What is on no page counts as not there, and is sent again: the end of a listing must be sure. */
static void
a_page_of_a_listing_is_the_one_asked_for_or_unreadable(void **state)
{
	static const struct {
		const char *head;
		int64_t asked, next; /* -1: unreadable */
	} rows[] = {
		{ "", 1, 0 },
		{ "\"@page\":\"1\",\"@numpages\":\"1\",\"@nextpageuri\":\"\",", 1, 0 },
		{ "\"@page\":0,\"@numpages\":0,", 1, 0 },
		{ "\"@page\":1,\"@numpages\":3,\"@nextpageuri\":\"/x?Page=2\",", 1, 2 },
		{ "\"@page\":\"2\",\"@nextpageuri\":\"/x?Page=3\",", 2, 3 },
		{ "\"@page\":\"2\",\"@numpages\":\"3\",", 2, 3 },
		{ "\"@page\":\"2\",\"@numpages\":\"3\",\"@nextpageuri\":\"\",", 2, 3 },
		{ "\"@page\":\"3\",\"@numpages\":\"3\",\"@nextpageuri\":\"/x\",", 3, 0 },
		{ "\"@page\":\"1\",\"@numpages\":\"x\",\"@nextpageuri\":\"/x?Page=2\",", 1, 2 },
		{ "\"@nextpageuri\":\"/x?Page=2\",", 1, -1 },
		{ "\"@page\":\"x\",\"@nextpageuri\":\"/x?Page=2\",", 1, -1 },
		{ "\"@page\":1.5,\"@numpages\":3,", 1, -1 },
		{ "\"@numpages\":\"3\",", 1, -1 },
		{ "\"@page\":\"3\",\"@numpages\":\"3\",\"@nextpageuri\":\"/x\",", 1, -1 },
		{ "\"@page\":\"1\",\"@numpages\":\"3\",\"@nextpageuri\":\"/x\",", 2, -1 },
		{ "\"@page\":\"1\",\"@numpages\":\"1\",", 2, -1 },
		{ "\"@page\":\"7\",\"@nextpageuri\":\"/x\",", 2, -1 },
	};

	struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_answer answer =
		    answer_of(200, str_c(arena, str_printf(arena, "{%s\"Actions\":[]}", rows[i].head)));
		struct impact_action_info *actions = NULL;
		struct err e = { 0 };
		int64_t next = -1;
		size_t n = 0;
		bool ok = impact_read_actions(arena, &answer, rows[i].asked, &actions, &n, &next, &e);

		if (ok != (rows[i].next >= 0) || (ok ? next != rows[i].next : e.code != ERR_REMOTE))
			fail_msg("row %zu: %d, next %lld, %s", i, ok, (long long)next, e.text);
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_of_a_listing_is_the_one_asked_for_or_unreadable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
