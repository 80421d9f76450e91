/* connector.conf: every fault is told with file and line (F-156), secrets are readable by their owner alone (F-157). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "io/conf.h"

#define REQUIRED                                                                                                       \
	"public_url = \"https://c.example\"; hubspot_client_id = \"id\"; hubspot_client_secret = \"CANARY\";"          \
	"hubspot_app_id = 7; master_key_file = \"k\";"

/* A slice that may stand in a constant table. */
#define T(lit) { "" lit, sizeof(lit) - 1 }

static struct arena *a;
static char path[] = "/tmp/test-conf-XXXXXX";

static int
setup(void **state)
{
	(void)state;
	a = arena_new(64 << 20);
	int fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(a);
	return unlink(path);
}

static void
write_file(struct str text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static bool
load(struct str text, struct settings *s, struct str *faults, struct err *e)
{
	write_file(text, 0600);
	return conf_load(a, path, s, faults, e);
}

static void
a_file_sets_what_it_names_and_leaves_the_rest_at_its_default(void **state)
{
	(void)state;
	struct settings s;
	struct str faults;
	struct err e;

	assert_true(load(STR(REQUIRED "# comment\nlease_s = 6;\nwait_plan_s = \"1 2\" // x\ninbox_compress = true;"
	                              "log_level = \"debug\"; hubspot_calls_per_10s = 0x10;"),
	    &s, &faults, &e));
	assert_int_equal(faults.n, 0);
	assert_int_equal(s.lease_s, 6);
	assert_int_equal(s.wait_plan_s.n, 2);
	assert_true(s.inbox_compress);
	assert_int_equal(s.log_level, SETTINGS_LOG_DEBUG);
	assert_int_equal(s.hubspot_calls_per_10s, 16);
	assert_true(secret_eq(&s.hubspot_client_secret, STR("CANARY")));
	assert_int_equal(s.http_total_ms, 20000);
}

static void
each_fault_is_told_with_its_line(void **state)
{
	(void)state;
	static const struct {
		struct str text;
		const char *line, *what;
	} cases[] = {
		{ T(REQUIRED "\nlease_s = ;"), ":2: ", "syntax" },
		{ T(REQUIRED "\n\nlease = 5;"), ":3: ", "no such key" },
		{ T(REQUIRED "\nlease_s = \"5\";"), ":2: ", "whole number" },
		{ T(REQUIRED "\nlease_s = 5.5;"), ":2: ", "whole number" },
		{ T(REQUIRED "\nlease_s = true;"), ":2: ", "whole number" },
		{ T(REQUIRED "\nlease_s = 1;"), ":2: ", "between" },
		{ T(REQUIRED "\nlease_s = 4294967298;"), ":2: ", "" },
		{ T(REQUIRED "\nlease_s = 99999999999999999999999;"), ":2: ", "" },
		{ T(REQUIRED "\nlease_s = 0xffffffffffffffffffff;"), ":2: ", "" },
		{ T(REQUIRED "\ninbox_compress = 1;"), ":2: ", "true or false" },
		{ T(REQUIRED "\ninbox_compress = \"true\";"), ":2: ", "true or false" },
		{ T(REQUIRED "\nconf_dir = 5;"), ":2: ", "double quotes" },
		{ T(REQUIRED "\nconf_dir = { a = 1; };"), ":2: ", "double quotes" },
		{ T(REQUIRED "\nwait_plan_s = [ 1, 2 ];"), ":2: ", "double quotes" },
		{ T(REQUIRED "\nwait_plan_s = ( \"1\" );"), ":2: ", "double quotes" },
		{ T(REQUIRED "\nlease_s = 5;\nlease_s = 6;"), ":3: ", "" },
		{ T(REQUIRED "\n@include \"/etc/passwd\"\n"), ":2: ", "@include" },
		{ T(REQUIRED "\n \t@include \"/etc/passwd\"\n"), ":2: ", "@include" },
		{ T(REQUIRED "\n\0lease_s = 5;"), ":2: ", "NUL" },
		{ T(""), ":1: ", "must be given" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct settings s;
		struct str faults;
		struct err e;
		if (load(cases[i].text, &s, &faults, &e))
			fail_msg("case %zu was taken", i);
		if (strstr(e.text, cases[i].line) == NULL || strstr(e.text, cases[i].what) == NULL ||
		    strstr(e.text, path) == NULL)
			fail_msg("case %zu: %s", i, e.text);
		assert_null(strstr(str_c(a, faults), "CANARY"));
	}
}

static void
all_faults_are_told_at_once(void **state)
{
	(void)state;
	struct settings s;
	struct str faults;
	struct err e;

	assert_false(load(STR("lease_s = 1;\nnone = 2;\npublic_url = \"x\";\n"), &s, &faults, &e));
	const char *text = str_c(a, faults);
	assert_non_null(strstr(text, ":1: lease_s"));
	assert_non_null(strstr(text, ":2: none: there is no such key"));
	assert_non_null(strstr(text, ":3: public_url: must start"));
	assert_non_null(strstr(text, "hubspot_client_secret: must be given"));
	assert_null(strstr(text, "public_url: must be given"));
}

static void
a_file_others_may_read_is_refused(void **state)
{
	(void)state;
	static const mode_t modes[] = { 0644, 0640, 0604, 0620, 0610, 0666 };
	struct settings s;
	struct str faults;
	struct secret key;
	struct err e;

	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		write_file(STR(REQUIRED), modes[i]);
		assert_false(conf_load(a, path, &s, &faults, &e));
		assert_int_equal(e.code, ERR_DENIED);
		assert_non_null(strstr(e.text, "chmod 600"));
		assert_false(conf_master_key(a, path, &key, &e));
		assert_int_equal(e.code, ERR_DENIED);
	}
}

static void
a_missing_file_and_a_folder_are_named(void **state)
{
	(void)state;
	struct settings s;
	struct str faults;
	struct err e;

	assert_false(conf_load(a, "/tmp/no-such-file.conf", &s, &faults, &e));
	assert_int_equal(e.code, ERR_IO);
	assert_non_null(strstr(e.text, "/tmp/no-such-file.conf"));
	assert_false(conf_load(a, "/tmp", &s, &faults, &e));
	assert_int_equal(e.code, ERR_INVALID);
	write_file(STR("12345"), 0644);
	struct str text;
	assert_false(conf_read_file(a, path, 4, &text, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_true(conf_read_file(a, path, 5, &text, &e));
	assert_true(str_eq(text, STR("12345")));
}

static void
the_master_key_is_64_hex_digits(void **state)
{
	(void)state;
	static const struct {
		struct str text;
		bool ok;
	} cases[] = {
		{ T("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"), true },
		{ T("000102030405060708090A0B0C0D0E0F101112131415161718191a1b1c1d1e1f"), true },
		{ T("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1"), false },
		{ T("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1g"), false },
		{ T(""), false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct secret key;
		struct err e;
		write_file(cases[i].text, 0600);
		assert_int_equal(conf_master_key(a, path, &key, &e), cases[i].ok);
		if (cases[i].ok) {
			assert_int_equal(key.length, 32);
			assert_int_equal(key.bytes[31], 0x1f);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_sets_what_it_names_and_leaves_the_rest_at_its_default),
		cmocka_unit_test(each_fault_is_told_with_its_line),
		cmocka_unit_test(all_faults_are_told_at_once),
		cmocka_unit_test(a_file_others_may_read_is_refused),
		cmocka_unit_test(a_missing_file_and_a_folder_are_named),
		cmocka_unit_test(the_master_key_is_64_hex_digits),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
