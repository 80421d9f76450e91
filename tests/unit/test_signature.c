/* Webhook signatures against all 31 published and computed vectors (issue 2, F-031, F-035, F-036). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "core/signature.h"
#include "lib/file.h"

#define WINDOW_MS INT64_C(300000)

static const char vectors_path[] = "tests/data/hubspot-signature-vectors.json";

struct fixture {
	struct arena *a;
	struct json *vectors;
	struct secret key;
	struct signature_rules rules;
};

static struct str
text(struct fixture *f, const struct json *j, const char *key)
{
	return json_text_at(f->a, j, key);
}

static int
setup(void **state)
{
	static struct fixture f;

	f.a = arena_new((size_t)64 << 20);
	f.vectors = file_json(f.a, vectors_path);
	f.rules = (struct signature_rules){ .secret = &f.key, .versions = STR("v3"), .window_ms = WINDOW_MS };
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	arena_free(((struct fixture *)*state)->a);
	return 0;
}

static struct signature_input
v3_input(struct fixture *f, const struct json *v)
{
	f->key = secret_copy(f->a, text(f, v, "client_secret"));
	return (struct signature_input){
		.method = text(f, v, "method"),
		.url = text(f, v, "request_url"),
		.body = text(f, v, "body"),
		.v3 = text(f, v, "header_x_hubspot_signature_v3"),
		.timestamp = text(f, v, "timestamp"),
	};
}

static bool
accepted(struct fixture *f, const struct signature_input *in, int64_t now_ms)
{
	struct err e = { 0 };
	bool ok = signature_check(in, &f->rules, now_ms, f->a, &e);

	if (!ok) {
		assert_int_equal(e.code, ERR_DENIED);
		assert_true(str_find(str_from(e.text), secret_reveal(&f->key)) == str_from(e.text).n);
	}
	return ok;
}

static void
each_v3_vector_is_accepted(void **state)
{
	struct fixture *f = *state;
	const struct json *list = json_get(f->vectors, "v3");

	assert_int_equal(json_length(list), 15);
	for (size_t i = 0; i < json_length(list); i++) {
		const struct json *v = json_at(list, i);
		struct signature_input in = v3_input(f, v);
		int64_t sent = 0;

		assert_true(str_to_int(in.timestamp, 0, INT64_MAX, &sent));
		if (!accepted(f, &in, sent + 1000))
			fail_msg(STR_FMT, STR_ARG(text(f, v, "id")));
	}
}

static void
a_signature_over_the_undecoded_url_is_refused(void **state)
{
	struct fixture *f = *state;
	const struct json *list = json_get(f->vectors, "v3");
	size_t seen = 0;

	for (size_t i = 0; i < json_length(list); i++) {
		const struct json *v = json_at(list, i);
		struct signature_input in = v3_input(f, v);
		struct str wrong = text(f, v, "signature_if_uri_not_decoded_must_be_rejected");
		int64_t sent = 0;

		assert_true(str_to_int(in.timestamp, 0, INT64_MAX, &sent));
		/* Lower-case escapes are not documented: untouched ones verify too. */
		if (wrong.n == 0 || str_eq(text(f, v, "id"), STR("v3-07-lowercase-hex")))
			continue;
		in.v3 = wrong;
		assert_false(accepted(f, &in, sent));
		seen++;
	}
	assert_true(seen >= 5);
}

static void
lower_case_escapes_verify_decoded_or_untouched(void **state)
{
	struct fixture *f = *state;
	const struct json *v = json_at(json_get(f->vectors, "v3"), 6);
	struct signature_input in = v3_input(f, v);

	assert_true(str_eq(text(f, v, "id"), STR("v3-07-lowercase-hex")));
	in.v3 = text(f, v, "signature_if_uri_not_decoded_must_be_rejected");
	assert_true(accepted(f, &in, 1795219200129));
}

static const struct json *
by_id(struct fixture *f, const char *list_name, struct str id)
{
	const struct json *list = json_get(f->vectors, list_name);

	for (size_t i = 0; i < json_length(list); i++) {
		if (str_eq(text(f, json_at(list, i), "id"), id))
			return json_at(list, i);
	}
	fail_msg("no vector " STR_FMT, STR_ARG(id));
	return NULL;
}

static void
each_negative_vector_comes_out_as_it_says(void **state)
{
	struct fixture *f = *state;
	const struct json *list = json_get(f->vectors, "v3_negative");

	assert_int_equal(json_length(list), 10);
	for (size_t i = 0; i < json_length(list); i++) {
		const struct json *n = json_at(list, i);
		const struct json *patch = json_get(n, "patch");
		struct signature_input in = v3_input(f, by_id(f, "v3", text(f, n, "based_on")));
		struct json_walk w = json_walk(patch);
		int64_t now = 0;

		assert_true(json_int(json_get(n, "now_ms"), &now));
		while (json_next(&w)) {
			struct str value = json_text(f->a, w.value);

			if (str_eq(w.key, STR("body")))
				in.body = value;
			else if (str_eq(w.key, STR("timestamp")))
				in.timestamp = value;
			else if (str_eq(w.key, STR("request_url")))
				in.url = value;
			else if (str_eq(w.key, STR("header_x_hubspot_signature_v3")))
				in.v3 = value;
			else
				fail_msg("unknown patch " STR_FMT, STR_ARG(w.key));
		}
		if (accepted(f, &in, now) != str_eq(text(f, n, "expect"), STR("accept")))
			fail_msg(STR_FMT, STR_ARG(text(f, n, "id")));
	}
}

