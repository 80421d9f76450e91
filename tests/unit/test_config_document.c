/* The settings, triggers, consents and mappings of a tenant: one document, read strictly (design 5, I-08). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "core/config_document.h"
#include "lib/answer.h"

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

#define OPTIONS "\"options\":{}"
#define IMPACT  "\"impact\":{\"account_sid\":\"IR1\",\"program_id\":\"1000\"}"
#define NONE    "{\"consent\":false,\"triggers\":[],\"mapping\":[]}"
#define DEALS(triggers, mapping)                                                                                       \
	"{" IMPACT "," OPTIONS ",\"objects\":{\"contacts\":" NONE ",\"companies\":" NONE                               \
	",\"deals\":{\"consent\":true,\"triggers\":[" triggers "],\"mapping\":[" mapping "]}}}"
#define TRIGGER                                                                                                        \
	"{\"id\":\"t1\",\"on\":\"changed\",\"property\":\"dealstage\",\"becomes\":[\"closedwon\"],"                    \
	"\"when\":\"{amount} > 5\",\"mode\":\"live\"}"
#define ROW "{\"id\":\"m1\",\"field\":\"OrderId\",\"expression\":\"{deal_[stage]_id}\",\"when\":\"\",\"active\":true}"

struct parsed {
	struct config_document doc;
	struct config_fault *faults;
	size_t n;
	bool ok;
	struct err e;
};

static struct parsed
parse(struct arena *a, struct str text)
{
	struct parsed p = { 0 };

	p.ok = config_document_parse(a, text, &p.doc, &p.faults, &p.n, &p.e);
	assert_int_equal(p.ok, p.n == 0);
	if (!p.ok)
		assert_int_equal(p.e.code, ERR_INVALID);
	return p;
}

static void
a_new_tenant_starts_with_everything_off(void **state)
{
	struct parsed p = parse(*state, config_document_empty(*state));

	assert_true(p.ok);
	assert_true(p.doc.computed_prefix);
	assert_false(p.doc.computed_label);
	assert_false(p.doc.email_sha256);
	assert_false(p.doc.event_date_occurred);
	assert_false(p.doc.advocate);
	assert_int_equal(p.doc.account_sid.n, 0);
	for (size_t i = 0; i < CONFIG_OBJECTS; i++) {
		assert_false(p.doc.objects[i].consent);
		assert_int_equal(p.doc.objects[i].n_triggers + p.doc.objects[i].n_rows, 0);
	}
}

static void
a_whole_document_is_read(void **state)
{
	struct parsed p = parse(*state, STR(DEALS(TRIGGER, ROW)));
	const struct config_object *deals = config_document_object(&p.doc, STR("deals"));

	assert_true(p.ok);
	assert_str(p.doc.account_sid, "IR1");
	assert_str(p.doc.program_id, "1000");
	assert_true(p.doc.computed_prefix);
	assert_true(deals->consent);
	assert_int_equal(deals->n_triggers, 1);
	assert_str(deals->triggers[0].id, "t1");
	assert_str(deals->triggers[0].property, "dealstage");
	assert_str(deals->triggers[0].becomes[0], "closedwon");
	assert_str(deals->triggers[0].when, "{amount} > 5");
	assert_true(deals->triggers[0].live && !deals->triggers[0].created);
	assert_str(deals->rows[0].field, "OrderId");
	assert_true(deals->rows[0].active);
	assert_ptr_equal(config_document_object(&p.doc, STR("contacts")), &p.doc.objects[CONFIG_CONTACTS]);
	assert_null(config_document_object(&p.doc, STR("tickets")));
}

static void
what_may_be_left_out_has_a_meaning(void **state)
{
	struct parsed p = parse(*state, STR(DEALS("{\"id\":\"t1\",\"on\":\"created\",\"mode\":\"off\"}",
	                                    "{\"id\":\"m1\",\"field\":\"OrderId\",\"expression\":\"x\"}")));
	const struct config_object *deals = &p.doc.objects[CONFIG_DEALS];

	assert_true(p.ok);
	assert_true(deals->triggers[0].created && !deals->triggers[0].live);
	assert_int_equal(deals->triggers[0].n_becomes, 0);
	assert_int_equal(deals->triggers[0].when.n, 0);
	assert_true(deals->rows[0].active && deals->rows[0].when.n == 0);
}

/* C-01, C-03, C-09, V-01: each option by itself; what is left out keeps its first value. */
static void
options_say_how_values_are_made(void **state)
{
	static const char *const text =
	    "{" IMPACT ",\"options\":{\"computed_prefix\":false,\"computed_value\":\"label\","
	    "\"email_hash\":\"sha256\",\"event_date\":\"occurred\",\"advocate\":true},"
	    "\"objects\":{\"contacts\":" NONE ",\"companies\":" NONE ",\"deals\":" NONE "}}";
	struct parsed p = parse(*state, str_from(text));

	assert_true(p.ok);
	assert_true(!p.doc.computed_prefix && p.doc.computed_label && p.doc.email_sha256);
	assert_true(p.doc.event_date_occurred && p.doc.advocate);
	p = parse(*state, STR(DEALS("", "")));
	assert_true(p.ok);
	assert_true(p.doc.computed_prefix && !p.doc.computed_label && !p.doc.email_sha256);
	assert_false(p.doc.event_date_occurred || p.doc.advocate);
}

