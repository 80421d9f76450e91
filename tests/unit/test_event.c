/* What makes two facts one: the event key (design 4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "core/event.h"
#include "lib/answer.h"

static int
setup(void **state)
{
	*state = arena_new((size_t)1 << 20);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static struct event
sample(void)
{
	return (struct event){
		.portal_id = 48975575,
		.kind = EVENT_CHANGED,
		.source = STR("hubspot"),
		.object_type = STR("deals"),
		.object_id = STR("332507367156"),
		.property = STR("dealstage"),
		.value = STR("closedwon"),
		.occurred_ms = 1795219200000,
	};
}

static bool
same_key(struct arena *a, const struct event *x, const struct event *y)
{
	assert_int_equal(event_key(a, x).n, 32);
	return str_eq(event_key(a, x), event_key(a, y));
}

static void
how_we_heard_of_a_fact_does_not_matter(void **state)
{
	struct event a = sample();
	struct event b = sample();

	b.event_id = STR("731756598");
	b.attempt = 7;
	b.subscription_type = STR("object.propertyChange");
	b.change_source = STR("CRM_UI");
	b.source_id = STR("userId:1");
	assert_true(same_key(*state, &a, &b));
}

static void
every_keyed_part_matters(void **state)
{
	struct event e = sample();
	struct event v[11];

	for (size_t i = 0; i < 11; i++)
		v[i] = sample();
	v[0].portal_id++;
	v[1].kind = EVENT_CREATED;
	v[2].source = STR("other");
	v[3].object_type = STR("contacts");
	v[4].object_id = STR("332507367157");
	v[5].to_type = STR("contacts");
	v[6].to_id = STR("1");
	v[7].property = STR("amount");
	v[8].value = STR("closedlost");
	v[9].occurred_ms++;
	/* Parts do not run into each other. */
	v[10].property = STR("dealstageclosed");
	v[10].value = STR("won");
	for (size_t i = 0; i < 11; i++)
		assert_false(same_key(*state, &e, &v[i]));
}

static void
object_types_have_one_name_here(void **state)
{
	static const struct {
		const char *name, *type, *id, *sentence;
	} rows[] = {
		{ "contact", "contacts", "0-1", "contact" },
		{ "CONTACT", "contacts", "0-1", "contact" },
		{ "contacts", "contacts", "0-1", "contact" },
		{ "0-1", "contacts", "0-1", "contact" },
		{ "company", "companies", "0-2", "company" },
		{ "deal", "deals", "0-3", "deal" },
		{ "0-3", "deals", "0-3", "deal" },
		{ "line_item", "line_items", "0-8", "line item" },
		{ "LINE_ITEM", "line_items", "0-8", "line item" },
		{ "ticket", "", "", "" },
		{ "", "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_str(event_object_type(str_from(rows[i].name)), rows[i].type);
		assert_str(event_object_type_id(event_object_type(str_from(rows[i].name))), rows[i].id);
		assert_str(event_object_singular(str_from(rows[i].name)), rows[i].sentence);
	}
}

static void
kinds_are_read_as_they_are_written(void **state)
{
	enum event_kind kind;

	(void)state;
	for (unsigned i = 0; i < EVENT__COUNT; i++) {
		assert_true(event_kind_parse(str_from(event_kind_name((enum event_kind)i)), &kind));
		assert_int_equal(kind, i);
	}
	assert_false(event_kind_parse(STR("Created"), &kind));
	assert_false(event_kind_parse(STR(""), &kind));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(how_we_heard_of_a_fact_does_not_matter, setup, teardown),
		cmocka_unit_test_setup_teardown(every_keyed_part_matters, setup, teardown),
		cmocka_unit_test(object_types_have_one_name_here),
		cmocka_unit_test(kinds_are_read_as_they_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