static struct signature_input
old_input(struct fixture *f, const struct json *v)
{
	f->key = secret_copy(f->a, text(f, v, "client_secret"));
	return (struct signature_input){
		.method = text(f, v, "method"),
		.url = text(f, v, "url"),
		.body = text(f, v, "body"),
		.old = text(f, v, "header_x_hubspot_signature"),
		.version = text(f, v, "header_x_hubspot_signature_version"),
	};
}

static void
v1_and_v2_are_refused_unless_configured(void **state)
{
	static const char *const versions[] = { "v1", "v2" };
	struct fixture *f = *state;

	for (size_t k = 0; k < 2; k++) {
		const struct json *list = json_get(f->vectors, versions[k]);

		assert_int_equal(json_length(list), 3);
		for (size_t i = 0; i < json_length(list); i++) {
			struct signature_input in = old_input(f, json_at(list, i));

			f->rules.versions = STR("v3");
			assert_false(accepted(f, &in, 0));
			f->rules.versions = k == 0 ? STR("v3 v2") : STR("v3 v1");
			assert_false(accepted(f, &in, 0));
			f->rules.versions = STR("v3 v2 v1");
			assert_true(accepted(f, &in, 0));
			in.body = STR("[]x");
			assert_false(accepted(f, &in, 0));
		}
	}
}

static void
v3_counts_where_it_is_there(void **state)
{
	struct fixture *f = *state;
	struct signature_input in = old_input(f, json_at(json_get(f->vectors, "v1"), 1));

	f->rules.versions = STR("v3 v1");
	in.v3 = STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
	in.timestamp = STR("1795219200123");
	assert_false(accepted(f, &in, 1795219200123));
}

static void
the_previous_secret_still_counts_during_a_rotation(void **state)
{
	struct fixture *f = *state;
	struct signature_input in = v3_input(f, json_at(json_get(f->vectors, "v3"), 0));
	struct secret old = f->key;
	struct secret none = { 0 };

	f->key = secret_copy(f->a, STR("the-new-secret"));
	assert_false(accepted(f, &in, 1795219201123));
	f->rules.previous = &none;
	assert_false(accepted(f, &in, 1795219201123));
	f->rules.previous = &old;
	assert_true(accepted(f, &in, 1795219201123));
}

static void
an_empty_secret_signs_nothing(void **state)
{
	struct fixture *f = *state;
	struct signature_input in = v3_input(f, json_at(json_get(f->vectors, "v3"), 0));

	f->key = (struct secret){ 0 };
	assert_false(signature_check(&in, &f->rules, 1795219201123, f->a, &(struct err){ 0 }));
}

static void
the_timestamp_is_13_digits_within_the_window(void **state)
{
	static const char *const bad[] = { "", "179521920012", "17952192001230", "+795219200123", " 795219200123",
		"179521920012x", "0x95219200123", "-795219200123" };
	struct fixture *f = *state;
	struct signature_input in = v3_input(f, json_at(json_get(f->vectors, "v3"), 0));

	assert_true(accepted(f, &in, 1795219200123 + WINDOW_MS));
	assert_true(accepted(f, &in, 1795219200123 - WINDOW_MS));
	assert_false(accepted(f, &in, 1795219200123 + WINDOW_MS + 1));
	assert_false(accepted(f, &in, 1795219200123 - WINDOW_MS - 1));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		in.timestamp = str_from(bad[i]);
		assert_false(accepted(f, &in, 1795219200123));
	}
}

static void
each_changed_bit_of_the_header_is_refused(void **state)
{
	struct fixture *f = *state;
	struct signature_input in = v3_input(f, json_at(json_get(f->vectors, "v3"), 0));
	char *p = str_c(f->a, in.v3);
	size_t n = in.v3.n;

	for (size_t i = 0; i < n; i++) {
		for (int bit = 0; bit < 7; bit++) {
			p[i] = (char)(p[i] ^ (1 << bit));
			in.v3 = (struct str){ .p = p, .n = n };
			assert_false(accepted(f, &in, 1795219200123));
			p[i] = (char)(p[i] ^ (1 << bit));
		}
	}
	for (size_t cut = 0; cut < n; cut++) {
		in.v3 = (struct str){ .p = p, .n = cut };
		assert_false(accepted(f, &in, 1795219200123));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_v3_vector_is_accepted, setup, teardown),
		cmocka_unit_test_setup_teardown(a_signature_over_the_undecoded_url_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(lower_case_escapes_verify_decoded_or_untouched, setup, teardown),
		cmocka_unit_test_setup_teardown(each_negative_vector_comes_out_as_it_says, setup, teardown),
		cmocka_unit_test_setup_teardown(v1_and_v2_are_refused_unless_configured, setup, teardown),
		cmocka_unit_test_setup_teardown(v3_counts_where_it_is_there, setup, teardown),
		cmocka_unit_test_setup_teardown(the_previous_secret_still_counts_during_a_rotation, setup, teardown),
		cmocka_unit_test_setup_teardown(an_empty_secret_signs_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(the_timestamp_is_13_digits_within_the_window, setup, teardown),
		cmocka_unit_test_setup_teardown(each_changed_bit_of_the_header_is_refused, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