static void
each_fault_has_its_path_and_a_sentence(void **state)
{
	static const struct {
		const char *text, *path;
	} rows[] = {
		{ "", "" },
		{ "[]", "" },
		{ "{", "" },
		{ "{" IMPACT "," OPTIONS "}", "objects" },
		{ "{" IMPACT "," OPTIONS ",\"objects\":{},\"token\":\"x\"}", "token" },
		{ "{\"impact\":{\"account_sid\":\"IR1\"}," OPTIONS ",\"objects\":{}}", "impact.program_id" },
		{ "{\"impact\":{\"account_sid\":1,\"program_id\":\"1\"}," OPTIONS ",\"objects\":{}}",
		    "impact.account_sid" },
		{ "{\"impact\":{\"account_sid\":\"a b\",\"program_id\":\"1\"}," OPTIONS ",\"objects\":{}}",
		    "impact.account_sid" },
		{ "{\"impact\":{\"account_sid\":\"a\",\"program_id\":\"1x\"}," OPTIONS ",\"objects\":{}}",
		    "impact.program_id" },
		{ "{" IMPACT ",\"options\":{\"email_hash\":\"md5\"},\"objects\":{}}", "options.email_hash" },
		{ "{" IMPACT ",\"options\":{\"computed_prefix\":1},\"objects\":{}}", "options.computed_prefix" },
		{ "{" IMPACT ",\"options\":{\"event_date\":\"modified\"},\"objects\":{}}", "options.event_date" },
		{ "{" IMPACT ",\"options\":{\"advocate\":\"yes\"},\"objects\":{}}", "options.advocate" },
		{ "{" IMPACT ",\"options\":{\"colour\":1},\"objects\":{}}", "options.colour" },
		{ DEALS("{}", ""), "objects.deals.triggers.0.id" },
		{ DEALS("1", ""), "objects.deals.triggers.0.id" },
		{ DEALS("{\"id\":\"a b\",\"on\":\"created\",\"mode\":\"off\"}", ""), "objects.deals.triggers.0.id" },
		{ DEALS("{\"id\":\"t1\",\"mode\":\"off\"}", ""), "objects.deals.triggers.t1.on" },
		{ DEALS("{\"id\":\"t1\",\"on\":\"deleted\",\"mode\":\"off\"}", ""), "objects.deals.triggers.t1.on" },
		{ DEALS("{\"id\":\"t1\",\"on\":\"changed\",\"mode\":\"off\"}", ""),
		    "objects.deals.triggers.t1.property" },
		{ DEALS("{\"id\":\"t1\",\"on\":\"changed\",\"property\":\"\",\"mode\":\"off\"}", ""),
		    "objects.deals.triggers.t1.property" },
		{ DEALS("{\"id\":\"t1\",\"on\":\"created\",\"property\":\"x\",\"mode\":\"off\"}", ""),
		    "objects.deals.triggers.t1.property" },
		{ DEALS("{\"id\":\"t1\",\"on\":\"created\",\"becomes\":[\"x\"],\"mode\":\"off\"}", ""),
		    "objects.deals.triggers.t1.becomes" },
		{ DEALS("{\"id\":\"t1\",\"on\":\"created\"}", ""), "objects.deals.triggers.t1.mode" },
		{ DEALS("{\"id\":\"t1\",\"on\":\"created\",\"mode\":\"shadow\"}", ""),
		    "objects.deals.triggers.t1.mode" },
		{ DEALS("{\"id\":\"t1\",\"on\":\"created\",\"mode\":\"off\",\"x\":1}", ""),
		    "objects.deals.triggers.t1.x" },
		{ DEALS("{\"id\":\"t1\",\"on\":\"changed\",\"property\":\"p\",\"becomes\":\"x\",\"mode\":\"off\"}", ""),
		    "objects.deals.triggers.t1.becomes" },
		{ DEALS("{\"id\":\"t1\",\"on\":\"created\",\"when\":1,\"mode\":\"off\"}", ""),
		    "objects.deals.triggers.t1.when" },
		{ DEALS("{\"id\":\"t1\",\"on\":\"changed\",\"property\":\"p\",\"becomes\":[1],\"mode\":\"off\"}", ""),
		    "objects.deals.triggers.t1.becomes" },
		{ DEALS(TRIGGER "," TRIGGER, ""), "objects.deals.triggers.1.id" },
		{ DEALS(TRIGGER, "{\"id\":\"t1\",\"field\":\"OrderId\",\"expression\":\"x\"}"),
		    "objects.deals.mapping.0.id" },
		{ DEALS("", "{\"id\":\"m1\",\"expression\":\"x\"}"), "objects.deals.mapping.m1.field" },
		{ DEALS("", "{\"id\":\"m1\",\"field\":\"OrderId\"}"), "objects.deals.mapping.m1.expression" },
		{ DEALS("", "{\"id\":\"m1\",\"field\":\"OrderId\",\"expression\":\"x\",\"when\":1}"),
		    "objects.deals.mapping.m1.when" },
		{ DEALS("", "{\"id\":\"m1\",\"field\":\"OrderId\",\"expression\":\"x\",\"active\":\"yes\"}"),
		    "objects.deals.mapping.m1.active" },
		{ DEALS("", "{\"id\":\"m1\",\"field\":\"OrderId\",\"expression\":\"x\",\"note\":\"y\"}"),
		    "objects.deals.mapping.m1.note" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct parsed p = parse(*state, str_from(rows[i].text));
		bool found = false;

		for (size_t k = 0; k < p.n; k++) {
			assert_true(p.faults[k].message.n > 5);
			found = found || str_eq(p.faults[k].path, str_from(rows[i].path));
		}
		if (!found)
			fail_msg("row %zu: no fault at \"%s\" (%s)", i, rows[i].path, p.e.text);
	}
}

static void
too_much_is_refused(void **state)
{
	struct str head = STR("{" IMPACT "," OPTIONS ",\"objects\":{\"contacts\":" NONE ",\"companies\":" NONE
	                      ",\"deals\":{\"consent\":true,\"mapping\":[],\"triggers\":[");
	char *p = arena_alloc(*state, CONFIG_BYTES_MAX + 2);
	struct parsed d;
	size_t n = head.n;

	memcpy(p, head.p, head.n);
	for (size_t i = 0; i <= CONFIG_TRIGGERS_MAX; i++) {
		struct str t =
		    str_printf(*state, "%s{\"id\":\"t%zu\",\"on\":\"created\",\"mode\":\"off\"}", i > 0 ? "," : "", i);

		memcpy(p + n, t.p, t.n);
		n += t.n;
	}
	memcpy(p + n, "]}}}", 4);
	d = parse(*state, (struct str){ .p = p, .n = n + 4 });
	assert_str(d.faults[0].path, "objects.deals.triggers");
	memset(p, ' ', CONFIG_BYTES_MAX + 1);
	d = parse(*state, (struct str){ .p = p, .n = CONFIG_BYTES_MAX + 1 });
	assert_int_equal(d.n, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_new_tenant_starts_with_everything_off, setup, teardown),
		cmocka_unit_test_setup_teardown(a_whole_document_is_read, setup, teardown),
		cmocka_unit_test_setup_teardown(what_may_be_left_out_has_a_meaning, setup, teardown),
		cmocka_unit_test_setup_teardown(options_say_how_values_are_made, setup, teardown),
		cmocka_unit_test_setup_teardown(each_fault_has_its_path_and_a_sentence, setup, teardown),
		cmocka_unit_test_setup_teardown(too_much_is_refused, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
