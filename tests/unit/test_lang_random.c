/*
 * Properties of the mapping language over seeded random expressions: total, bounded, the same bytes again
 * (design 5).  A failure comes again with its seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "lang/normal.h"
#include "lib/deal.h"
#include "lib/expression.h"
#include "lib/file.h"

static int
setup(void **state)
{
	*state = arena_new((size_t)256 << 20);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* A small generator, so that a failure comes again. */
static uint64_t
next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void
any_text_is_refused_or_gives_the_same_bytes_twice(void **state)
{
	static const char *const pieces[] = { "{", "}", "{{", "}}", "|", ":", ",", "=", "\\", " ", "amount", "email",
		"text", "closedate", "nothing", "umlauts", "|trim", "|upper", "|title", "|number:2", "|round:1",
		"|add:5", "|add:shipping", "|mul:amount", "|div:3", "|min:5", "|abs", "|date:%Y",
		"|date:%z,Europe/Berlin", "|sha1", "|map:a=b,else=c", "|default:x", "|or:amount", "|concat:-,text",
		"|substring:2,3", "|replace:a,bb", "|digits", "|prefix:p", "{amount}", "{text|lower}", "{i}", " and ",
		" in ", "is empty", "\xc3\xa4", "\xff", "\xf0\x9f\x98\x80", "line_item{i}.hs_sku" };
	uint64_t seed = 20261121;
	size_t parsed = 0;
	size_t held = 0;

	for (size_t round = 0; round < 20000; round++) {
		char source[256];
		size_t n = 0;
		struct lang *l;
		struct lang_when *w;
		struct str once = { 0 };
		struct str twice = { 0 };
		struct err e = { 0 };
		bool holds = false;

		for (size_t k = next_random(&seed) % 12; k > 0; k--) {
			struct str piece = str_from(pieces[next_random(&seed) % (sizeof(pieces) / sizeof(pieces[0]))]);

			memcpy(source + n, piece.p, piece.n);
			n += piece.n;
		}
		if (lang_when_parse(*state, (struct str){ source, n }, &w, NULL, &e) &&
		    lang_when_eval(w, *state, expression_lookup, *state, 1, &holds, &e))
			held += holds;
		if (lang_parse(*state, (struct str){ source, n }, &l, NULL, &e)) {
			bool ok = lang_eval(l, *state, expression_lookup, *state, 1, &once, &e);

			assert_int_equal(lang_eval(l, *state, expression_lookup, *state, 1, &twice, &e), ok);
			assert_true(!ok || (once.n <= LANG_OUTPUT_MAX && str_eq(once, twice)));
			parsed++;
		} else {
			assert_int_equal(e.code, ERR_INVALID);
		}
		if (round % 1000 == 0)
			arena_reset(*state);
	}
	assert_true(parsed > 1000 && held > 0);
}

/* ---- well-formed expressions over random records */

/* A record of its own for each seed: a field's value depends on its name only. */
struct world {
	struct arena *a;
	uint64_t seed;
};

#define LONG_VALUE 20000

static struct str
long_value(struct arena *a)
{
	char *p = arena_alloc(a, LONG_VALUE);

	memset(p, 'L', LONG_VALUE);
	return (struct str){ .p = p, .n = LONG_VALUE };
}

/* Values as HubSpot has them, and worse; SECRET marks what must stand in no message. */
static struct str
random_value(struct world *w, struct str field)
{
	static const char *const values[] = { "", "", "0", "12", "-3.5", "999999999999999999", "0.000000001", "1e9",
		"1795256107000", "2026-03-29", "2026-10-25T02:30:00", "2026-11-21T10:15:07.123Z",
		"9999-12-31T23:59:59Z", "SECRET", " SECRET text ", "SECRET.person@example.com", "caf\xc3\xa9 SECRET",
		"\xf0\x9f\x98\x80\xf0\x9f\x91\x8d", "a=b&c%d+e", "\xe6\x9d\xb1\xe4\xba\xac", "true", "null", "{x}",
		"\t\n", "EUR", "closedwon" };
	uint64_t seed = w->seed;
	size_t kinds = sizeof(values) / sizeof(values[0]);
	size_t kind;

	for (size_t i = 0; i < field.n; i++)
		seed = (seed ^ (unsigned char)field.p[i]) * 1099511628211U;
	(void)next_random(&seed);
	kind = next_random(&seed) % (kinds + 1);
	return kind == kinds ? long_value(w->a) : str_from(values[kind]);
}

static bool
random_lookup(void *arg, struct str field, size_t item, struct str *value, struct err *e)
{
	static const char *const zones[] = { "Europe/Berlin", "US/Eastern", "Asia/Kathmandu", "Mars/Olympus", "" };
	struct world *w = arg;

	(void)item, (void)e;
	*value = str_eq(field, STR("account.timeZone")) ? str_from(zones[w->seed % 5]) : random_value(w, field);
	return true;
}

static size_t
pick(uint64_t *seed, size_t n)
{
	return (size_t)(next_random(seed) % n);
}

