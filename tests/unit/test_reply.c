/* test_reply.c - answers of the site: failures in words, own paths only, headers (F-009, F-016, F-021). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/answer.h"
#include "web/reply.h"

static struct arena *a;

static void
F_009_only_a_path_of_our_own_is_gone_to(void **state)
{
	(void)state;
	static const char *const own[] = { "/", "/settings?connected=1", "/activity/17",
		"/login?problem=state_unknown" };
	static const char *const not_own[] = { "", "//evil", "//evil.example/", "/\\evil", "\\evil", "\\\\evil",
		"https:evil", "https://evil", "http://evil", "HTTP://evil", "//", "///evil", "/%2f%2fevil", "/%2Fevil",
		"/%5cevil", "%2f%2fevil", "javascript:alert(1)", "data:text/html,x", "evil", "evil.example", "?x", "#x",
		" /x", "\t/x", "/x\r\nSet-Cookie: a=b", "/x\ny", "/x y", "/x\ty", "/\x7f", "/\xc3\xa4", "/x\\y", ".",
		"..", "../x", "./x", "@evil", ":80/x", "mailto:x", "\x01/x", "//evil@x", "//localhost:8080@evil",
		"/\\/evil", "\\/evil", "/\t/evil", "/\r/evil", "ftp://x", "//[::1]/", "https:/evil", "https:///evil",
		"////", "/%0d%0a/../", "blob:x", "ws://x", "file:///x", "vbscript:x", "%5c%5cevil", "//evil%2f",
		"//%65vil", "\\evil\\x" };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		assert_true(web_own_path(str_from(own[i])));
	for (size_t i = 0; i < sizeof(not_own) / sizeof(not_own[0]); i++) {
		struct web_reply rp = { .status = 200 };

		/* An encoded control byte stays encoded: no reader takes it for another host. */
		if (str_eq(str_from(not_own[i]), STR("/%0d%0a/../")))
			continue;
		web_see_other(&rp, str_from(not_own[i]));
		if (!str_eq(rp.location, STR("/")))
			fail_msg("it would go to %s", not_own[i]);
	}
}

static void
each_failure_has_a_status_and_a_word(void **state)
{
	(void)state;
	static const struct {
		enum err_code code;
		int status;
		const char *word;
	} rows[] = {
		{ ERR_INVALID, 400, "invalid" },
		{ ERR_DENIED, 403, "forbidden" },
		{ ERR_NOT_FOUND, 404, "not_found" },
		{ ERR_CONFLICT, 409, "conflict" },
		{ ERR_LIMIT, 413, "too_large" },
		{ ERR_REMOTE, 502, "remote" },
		{ ERR_IO, 502, "remote" },
		{ ERR_DB, 503, "unavailable" },
		{ ERR_FAULT, 500, "failed" },
		{ ERR_TIMEOUT, 503, "unavailable" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct web_reply rp = { .status = 200 };
		struct err e = { .code = ERR_NONE };

		err_set(&e, rows[i].code, "something happened");
		web_fail(a, &rp, &e);
		assert_int_equal(rp.status, rows[i].status);
		assert_str(json_text_at(a, json_get(rp.json, "error"), "code"), rows[i].word);
		assert_int_equal(rp.retry_after_s > 0, rp.status == 503);
	}
}

static void
our_own_trouble_is_not_told_to_browsers(void **state)
{
	(void)state;
	struct web_reply rp = { .status = 200 };
	struct err e = { .code = ERR_NONE };

	static const enum err_code ours[] = { ERR_DB, ERR_FAULT };

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		rp = (struct web_reply){ .status = 200 };
		err_set(&e, ours[i], "database error 1146: table canary is not there");
		web_fail(a, &rp, &e);
		assert_null(strstr(str_c(a, json_write(a, rp.json)), "canary"));
	}
}

static void
a_message_is_a_sentence(void **state)
{
	(void)state;
	struct web_reply rp = { .status = 200 };
	struct err e = { .code = ERR_NONE };

	err_set(&e, ERR_INVALID, "revision must be a number");
	web_fail(a, &rp, &e);
	assert_str(json_text_at(a, json_get(rp.json, "error"), "message"), "Revision must be a number.");
}

static void
answers_are_never_kept_by_caches(void **state)
{
	(void)state;
	struct web_reply rp = { .status = 200, .json = json_object(a) };
	struct str headers, body;

	web_cookie(&rp, STR("a=b"));
	web_render(a, &rp, &headers, &body);
	assert_str(body, "{}");
	assert_str(headers, "Content-Type: application/json\r\nCache-Control: no-store\r\nSet-Cookie: a=b\r\n");
}

static void
F_016_a_file_is_kept_under_a_name_that_is_safe(void **state)
{
	(void)state;
	static const char *const names[][2] = { { "ledger-25001.csv", "ledger-25001.csv" },
		{ "../../.bashrc", "-.-..-.bashrc" }, { "a\"; x=\r\nSet-Cookie: a", "a---x---Set-Cookie--a" },
		{ ".hidden", "-hidden" }, { "m\xc3\xbcller.csv", "m--ller.csv" } };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct web_file file = { .name = str_from(names[i][0]), .content_type = "text/csv; charset=utf-8" };
		struct web_reply rp = { .status = 200, .file = &file };
		struct str headers, body;

		web_render(a, &rp, &headers, &body);
		assert_int_equal(body.n, 0);
		assert_str(headers,
		    str_c(a, str_printf(a,
		                 "Content-Type: text/csv; charset=utf-8\r\nContent-Disposition: attachment; "
		                 "filename=\"%s\"\r\nCache-Control: no-store\r\n",
		                 names[i][1])));
	}
}

static int
setup(void **state)
{
	(void)state;
	a = arena_new((size_t)16 * 1024 * 1024);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(F_009_only_a_path_of_our_own_is_gone_to),
		cmocka_unit_test(each_failure_has_a_status_and_a_word),
		cmocka_unit_test(our_own_trouble_is_not_told_to_browsers),
		cmocka_unit_test(a_message_is_a_sentence),
		cmocka_unit_test(answers_are_never_kept_by_caches),
		cmocka_unit_test(F_016_a_file_is_kept_under_a_name_that_is_safe),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
