/* Rules: what keeps a document from working, what it needs to be read, which trigger answers (I-08, I-09, I-27..I-29). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lang/ruleset.h"
#include "lib/answer.h"
#include "lib/deal.h"
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

#define ROW(id, field, expression) "{\"id\":\"" id "\",\"field\":\"" field "\",\"expression\":\"" expression "\"}"
#define WHEN(id, field, expression, when)                                                                              \
	"{\"id\":\"" id "\",\"field\":\"" field "\",\"expression\":\"" expression "\",\"when\":\"" when "\"}"
#define BASE                                                                                                           \
	ROW("a", "EventTypeCode", "SALE")                                                                              \
	"," ROW("b", "EventDate", "{event.occurredAt}") "," ROW("c", "OrderId", "{hs_object_id}") "," ROW("d",         \
	    "CustomerId", "{contact.hs_object_id}")

static size_t
check(struct arena *a, const char *type, const char *rows, struct config_fault **faults)
{
	struct config_document doc;

	deal_read(a, deal_document(a, type, str_from(rows), ""), &doc);
	return ruleset_check(a, &doc, file_catalogue(a), faults);
}

/* V-07: with Advocate on, a live trigger needs the customer's e-mail address; without it nothing is asked. */
static void
advocate_asks_for_the_email_address(void **state)
{
	static const struct {
		const char *preset, *options;
		size_t faults;
	} rows[] = {
		{ "deals", "", 0 },
		{ "deals", "\"advocate\":false", 0 },
		{ "deals", "\"advocate\":true", 1 },
		{ "deals-advocate", "\"advocate\":true", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config_document doc;
		struct config_fault *faults;
		struct str mapping = deal_preset_rows(*state, rows[i].preset);

		deal_read(*state, deal_document(*state, "deals", mapping, rows[i].options), &doc);
		assert_int_equal(ruleset_check(*state, &doc, file_catalogue(*state), &faults), rows[i].faults);
		if (rows[i].faults > 0) {
			assert_str(faults[0].path, "objects.deals.mapping");
			assert_true(str_starts(faults[0].message, STR("CustomerEmail is required")));
		}
	}
}

/* I-63: the preset can be credited and is complete. */
static void
the_deals_preset_passes(void **state)
{
	struct config_document doc;
	struct config_fault *faults;
	size_t n;

	deal_read(*state, deal_document(*state, "deals", deal_preset_rows(*state, "deals"), ""), &doc);
	assert_int_equal(doc.objects[CONFIG_DEALS].n_rows, 14);
	n = ruleset_check(*state, &doc, file_catalogue(*state), &faults);
	if (n > 0)
		fail_msg(STR_FMT ": " STR_FMT, STR_ARG(faults[0].path), STR_ARG(faults[0].message));
}

/* I-09: a rule with a missing required field cannot be activated. */
static void
each_fault_is_a_sentence_at_its_place(void **state)
{
	static const struct {
		const char *rows, *path, *sentence;
	} rows[] = {
		{ BASE, NULL, NULL },
		{ ROW("a", "EventTypeCode", "SALE") "," ROW("b", "EventDate", "{createdate}") "," ROW("d", "ClickId",
		      "{x}"),
		    "objects.deals.mapping", "OrderId is required and not mapped." },
		{ ROW("a", "EventTypeCode", "SALE") "," ROW("c", "OrderId", "{x}") "," ROW("d", "ClickId", "{x}"),
		    "objects.deals.mapping", "EventDate is required and not mapped." },
		{ ROW("b", "EventDate", "{x}") "," ROW("c", "OrderId", "{x}") "," ROW("d", "ClickId", "{x}"),
		    "objects.deals.mapping",
		    "EventTypeCode is required and not mapped: map EventTypeId, ActionTrackerId or EventTypeCode." },
		{ ROW("a", "EventTypeCode", "SALE") "," ROW("b", "EventDate", "{x}") "," ROW("c", "OrderId", "{x}"),
		    "objects.deals.mapping", "ClickId or CustomerId is required" },
		{ BASE "," ROW("e", "OrderSubTotal", "{amount}"), "objects.deals.mapping",
		    "CurrencyCode is required and not mapped, because OrderSubTotal is an amount." },
		{ BASE "," ROW("e", "ItemName{i}", "{line_item{i}.name}"), "objects.deals.mapping",
		    "ItemSku{i} is required with line items and not mapped." },
		{ BASE "," ROW("e", "Text1", "x") "," ROW("f", "Text1", "y"), "objects.deals.mapping.f.field",
		    "Text1 is mapped twice." },
		{ BASE "," WHEN("e", "Text1", "x", "{a} = 1") "," ROW("f", "Text1", "y"), NULL, NULL },
		{ BASE "," ROW("e", "MediaId", "1") "," ROW("f", "MediaPartnerId", "1"),
		    "objects.deals.mapping.f.field", "MediaId and MediaPartnerId must not be sent together." },
		{ BASE "," ROW("e", "Text1", "{a"), "objects.deals.mapping.e.expression", "Text1: column 1: " },
		{ BASE "," WHEN("e", "Text1", "x", "{a} is"), "objects.deals.mapping.e.when",
		    "Text1: column 5 of the condition: " },
		{ BASE "," ROW("e", "Text99", "x"), "objects.deals.mapping.e.field",
		    "\"Text99\" is no field of impact.com." },
		{ BASE "," ROW("e", "ItemSku3", "x"), "objects.deals.mapping.e.field", "\"ItemSku3\" is no field" },
		{ BASE "," ROW("e", "CampaignId", "7"), "objects.deals.mapping.e.field",
		    "CampaignId cannot be mapped." },
		{ BASE "," ROW("e", "Text1", "{line_item{i}.name}"), "objects.deals.mapping.e.expression",
		    "Text1: a line item's value needs a field with {i}" },
		{ BASE "," ROW("e", "Text1", "{line_item1.name}"), NULL, NULL },
		{ BASE "," ROW("e", "Text1", "{closedate|date:%Y,Mars/Olympus}"), "objects.deals.mapping.e.expression",
		    "Text1: column 12: date needs a time zone such as Europe/Berlin: there is no time zone "
		    "\"Mars/Olympus\"" },
		{ BASE "," ROW("e", "Date1", "{closedate|date:%Y-%m-%d %H:%M,US/Eastern}"),
		    "objects.deals.mapping.e.expression", "Date1: a date in a time zone of its own needs its offset" },
		{ BASE "," ROW("e", "Date1", "{closedate|date:%Y-%m-%dT%H:%M%z,US/Eastern}"), NULL, NULL },
		{ BASE "," ROW("e", "Text1", "{closedate|date:%Y-%m-%d %H:%M,US/Eastern}"), NULL, NULL },
		{ BASE "," ROW("e", "Text1", "{line_itemx.name}"), "objects.deals.mapping.e.expression",
		    "A line item is" },
		{ BASE "," ROW("e", "Text1", "{ticket.name}"), "objects.deals.mapping.e.expression",
		    "There is no field" },
		{ BASE "," ROW("e", "Text1", "{event.colour}"), "objects.deals.mapping.e.expression",
		    "There is no field" },
		{ BASE "," ROW("e", "Text1", "{contact.}"), "objects.deals.mapping.e.expression",
		    "\"contact.\" names no" },
		{ BASE "," ROW("e", "Text1", "{contact_[lead_status]_id}"), "objects.deals.mapping.e.expression",
		    "contact_[lead_status]_id is a field of contacts only." },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config_fault *f;
		size_t n = check(*state, "deals", rows[i].rows, &f);
		bool found = false;

		if (rows[i].path == NULL && n > 0)
			fail_msg("row %zu: " STR_FMT, i, STR_ARG(f[0].message));
		for (size_t k = 0; k < n; k++)
			found = found || (str_eq(f[k].path, str_from(rows[i].path)) &&
			                     str_starts(f[k].message, str_from(rows[i].sentence)));
		if (rows[i].path != NULL && !found)
			fail_msg("row %zu: " STR_FMT " " STR_FMT, i, STR_ARG(n > 0 ? f[0].path : STR("none")),
			    STR_ARG(n > 0 ? f[0].message : STR("")));
		arena_reset(*state);
	}
}

static void
line_items_belong_to_deals(void **state)
{
	struct config_fault *f;
	size_t n = check(*state, "contacts", ROW("e", "ItemSku{i}", "x"), &f);

	assert_true(n > 0);
	assert_str(f[0].message, "ItemSku{i}: line items belong to deals only.");
}

/* I-09: a required field whose expression or condition is faulty is told once, where it is faulty, and not as missing. */
static void
a_faulty_required_row_is_not_missing(void **state)
{
	static const struct {
		const char *row, *path;
	} rows[] = {
		{ ROW("c", "OrderId", "{hs_object_id|nosuch}"), "objects.deals.mapping.c.expression" },
		{ WHEN("c", "OrderId", "{hs_object_id}", "{amount} >"), "objects.deals.mapping.c.when" },
		{ ROW("c", "OrderId", "{line_item{i}.name}"), "objects.deals.mapping.c.expression" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config_fault *faults;
		struct str text = str_printf(*state, "%s,%s",
		    ROW("a", "EventTypeCode", "SALE") "," ROW("b", "EventDate", "{event.occurredAt}") "," ROW("d",
		        "CustomerId", "{contact.hs_object_id}"),
		    rows[i].row);

		assert_int_equal(check(*state, "deals", text.p, &faults), 1);
		assert_str(faults[0].path, rows[i].path);
	}
}

static void
without_a_live_trigger_nothing_is_required(void **state)
{
	struct config_document doc;
	struct config_fault *faults;

	deal_read(*state, config_document_empty(*state), &doc);
	assert_int_equal(ruleset_check(*state, &doc, file_catalogue(*state), &faults), 0);
}

static bool
holds(const struct str *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(names[i], str_from(name)))
			return true;
	}
	return false;
}