/* A call as the function table shows it: "|replace: ,-".  A new function takes part by itself. */
static struct str
random_call(uint64_t *seed)
{
	const struct lang_function *table;
	size_t n = lang_functions(&table);
	const struct lang_function *f = &table[pick(seed, n)];
	struct str example = str_from(f->example);
	size_t from = 0;
	size_t to;

	while (!str_starts(str_slice(example, from + 1, example.n), str_from(f->name)))
		from += 1 + str_find_char(str_slice(example, from + 1, example.n), '|');
	to = from + 1;
	while (example.p[to] != '|' && example.p[to] != '}')
		to++;
	return str_slice(example, from, to);
}

static const char *const names[] = { "dealname", "amount", "closedate", "email", "contact.email", "contact.zip",
	"company.name", "event.occurredAt", "event.value", "deal_[stage]_id", "account.currency", "line_item1.name" };

static void
add_group(struct buf *b, uint64_t *seed, size_t calls)
{
	buf_addf(b, "{%s", names[pick(seed, sizeof(names) / sizeof(names[0]))]);
	for (size_t k = pick(seed, calls + 1); k > 0; k--)
		buf_add(b, random_call(seed));
	buf_addc(b, '}');
}

static struct str
random_expression(struct arena *a, uint64_t *seed)
{
	static const char *const literals[] = { "", "-", "deal ", "{{", "}}", "\xc3\xa9", " / " };
	struct err e = { 0 };
	struct str out = { 0 };
	struct buf b;

	buf_init(&b, a, LANG_SOURCE_MAX);
	for (size_t parts = 1 + pick(seed, 3); parts > 0; parts--) {
		buf_addf(&b, "%s", literals[pick(seed, sizeof(literals) / sizeof(literals[0]))]);
		add_group(&b, seed, 4);
	}
	assert_true(buf_done(&b, &out, &e));
	return out;
}

static struct str
random_condition(struct arena *a, uint64_t *seed)
{
	static const char *const tests[] = { "= closedwon", "!= SECRET", "> 5", "<= 2026-11-21", ">= -3.5",
		"in closedwon,EUR", "not in 0,12", "is empty", "is not empty" };
	struct err e = { 0 };
	struct str out = { 0 };
	struct buf b;

	buf_init(&b, a, LANG_SOURCE_MAX);
	for (size_t clauses = pick(seed, 4); clauses > 0; clauses--) {
		buf_addf(&b, "%s", b.n > 0 ? " and " : "");
		add_group(&b, seed, 2);
		buf_addf(&b, " %s", tests[pick(seed, sizeof(tests) / sizeof(tests[0]))]);
	}
	assert_true(buf_done(&b, &out, &e));
	return out;
}

/* It failed as a function may: with a sentence that tells nothing of the person. */
static void
check_failure(const struct err *e)
{
	struct str text = str_from(e->text);

	assert_true(e->code == ERR_INVALID || e->code == ERR_LIMIT || e->code == ERR_NOT_FOUND);
	assert_true(text.n > 0 && str_is_utf8(text));
	if (str_find(text, STR("SECRET")) < text.n)
		fail_msg("%s", e->text);
}

static void
every_well_formed_expression_is_total_and_bounded(void **state)
{
	struct arena *a = *state;
	uint64_t seed = 20261122;
	size_t good = 0;

	for (size_t round = 0; round < 20000; round++) {
		struct world w = { .a = a, .seed = next_random(&seed) };
		struct str source = random_expression(a, &seed);
		struct err e = { 0 };
		struct str once = { 0 };
		struct str twice = { 0 };
		struct lang *l;
		bool ok;

		if (!lang_parse(a, source, &l, NULL, &e))
			fail_msg(STR_FMT ": %s", STR_ARG(source), e.text);
		ok = lang_eval(l, a, random_lookup, &w, 1, &once, &e);
		if (!ok)
			check_failure(&e);
		/* compiled anew it is the same */
		assert_true(lang_parse(a, source, &l, NULL, &e));
		assert_int_equal(lang_eval(l, a, random_lookup, &w, 1, &twice, &e), ok);
		if (ok && (once.n > LANG_OUTPUT_MAX || !str_is_utf8(once) || !str_eq(once, twice)))
			fail_msg(STR_FMT, STR_ARG(source));
		good += ok;
		if (round % 200 == 0)
			arena_reset(a);
	}
	assert_true(good > 5000 && good < 20000);
}

static void
every_well_formed_condition_holds_or_not(void **state)
{
	struct arena *a = *state;
	uint64_t seed = 20261123;
	size_t held = 0;

	for (size_t round = 0; round < 10000; round++) {
		struct world w = { .a = a, .seed = next_random(&seed) };
		struct str source = random_condition(a, &seed);
		struct lang_when *when;
		struct err e = { 0 };
		bool once = false;
		bool twice = false;
		bool ok;

		if (!lang_when_parse(a, source, &when, NULL, &e))
			fail_msg(STR_FMT ": %s", STR_ARG(source), e.text);
		ok = lang_when_eval(when, a, random_lookup, &w, 1, &once, &e);
		if (!ok)
			check_failure(&e);
		assert_int_equal(lang_when_eval(when, a, random_lookup, &w, 1, &twice, &e), ok);
		assert_true(!ok || once == twice);
		held += ok && once;
		if (round % 200 == 0)
			arena_reset(a);
	}
	assert_true(held > 1000 && held < 9000);
}

