/* A batch that could not be read without what it holds of one account (I-60). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/arena.h"
#include "lib/answer.h"
#include "remote/hubspot_webhook.h"

static void
a_broken_body_is_cut_by_brackets_and_text(void **state)
{
	static const char *const rows[][2] = {
		{ "[{\"portalId\":7},{\"portalId\":8}]", "[{\"portalId\":8}]" },
		{ "[{\"portalId\":8},{\"portalId\":7}]", "[{\"portalId\":8}]" },
		{ "[{\"portalId\":7}]", "" },
		{ "[{\"portalId\":7},{\"portalId\":8", "[{\"portalId\":8" },
		{ "[{\"portalId\":8},{\"portalId\":7", "[{\"portalId\":8}" },
		{ "[{\"portalId\":8},{\"portalId\":7}] {\"portalId\":9}", "[{\"portalId\":8}] {\"portalId\":9}" },
		{ "[{\"portalId\":8}]{\"portalId\":7}", "[{\"portalId\":8}]" },
		{ "{\"portalId\":7", "" },
		{ "{\"portalId\":71", "{\"portalId\":71" },
		{ "{\"portalId\":17,\"portalId\" : \"7\"}", "" },
		{ "{\"portalId\"", "{\"portalId\"" },
		{ "\"portalId\":\"7", "" },
		{ "[[],7]", "[[],7]" },
		{ "[]", "[]" },
		{ "", "" },
	};

	struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_str(hubspot_webhook_without(arena, str_from(rows[i][0]), 7), rows[i][1]);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_broken_body_is_cut_by_brackets_and_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