static void
what_has_to_be_read_is_known(void **state)
{
	struct deal *d = deal_new(*state, 0);
	const struct ruleset_object *o = d->in.object;

	assert_true(o->needs_contact && o->needs_items && o->needs_account && !o->needs_company);
	/* computed fields are replaced by their property, and asked for once */
	assert_int_equal(o->n_properties, 6);
	assert_true(holds(o->properties, o->n_properties, "dealstage"));
	assert_true(holds(o->properties, o->n_properties, "hs_lastmodifieddate"));
	assert_true(holds(o->properties, o->n_properties, "deal_currency_code"));
	assert_false(holds(o->properties, o->n_properties, "deal_[stage]_id"));
	/* C-16 needs the click id and the creation date to choose a contact */
	assert_true(holds(o->contact_properties, o->n_contact_properties, "custom_impact_click_id"));
	assert_true(holds(o->contact_properties, o->n_contact_properties, "createdate"));
	assert_true(holds(o->contact_properties, o->n_contact_properties, "hs_object_id"));
	assert_int_equal(o->n_contact_properties, 3);
	assert_int_equal(o->n_item_properties, 4);
}

/* C-03 */
static void
both_names_of_the_modification_date_are_the_objects_own(void **state)
{
	static const char *const types[] = { "contacts", "companies", "deals" };
	static const char *const own[] = { "lastmodifieddate", "hs_lastmodifieddate", "hs_lastmodifieddate" };

	for (size_t i = 0; i < 3; i++) {
		struct config_document doc;
		struct ruleset rules;
		struct config_fault *faults;
		const struct ruleset_object *o;
		size_t n;

		deal_read(*state,
		    deal_document(*state, types[i],
		        STR(ROW("a", "EventDate", "{lastmodifieddate}") "," ROW("b", "Date1",
		            "{hs_lastmodifieddate}") "," ROW("c", "Date2", "{contact.hs_lastmodifieddate}")),
		        ""),
		    &doc);
		ruleset_compile(*state, &doc, file_catalogue(*state), &rules, &faults, &n);
		assert_int_equal(n, 0);
		o = ruleset_object(&rules, str_from(types[i]));
		assert_int_equal(o->n_properties, 1);
		assert_str(o->properties[0], own[i]);
		assert_int_equal(o->needs_contact, i != 0);
		if (i != 0)
			assert_str(o->contact_properties[0], "lastmodifieddate");
	}
}