/* ---- whole conversions */

static struct str
random_rows(struct arena *a, const struct catalogue *c, uint64_t *seed)
{
	struct json *list = json_array(a);
	struct str text;

	for (size_t i = 1 + pick(seed, 25); i > 0; i--) {
		const struct catalogue_field *f = &c->fields[pick(seed, c->n)];
		struct json *row = json_object(a);
		struct str name = f->name;
		size_t at = str_find(name, STR("{n}"));

		if (at < name.n)
			name = str_printf(a, STR_FMT "%zu", STR_ARG(str_slice(name, 0, at)), 1 + pick(seed, 3));
		json_set_str(row, "id", str_printf(a, "r%zu", i));
		json_set_str(row, "field", name);
		json_set_str(row, "expression", random_expression(a, seed));
		json_set_str(row, "when", random_condition(a, seed));
		json_push(list, row);
	}
	text = json_write(a, list);
	return str_slice(text, 1, text.n - 1);
}

static struct build_record
random_record(struct world *w, const char *id)
{
	static const char *const properties[] = { "dealname", "amount", "closedate", "email", "zip", "name",
		"dealstage", "custom_impact_click_id" };
	struct json *j = json_object(w->a);

	w->seed++;
	for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++)
		json_set_str(j, properties[i], random_value(w, str_from(properties[i])));
	return (struct build_record){ .id = str_from(id), .properties = j };
}

/* What was built is what is sent, holds no address, and is complete when nothing is said against it. */
static void
check_built(const struct build_output *out)
{
	struct str rest = out->body;
	struct str pair;

	for (size_t i = 0; i < out->n_fields; i++) {
		assert_true(str_cut(&rest, '&', &pair));
		assert_true(str_eq(str_slice(pair, 0, str_find_char(pair, '=')), out->fields[i].name));
		assert_false(normal_has_email(out->fields[i].value));
		assert_true(out->fields[i].value.n > 0 && out->fields[i].value.n <= 4096);
	}
	assert_true(rest.p == NULL || rest.n == 0);
	if (out->n_faults == 0)
		assert_true(out->order_id.n > 0 && out->order_id.n <= 64 && out->event_type.n > 0 &&
		            out->event_type.n <= 128 && out->customer_id.n <= 255);
	for (size_t i = 0; i < out->n_faults; i++) {
		assert_true(out->faults[i].code.n > 0 && out->faults[i].message.n > 0);
		assert_true(str_find(out->faults[i].message, STR("SECRET")) == out->faults[i].message.n);
	}
}

static void
every_conversion_is_the_same_again(void **state)
{
	struct arena *a = arena_new((size_t)256 << 20);
	const struct catalogue *c = file_catalogue(a);
	struct arena *one = *state;
	uint64_t seed = 20261124;

	for (size_t round = 0; round < 1000; round++) {
		struct world w = { .a = one, .seed = next_random(&seed) };
		struct build_record items[] = { random_record(&w, "1"), random_record(&w, "2"),
			random_record(&w, "3") };
		struct config_document doc;
		struct ruleset rules;
		struct event ev = { .kind = EVENT_CHANGED,
			.object_type = STR("deals"),
			.object_id = STR("9001"),
			.property = STR("dealstage"),
			.value = random_value(&w, STR("event.value")),
			.occurred_ms = INT64_C(1795256107000) };
		struct build_input in = { .rules = &rules,
			.catalogue = c,
			.event = &ev,
			.record = random_record(&w, "9001"),
			.contact = random_record(&w, "251"),
			.company = random_record(&w, "77"),
			.items = items,
			.n_items = pick(&seed, 4),
			.account_currency = STR("JPY"),
			.account_time_zone = STR("US/Eastern") };
		struct config_fault *faults;
		struct build_output once;
		struct build_output twice;
		size_t n;

		deal_read(one, deal_document(one, "deals", random_rows(one, c, &seed), ""), &doc);
		ruleset_compile(one, &doc, c, &rules, &faults, &n);
		in.object = ruleset_object(&rules, STR("deals"));
		build_conversion(one, &in, &once);
		build_conversion(one, &in, &twice);
		assert_true(str_eq(once.body, twice.body));
		assert_int_equal(once.n_faults, twice.n_faults);
		check_built(&once);
		arena_reset(one);
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(any_text_is_refused_or_gives_the_same_bytes_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(every_well_formed_expression_is_total_and_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(every_well_formed_condition_holds_or_not, setup, teardown),
		cmocka_unit_test_setup_teardown(every_conversion_is_the_same_again, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
