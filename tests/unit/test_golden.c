/*
 * 200 conversions, byte by byte: all objects and presets, 0 to 500 line items, currencies with 0, 2 and 3 decimal
 * places, time zones and their changes of the clocks, weird characters.
 *
 * tests/data/golden-conversions.json is what goes in, one conversion a line; golden-conversions.txt is what must
 * come out: name, body and faults, a line each.  When a change is meant to alter bytes, or a conversion is added:
 *
 *   GOLDEN_WRITE=1 build/release/tests/unit/test_golden
 *
 * writes the second file anew, and a person reads its diff before it is committed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "lib/answer.h"
#include "lib/deal.h"
#include "lib/file.h"

#define INPUT    "tests/data/golden-conversions.json"
#define EXPECTED "tests/data/golden-conversions.txt"
#define OUT_MAX  ((size_t)4 << 20)

static const struct json_limits limits = { .max_depth = 8, .max_tokens = 100000 };

static struct build_record
record(struct arena *a, const struct json *j)
{
	return (struct build_record){ .id = json_text_at(a, j, "id"), .properties = json_get(j, "properties") };
}

/* "#" in an item stands for its number. */
static const struct json *
numbered(struct arena *a, const struct json *item, size_t number)
{
	struct json *out = json_object(a);
	struct json_walk w = json_walk(item);

	while (json_next(&w)) {
		struct str value = json_text_at(a, item, str_c(a, w.key));
		size_t at = str_find_char(value, '#');

		json_set_str(out, str_c(a, w.key),
		    at == value.n ? value
		                  : str_printf(a, STR_FMT "%zu" STR_FMT, STR_ARG(str_slice(value, 0, at)), number,
		                        STR_ARG(str_slice(value, at + 1, value.n))));
	}
	return out;
}

static void
read_items(struct arena *a, const struct json *c, struct build_input *in)
{
	const struct json *list = json_get(c, "items");
	int64_t repeat = 0;
	struct build_record *items;

	(void)json_int(json_get(c, "items_repeat"), &repeat);
	in->n_items = repeat > 0 ? (size_t)repeat : json_length(list);
	items = arena_array(a, in->n_items, sizeof(*items));
	for (size_t i = 0; i < in->n_items; i++)
		items[i].properties = repeat > 0 ? numbered(a, json_at(list, 0), i + 1) : json_at(list, i);
	in->items = items;
}

static struct str
mapping(struct arena *a, const struct json *c)
{
	const struct json *rows = json_get(c, "rows");
	struct json *list = json_array(a);
	struct str text;

	if (rows == NULL)
		return deal_preset_rows(a, str_c(a, json_text_at(a, c, "preset")));
	for (size_t i = 0; i < json_length(rows); i++) {
		struct json *row = json_copy(a, json_at(rows, i));

		json_set_str(row, "id", str_printf(a, "m%zu", i + 1));
		json_push(list, row);
	}
	text = json_write(a, list);
	return str_slice(text, 1, text.n - 1);
}

static struct event
read_event(struct arena *a, const struct json *c)
{
	const struct json *j = json_get(c, "event");
	struct event ev = { .portal_id = 1,
		.source = STR("hubspot"),
		.kind = str_eq(json_text_at(a, j, "kind"), STR("created")) ? EVENT_CREATED : EVENT_CHANGED,
		.object_type = json_text_at(a, c, "object"),
		.object_id = json_text_at(a, json_get(c, "record"), "id"),
		.property = json_text_at(a, j, "property"),
		.value = json_text_at(a, j, "value") };

	assert_true(json_int(json_get(j, "occurred_at"), &ev.occurred_ms));
	return ev;
}

/* As the decide step does it: an event's record is its own contact or company. */
static void
build(struct arena *a, const struct catalogue *catalogue, const struct json *c, struct build_output *out)
{
	struct str object = json_text_at(a, c, "object");
	struct str options = json_get(c, "options") == NULL ? STR("{}") : json_write(a, json_get(c, "options"));
	struct config_document *doc = arena_alloc(a, sizeof(*doc));
	struct ruleset *rules = arena_alloc(a, sizeof(*rules));
	struct event ev = read_event(a, c);
	struct build_input in = { .rules = rules,
		.catalogue = catalogue,
		.event = &ev,
		.record = record(a, json_get(c, "record")),
		.contact = record(a, json_get(c, str_eq(object, STR("contacts")) ? "record" : "contact")),
		.company = record(a, json_get(c, str_eq(object, STR("companies")) ? "record" : "company")),
		.account_currency = json_text_at(a, c, "currency"),
		.account_time_zone = json_text_at(a, c, "time_zone"),
		.stage_labels = json_get(c, "stage_labels"),
		.read_at_ms = ev.occurred_ms };
	struct config_fault *faults;
	size_t n;

	options = str_slice(options, 1, options.n - 1);
	deal_read(a, deal_document(a, str_c(a, object), mapping(a, c), str_c(a, options)), doc);
	ruleset_compile(a, doc, catalogue, rules, &faults, &n);
	if (n > 0)
		fail_msg(STR_FMT ": " STR_FMT, STR_ARG(json_text_at(a, c, "name")), STR_ARG(faults[0].message));
	in.object = ruleset_object(rules, object);
	read_items(a, c, &in);
	build_conversion(a, &in, out);
}

/* "name<tab>body<tab>code field, ..." */
static void
write_line(struct buf *b, struct str name, const struct build_output *out)
{
	buf_addf(b, STR_FMT "\t", STR_ARG(name));
	buf_add(b, out->body);
	for (size_t i = 0; i < out->n_faults; i++)
		buf_addf(b, "%s" STR_FMT " " STR_FMT, i == 0 ? "\t" : ", ", STR_ARG(out->faults[i].code),
		    STR_ARG(out->faults[i].field));
	buf_addc(b, '\n');
}

static void
write_expected(struct str text)
{
	FILE *f = fopen(EXPECTED, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
	assert_int_equal(fclose(f), 0);
}

static void
two_hundred_conversions_have_these_bytes(void **state)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct arena *one = arena_new((size_t)128 << 20); /* conversion */
	const struct catalogue *catalogue = file_catalogue(a);
	struct json *list = NULL;
	struct err e = { 0 };
	struct str got;
	struct str want;
	struct str got_line;
	struct str want_line;
	struct buf b;

	(void)state;
	if (!json_parse(a, file_read(a, INPUT), &limits, &list, &e))
		fail_msg("%s: %s", INPUT, e.text);
	assert_true(json_length(list) >= 200);
	buf_init(&b, a, OUT_MAX);
	for (size_t i = 0; i < json_length(list); i++) {
		struct build_output out;
		struct build_output again;

		build(one, catalogue, json_at(list, i), &out);
		build(one, catalogue, json_at(list, i), &again);
		assert_true(str_eq(out.body, again.body));
		write_line(&b, json_text_at(a, json_at(list, i), "name"), &out);
		arena_reset(one);
	}
	assert_true(buf_done(&b, &got, &e));
	if (getenv("GOLDEN_WRITE") != NULL)
		write_expected(got);
	want = file_read(a, EXPECTED);
	while (str_cut(&want, '\n', &want_line)) {
		assert_true(str_cut(&got, '\n', &got_line));
		if (!str_eq(got_line, want_line))
			fail_msg("\nwant " STR_FMT "\ngot  " STR_FMT, STR_ARG(want_line), STR_ARG(got_line));
	}
	assert_int_equal(got.n, 0);
	arena_free(one);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_hundred_conversions_have_these_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