#define T(id, on, property, becomes, mode)                                                                             \
	"{\"id\":\"" id "\",\"on\":\"" on "\"" property ",\"becomes\":[" becomes "],\"mode\":\"" mode "\"}"
#define P(name) ",\"property\":\"" name "\""

static enum ruleset_match
match(struct arena *a, const char *consent, const char *triggers, const struct event *ev,
    const struct config_trigger **trigger)
{
	struct ruleset *rules = arena_alloc(a, sizeof(*rules));
	struct config_fault *faults;
	struct config_document doc;
	size_t n;

	deal_read(a,
	    str_printf(a,
	        "{\"impact\":{\"account_sid\":\"\",\"program_id\":\"\"},\"options\":{},\"objects\":{"
	        "\"contacts\":{\"consent\":true,\"triggers\":[],\"mapping\":[]},"
	        "\"companies\":{\"consent\":true,\"triggers\":[],\"mapping\":[]},"
	        "\"deals\":{\"consent\":%s,\"triggers\":[%s],\"mapping\":[]}}}",
	        consent, triggers),
	    &doc);
	ruleset_compile(a, &doc, file_catalogue(a), rules, &faults, &n);
	return ruleset_match_event(rules, ev, trigger);
}

/* I-08, I-27, I-28, I-29: created, changed, any of several, only some values, switched off, no consent. */
static void
the_best_trigger_answers_for_an_event(void **state)
{
	static const struct {
		const char *consent, *triggers;
		enum event_kind kind;
		enum ruleset_match want;
		const char *id;
	} rows[] = {
		{ "true", "", EVENT_CHANGED, RULESET_NOT_CONCERNED, NULL },
		{ "true", T("a", "changed", P("dealstage"), "", "live"), EVENT_CHANGED, RULESET_MATCHED, "a" },
		{ "true", T("a", "changed", P("dealstage"), "\"x\",\"closedwon\"", "live"), EVENT_CHANGED,
		    RULESET_MATCHED, "a" },
		{ "true", T("a", "changed", P("dealstage"), "\"x\"", "live"), EVENT_CHANGED, RULESET_OTHER_VALUE, "a" },
		{ "true", T("a", "changed", P("dealstage"), "", "off"), EVENT_CHANGED, RULESET_OFF, "a" },
		{ "false", T("a", "changed", P("dealstage"), "", "live"), EVENT_CHANGED, RULESET_NO_CONSENT, "a" },
		{ "false", T("a", "changed", P("dealstage"), "", "off"), EVENT_CHANGED, RULESET_OFF, "a" },
		{ "true", T("a", "changed", P("amount"), "", "live"), EVENT_CHANGED, RULESET_NOT_CONCERNED, NULL },
		{ "true", T("a", "created", "", "", "live"), EVENT_CHANGED, RULESET_NOT_CONCERNED, NULL },
		{ "true", T("a", "created", "", "", "live"), EVENT_CREATED, RULESET_MATCHED, "a" },
		{ "true", T("a", "changed", P("dealstage"), "", "live"), EVENT_CREATED, RULESET_NOT_CONCERNED, NULL },
		{ "true", T("a", "created", "", "", "live"), EVENT_DELETED, RULESET_NOT_CONCERNED, NULL },
		{ "true",
		    T("a", "changed", P("dealname"), "", "live") "," T("b", "changed", P("dealstage"), "", "live"),
		    EVENT_CHANGED, RULESET_MATCHED, "b" },
		{ "true",
		    T("a", "changed", P("dealstage"), "\"x\"", "live") "," T("b", "changed", P("dealstage"), "",
		        "off") "," T("c", "changed", P("dealstage"), "\"closedwon\"", "live"),
		    EVENT_CHANGED, RULESET_MATCHED, "c" },
		{ "true",
		    T("a", "changed", P("dealstage"), "\"x\"", "live") "," T("b", "changed", P("dealstage"), "", "off"),
		    EVENT_CHANGED, RULESET_OFF, "b" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct event ev = { .kind = rows[i].kind,
			.object_type = STR("deals"),
			.object_id = STR("1"),
			.property = rows[i].kind == EVENT_CHANGED ? STR("dealstage") : STR(""),
			.value = rows[i].kind == EVENT_CHANGED ? STR("closedwon") : STR("") };
		const struct config_trigger *t;

		if (match(*state, rows[i].consent, rows[i].triggers, &ev, &t) != rows[i].want)
			fail_msg("row %zu", i);
		assert_int_equal(t == NULL, rows[i].id == NULL);
		if (t != NULL)
			assert_str(t->id, rows[i].id);
	}
}

/* A deal's triggers with conditions; the Deals preset's rows are the mapping. */
static struct str
with_triggers(struct arena *a, const char *triggers)
{
	return str_printf(a,
	    "{\"impact\":{\"account_sid\":\"IR1\",\"program_id\":\"1000\"},\"options\":{},\"objects\":{"
	    "\"contacts\":{\"consent\":true,\"triggers\":[],\"mapping\":[]},"
	    "\"companies\":{\"consent\":true,\"triggers\":[],\"mapping\":[]},"
	    "\"deals\":{\"consent\":true,\"triggers\":[%s],\"mapping\":[" BASE "]}}}",
	    triggers);
}

#define WHEN_T(id, when, mode)                                                                                         \
	"{\"id\":\"" id "\",\"on\":\"changed\",\"property\":\"dealstage\",\"when\":\"" when "\",\"mode\":\"" mode "\"" \
	"}"

/* The condition of a trigger is checked before saving, at its place, with the column. */
static void
a_triggers_condition_is_checked(void **state)
{
	static const struct {
		const char *triggers, *sentence;
	} rows[] = {
		{ WHEN_T("t1", "", "live"), NULL },
		{ WHEN_T("t1", "{amount} > 100 and {contact.country} in US,CA", "live"), NULL },
		{ WHEN_T("t1", "{line_item1.quantity} >= 2", "live"), NULL },
		{ WHEN_T("t1", "{amount} about 100", "live"),
		    "The condition, column 10: a comparison is needed here: =, !=, >" },
		{ WHEN_T("t1", "{amount", "off"), "The condition, column 1: " },
		{ WHEN_T("t1", "{ticket.name} = x", "live"), "There is no field \"ticket.name\"." },
		{ WHEN_T("t1", "{ticket.name} = x", "off"), NULL },
		{ WHEN_T("t1", "{line_item{i}.quantity} > 2", "live"), "A trigger's condition reads one line item" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config_document doc;
		struct config_fault *f;
		size_t n;

		deal_read(*state, with_triggers(*state, rows[i].triggers), &doc);
		n = ruleset_check(*state, &doc, file_catalogue(*state), &f);
		if (n != (rows[i].sentence == NULL ? 0 : 1))
			fail_msg("row %zu: %zu faults", i, n);
		if (n == 0)
			continue;
		assert_str(f[0].path, "objects.deals.triggers.t1.when");
		if (!str_starts(f[0].message, str_from(rows[i].sentence)))
			fail_msg("row %zu: " STR_FMT, i, STR_ARG(f[0].message));
	}
}

/* What a live trigger's condition reads has to be read; what is off costs nothing. */
static void
a_triggers_condition_is_read_too(void **state)
{
	struct config_document doc;
	struct ruleset rules;
	struct config_fault *faults;
	const struct ruleset_object *o;
	size_t n;

	deal_read(*state,
	    with_triggers(*state,
	        WHEN_T("t1", "{dealtype} = newbusiness and {company.name} is not empty", "live") "," WHEN_T("t2",
	            "{pipeline} = default and {line_item1.name} = x", "off")),
	    &doc);
	ruleset_compile(*state, &doc, file_catalogue(*state), &rules, &faults, &n);
	assert_int_equal(n, 0);
	o = ruleset_object(&rules, STR("deals"));
	assert_true(holds(o->properties, o->n_properties, "dealtype"));
	assert_true(holds(o->company_properties, o->n_company_properties, "name"));
	assert_true(o->needs_company);
	assert_false(holds(o->properties, o->n_properties, "pipeline"));
	assert_false(o->needs_items);
}

/* I-29 with conditions: any trigger whose condition holds is enough; none is a reason, told in words. */
static void
any_trigger_whose_condition_holds_is_enough(void **state)
{
	static const struct {
		const char *triggers;
		bool contact;
		enum build_wanted want;
		const char *id, *code, *message;
	} rows[] = {
		{ WHEN_T("t1", "", "live"), true, BUILD_WANTED, "t1", "", "" },
		{ WHEN_T("t1", "{amount} > 1000", "live"), true, BUILD_WANTED, "t1", "", "" },
		{ WHEN_T("t1", "{amount} > 2000", "live"), true, BUILD_NOT_WANTED, "t1", "condition",
		    "The condition is {amount} > 2000." },
		{ WHEN_T("t1", "{amount} > 2000", "live") "," WHEN_T("t2", "{amount} < 2000", "live"), true,
		    BUILD_WANTED, "t2", "", "" },
		{ WHEN_T("t1", "{amount} > 2000", "live") "," WHEN_T("t2", "", "off"), true, BUILD_NOT_WANTED, "t1",
		    "condition", "The condition is {amount} > 2000." },
		/* the event's own value, though the deal has moved on */
		{ WHEN_T("t1", "{dealstage} = closedwon", "live"), true, BUILD_WANTED, "t1", "", "" },
		{ WHEN_T("t1", "{dealname} > 5", "live"), true, BUILD_FAILED, "t1", "condition_failed",
		    "What is wrong: the condition on {dealname}: the value is no number." },
		{ WHEN_T("t1", "{dealname} > 5", "live") "," WHEN_T("t2", "", "live"), true, BUILD_WANTED, "t2", "",
		    "" },
		{ WHEN_T("t1", "{contact.country} = US", "live"), false, BUILD_NO_CONTACT, "t1", "no_contact",
		    "The condition of the trigger reads the contact, and there is none yet." },
		{ WHEN_T("t1", "{contact.country} = US", "live") "," WHEN_T("t2", "{dealname} = Acme", "live"), false,
		    BUILD_WANTED, "t2", "", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct deal *d = deal_new(*state, 0);
		struct config_fault *faults;
		struct catalogue_fault why;
		const struct config_trigger *t;
		size_t n;

		deal_read(*state, with_triggers(*state, rows[i].triggers), &d->document);
		ruleset_compile(*state, &d->document, d->catalogue, &d->rules, &faults, &n);
		assert_int_equal(n, 0);
		if (!rows[i].contact)
			d->in.contact = (struct build_record){ 0 };
		if (build_wanted(*state, &d->in, &t, &why) != rows[i].want)
			fail_msg("row %zu: " STR_FMT, i, STR_ARG(why.message));
		assert_str(t->id, rows[i].id);
		assert_str(why.code, rows[i].code);
		assert_str(why.message, rows[i].message);
		assert_int_equal(why.missing, rows[i].want == BUILD_NO_CONTACT);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(advocate_asks_for_the_email_address, setup, teardown),
		cmocka_unit_test_setup_teardown(the_deals_preset_passes, setup, teardown),
		cmocka_unit_test_setup_teardown(each_fault_is_a_sentence_at_its_place, setup, teardown),
		cmocka_unit_test_setup_teardown(line_items_belong_to_deals, setup, teardown),
		cmocka_unit_test_setup_teardown(a_faulty_required_row_is_not_missing, setup, teardown),
		cmocka_unit_test_setup_teardown(without_a_live_trigger_nothing_is_required, setup, teardown),
		cmocka_unit_test_setup_teardown(what_has_to_be_read_is_known, setup, teardown),
		cmocka_unit_test_setup_teardown(both_names_of_the_modification_date_are_the_objects_own, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(the_best_trigger_answers_for_an_event, setup, teardown),
		cmocka_unit_test_setup_teardown(a_triggers_condition_is_checked, setup, teardown),
		cmocka_unit_test_setup_teardown(a_triggers_condition_is_read_too, setup, teardown),
		cmocka_unit_test_setup_teardown(any_trigger_whose_condition_holds_is_enough, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
