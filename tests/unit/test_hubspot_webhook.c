/* HubSpot's webhook bodies as events (hubspot.md 2.3; F-043, F-044, F-053, F-055, F-056). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "lib/answer.h"
#include "remote/hubspot_webhook.h"

#define NOW_MS INT64_C(1795219200000)
#define COMMON "\"eventId\":1,\"subscriptionId\":2,\"portalId\":62515,\"appId\":54321,\"attemptNumber\":0"
#define AT     "\"occurredAt\":1795219200000"

static struct arena *arena;

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new(64 << 20);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static size_t
read_items(const char *body, struct hubspot_webhook_item **items)
{
	struct err e = { 0 };
	size_t n = 0;

	if (!hubspot_webhook_read(arena, str_from(body), NOW_MS, 0, items, &n, &e))
		fail_msg("%s: %s", body, e.text);
	return n;
}

/* Exactly one item, an event. */
static struct event
read_one(const char *body)
{
	struct hubspot_webhook_item *items = NULL;

	assert_int_equal(read_items(body, &items), 1);
	if (!items[0].ok)
		fail_msg("%s: " STR_FMT, body, STR_ARG(items[0].reason));
	assert_false(items[0].ignore);
	assert_str(items[0].event.source, "hubspot");
	return items[0].event;
}

/* What is kept for people only is cut to what its column holds: it must not cost the event (sql/: event). */
static void
members_longer_than_their_column_are_cut(void **state)
{
	static const char body[] = "[{\"eventId\":\"%060d\",\"subscriptionId\":2,\"portalId\":62515,\"appId\":54321,"
	                           "\"attemptNumber\":99999999999,"
	                           "\"subscriptionType\":\"deal.creation\",\"objectId\":301," AT
	                           ",\"changeSource\":\"%0300d\",\"sourceId\":\"%0300d\"}]";
	struct event ev = read_one(str_c(arena, str_printf(arena, body, 1, 1, 1)));

	(void)state;
	assert_int_equal(ev.event_id.n, 32);
	assert_int_equal(ev.change_source.n, 64);
	assert_int_equal(ev.source_id.n, 64);
	assert_int_equal(ev.attempt, 0);
}

/* What is part of the fact is not cut: such an element goes to quarantine, whole. */
static void
a_name_longer_than_its_column_is_a_fault_of_the_element(void **state)
{
	struct hubspot_webhook_item *items = NULL;
	const char *body =
	    str_c(arena, str_printf(arena,
	                     "[{" COMMON ",\"subscriptionType\":\"deal.propertyChange\",\"objectId\":301," AT
	                     ",\"propertyName\":\"%0200d\",\"propertyValue\":\"x\"},"
	                     "{" COMMON ",\"subscriptionType\":\"deal.%0100d\",\"objectId\":301," AT "}]",
	                     1, 1));

	(void)state;
	assert_int_equal(read_items(body, &items), 2);
	for (size_t i = 0; i < 2; i++)
		assert_true(!items[i].ok && !items[i].ignore);
}

/* The captured bodies of hubspot.md 2.3, as they came. */
static void
a_classic_property_change_is_read(void **state)
{
	struct event ev =
	    read_one("[{\"eventId\":3995000001,\"subscriptionId\":6547123,\"portalId\":48975575,\"appId\":39522895,"
	             "\"occurredAt\":1782371972438,\"subscriptionType\":\"deal.propertyChange\",\"attemptNumber\":3,"
	             "\"objectId\":332507367156,\"propertyName\":\"amount\",\"propertyValue\":\"2000\","
	             "\"changeSource\":\"INTEGRATION\",\"sourceId\":\"39522895\"}]");

	(void)state;
	assert_int_equal(ev.kind, EVENT_CHANGED);
	assert_int_equal(ev.portal_id, 48975575);
	assert_str(ev.object_type, "deals");
	assert_str(ev.object_id, "332507367156");
	assert_str(ev.property, "amount");
	assert_str(ev.value, "2000");
	assert_str(ev.to_type, "");
	assert_str(ev.to_id, "");
	assert_int_equal(ev.occurred_ms, INT64_C(1782371972438));
	assert_str(ev.event_id, "3995000001");
	assert_str(ev.subscription_type, "deal.propertyChange");
	assert_str(ev.change_source, "INTEGRATION");
	assert_str(ev.source_id, "39522895");
	assert_int_equal(ev.attempt, 3);
}

static void
a_generic_property_change_is_read_by_its_type_id(void **state)
{
	struct event ev =
	    read_one("[{\"eventId\":1765889350,\"subscriptionId\":7662269,\"portalId\":247279312,\"appId\":51879189,"
	             "\"occurredAt\":1788597072520,\"subscriptionType\":\"object.propertyChange\",\"attemptNumber\":0,"
	             "\"objectId\":546500061938,\"objectTypeId\":\"0-1\",\"propertyName\":\"email\",\"propertyValue\":"
	             "\"x@example.com\","
	             "\"changeSource\":\"CRM_UI\",\"sourceId\":\"userId:98499705\",\"isSensitive\":false}]");

	(void)state;
	assert_int_equal(ev.kind, EVENT_CHANGED);
	assert_str(ev.object_type, "contacts");
	assert_str(ev.object_id, "546500061938");
	assert_str(ev.value, "x@example.com");
}

static void
classic_and_generic_bodies_of_one_change_have_one_key(void **state)
{
	struct event classic =
	    read_one("[{" COMMON "," AT ",\"subscriptionType\":\"deal.propertyChange\",\"objectId\":7,"
	             "\"propertyName\":\"amount\",\"propertyValue\":\"1\"}]");
	struct event generic =
	    read_one("[{\"eventId\":\"99\",\"portalId\":62515,\"appId\":54321,\"attemptNumber\":4," AT
	             ",\"subscriptionType\":\"object.propertyChange\",\"objectTypeId\":\"0-3\",\"objectId\":\"7\","
	             "\"propertyName\":\"amount\",\"propertyValue\":\"1\",\"isSensitive\":false}]");

	(void)state;
	assert_true(str_eq(event_key(arena, &classic), event_key(arena, &generic)));
}

static void
each_kind_and_record_type_is_read(void **state)
{
	static const struct {
		const char *type, *type_id;
		enum event_kind kind;
		const char *object_type;
	} rows[] = {
		{ "contact.creation", "", EVENT_CREATED, "contacts" },
		{ "company.creation", "", EVENT_CREATED, "companies" },
		{ "deal.creation", "", EVENT_CREATED, "deals" },
		{ "line_item.creation", "", EVENT_CREATED, "line_items" },
		{ "contact.deletion", "", EVENT_DELETED, "contacts" },
		{ "contact.privacyDeletion", "", EVENT_PRIVACY_DELETED, "contacts" },
		{ "deal.restore", "", EVENT_RESTORED, "deals" },
		{ "object.creation", "0-1", EVENT_CREATED, "contacts" },
		{ "object.creation", "0-2", EVENT_CREATED, "companies" },
		{ "object.deletion", "0-3", EVENT_DELETED, "deals" },
		{ "object.restore", "0-8", EVENT_RESTORED, "line_items" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str body = str_printf(arena,
		    "[{" COMMON "," AT ",\"subscriptionType\":\"%s\",\"objectTypeId\":\"%s\",\"objectId\":101}]",
		    rows[i].type, rows[i].type_id);
		struct event ev = read_one(str_c(arena, body));

		assert_int_equal(ev.kind, rows[i].kind);
		assert_str(ev.object_type, rows[i].object_type);
		assert_str(ev.object_id, "101");
		assert_str(ev.property, "");
	}
}

static void
a_cleared_property_is_an_empty_value(void **state)
{
	static const char *const values[] = { ",\"propertyValue\":\"\"", ",\"propertyValue\":null", "" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct str body = str_printf(arena,
		    "[{" COMMON "," AT
		    ",\"subscriptionType\":\"deal.propertyChange\",\"objectId\":7,\"propertyName\":\"x\"%s}]",
		    values[i]);

		assert_str(read_one(str_c(arena, body)).value, "");
	}
}

static void
a_value_is_kept_byte_for_byte(void **state)
{
	struct event ev =
	    read_one("[{" COMMON "," AT ",\"subscriptionType\":\"deal.propertyChange\",\"objectId\":7,"
	             "\"propertyName\":\"x\",\"propertyValue\":\"  \\u00fc, \\\"] ,{ \\ud83d\\ude00 \"}]");

	(void)state;
	assert_str(ev.value, "  \xc3\xbc, \"] ,{ \xf0\x9f\x98\x80 ");
}

static void
a_merge_gives_one_event_per_loser(void **state)
{
	struct hubspot_webhook_item *items = NULL;
	size_t n = read_items("[{" COMMON "," AT ",\"subscriptionType\":\"contact.merge\",\"objectId\":101,"
	                      "\"primaryObjectId\":101,\"mergedObjectIds\":[102,\"103\",102],\"newObjectId\":205}]",
	    &items);
	static const char *const losers[] = { "102", "103", "101" };

	(void)state;
	/* The new id replaces the primary one too. */
	assert_int_equal(n, 3);
	for (size_t i = 0; i < n; i++) {
		assert_true(items[i].ok);
		assert_int_equal(items[i].event.kind, EVENT_MERGED);
		assert_str(items[i].event.object_type, "contacts");
		assert_str(items[i].event.object_id, "205");
		assert_str(items[i].event.to_type, "contacts");
		assert_str(items[i].event.to_id, losers[i]);
	}
}

static void
a_merge_that_keeps_the_primary_id_has_the_merged_records_as_losers(void **state)
{
	static const char *const survivors[] = {
		"\"objectId\":101,\"primaryObjectId\":101,\"newObjectId\":101",
		"\"objectId\":101,\"primaryObjectId\":101",
		"\"objectId\":101",
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct event ev = read_one(str_c(arena,
		    str_printf(arena,
		        "[{" COMMON "," AT ",\"subscriptionType\":\"object.merge\",\"objectTypeId\":\"0-2\",%s,"
		        "\"mergedObjectIds\":[102]}]",
		        survivors[i])));

		assert_str(ev.object_type, "companies");
		assert_str(ev.object_id, "101");
		assert_str(ev.to_id, "102");
	}
}

static void
associations_are_read_in_both_forms(void **state)
{
	static const struct {
		const char *members;
		enum event_kind kind;
		const char *from, *to;
	} rows[] = {
		{ "\"subscriptionType\":\"deal.associationChange\",\"associationType\":\"DEAL_TO_LINE_ITEM\","
		  "\"associationRemoved\":false",
		    EVENT_ASSOCIATED, "deals", "line_items" },
		{ "\"subscriptionType\":\"line_item.associationChange\",\"associationType\":\"LINE_ITEM_TO_DEAL\","
		  "\"associationRemoved\":true",
		    EVENT_DISSOCIATED, "line_items", "deals" },
		{ "\"subscriptionType\":\"contact.associationChange\",\"associationType\":\"CONTACT_TO_CONTACT\"",
		    EVENT_ASSOCIATED, "contacts", "contacts" },
		{ "\"subscriptionType\":\"object.associationChange\",\"fromObjectTypeId\":\"0-3\",\"toObjectTypeId\":"
		  "\"0-1\","
		  "\"associationTypeId\":3,\"associationCategory\":\"HUBSPOT_DEFINED\",\"associationRemoved\":false",
		    EVENT_ASSOCIATED, "deals", "contacts" },
		{ "\"subscriptionType\":\"object.associationChange\",\"fromObjectTypeId\":\"0-2\",\"toObjectTypeId\":"
		  "\"0-3\","
		  "\"associationRemoved\":\"true\",\"isPrimaryAssociation\":true",
		    EVENT_DISSOCIATED, "companies", "deals" },
		{ "\"subscriptionType\":\"object.associationChange\",\"associationType\":\"DEAL_TO_CONTACT\"",
		    EVENT_ASSOCIATED, "deals", "contacts" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct event ev = read_one(
		    str_c(arena, str_printf(arena,
		                     "[{" COMMON "," AT ",%s,\"fromObjectId\":64058987777,\"toObjectId\":58061514894}]",
		                     rows[i].members)));

		assert_int_equal(ev.kind, rows[i].kind);
		assert_str(ev.object_type, rows[i].from);
		assert_str(ev.object_id, "64058987777");
		assert_str(ev.to_type, rows[i].to);
		assert_str(ev.to_id, "58061514894");
	}
}

static void
the_test_button_sends_ordinary_events(void **state)
{
	struct event ev = read_one("[{" COMMON "," AT ",\"subscriptionType\":\"contact.creation\",\"objectId\":123,"
	                           "\"changeFlag\":\"NEW\",\"changeSource\":\"CRM\"}]");

	(void)state;
	assert_str(ev.object_id, "123");
	assert_int_equal(ev.kind, EVENT_CREATED);
}

/* F-056: what we do not use, or do not know yet, is counted and dropped, not quarantined. */
static void
types_that_are_not_used_are_ignored(void **state)
{
	static const char *const rows[] = {
		"\"subscriptionType\":\"conversation.newMessage\",\"objectId\":1,\"messageId\":\"m\"",
		"\"subscriptionType\":\"conversation.creation\",\"objectId\":1",
		"\"subscriptionType\":\"ticket.propertyChange\",\"objectId\":1",
		"\"subscriptionType\":\"ticket.creation\",\"objectId\":1",
		"\"subscriptionType\":\"product.merge\",\"objectId\":1",
		"\"subscriptionType\":\"event.completed\"",
		"\"subscriptionType\":\"app.uninstalled\"",
		"\"subscriptionType\":\"lifecycle\"",
		"\"subscriptionType\":\"object.creation\",\"objectTypeId\":\"2-4711\",\"objectId\":1",
		"\"subscriptionType\":\"object.somethingNew\",\"objectTypeId\":\"0-1\",\"objectId\":1",
		"\"subscriptionType\":\"deal.associationChange\",\"associationType\":\"DEAL_TO_TICKET\","
		"\"fromObjectId\":1,"
		"\"toObjectId\":2",
		"\"subscriptionType\":\"object.associationChange\",\"fromObjectTypeId\":\"0-3\",\"toObjectTypeId\":\"0-"
		"5\","
		"\"fromObjectId\":1,\"toObjectId\":2",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hubspot_webhook_item *items = NULL;
		struct str body = str_printf(arena, "[{" COMMON "," AT ",%s}]", rows[i]);

		assert_int_equal(read_items(str_c(arena, body), &items), 1);
		if (items[0].ok || !items[0].ignore)
			fail_msg("%s", rows[i]);
		assert_int_equal(items[0].event.portal_id, 62515);
	}
}

#define CREATED "\"subscriptionType\":\"deal.creation\""

/* F-053, F-055, F-056: each is a fault of its own item, with a reason. */
static void
faulty_elements_say_why(void **state)
{
	static const struct {
		const char *element, *reason;
	} rows[] = {
		{ "1", "object" },
		{ "null", "object" },
		{ "\"x\"", "object" },
		{ "[]", "object" },
		{ "{}", "portalId" },
		{ "{nonsense}", "JSON" },
		{ "{\"a\":1,}", "JSON" },
		{ "{'a':1}", "JSON" },
		{ "{\"portalId\":1,\"portalId\":2}", "JSON" },
		{ "{\"portalId\":NaN}", "JSON" },
		{ "{\"x\":\"\\ud800\"}", "JSON" },
		{ "{\"x\":\"\\u0000\"}", "JSON" },
		{ "{\"x\":\"\xc0\xaf\"}", "JSON" },
		{ "{\"x\":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}", "JSON" },
		{ "{" AT "," CREATED ",\"objectId\":1}", "portalId" },
		{ "{\"portalId\":0," AT "," CREATED ",\"objectId\":1}", "portalId" },
		{ "{\"portalId\":-62515," AT "," CREATED ",\"objectId\":1}", "portalId" },
		{ "{\"portalId\":62515.5," AT "," CREATED ",\"objectId\":1}", "portalId" },
		{ "{\"portalId\":true," AT "," CREATED ",\"objectId\":1}", "portalId" },
		{ "{" COMMON "," AT ",\"objectId\":1}", "subscriptionType" },
		{ "{" COMMON "," CREATED ",\"objectId\":1}", "occurredAt" },
		{ "{" COMMON ",\"occurredAt\":\"soon\"," CREATED ",\"objectId\":1}", "occurredAt" },
		{ "{" COMMON ",\"occurredAt\":1795219200," CREATED ",\"objectId\":1}", "occurredAt" },
		{ "{" COMMON ",\"occurredAt\":-1," CREATED ",\"objectId\":1}", "occurredAt" },
		{ "{" COMMON ",\"occurredAt\":1e400," CREATED ",\"objectId\":1}", "occurredAt" },
		{ "{" COMMON ",\"occurredAt\":1795305600001," CREATED ",\"objectId\":1}", "a day ahead" },
		{ "{" COMMON "," AT "," CREATED "}", "objectId" },
		{ "{" COMMON "," AT "," CREATED ",\"objectId\":null}", "objectId" },
		{ "{" COMMON "," AT "," CREATED ",\"objectId\":0}", "objectId" },
		{ "{" COMMON "," AT "," CREATED ",\"objectId\":-1}", "objectId" },
		{ "{" COMMON "," AT "," CREATED ",\"objectId\":1.5}", "objectId" },
		{ "{" COMMON "," AT "," CREATED ",\"objectId\":1e3}", "objectId" },
		{ "{" COMMON "," AT "," CREATED ",\"objectId\":9223372036854775808}", "JSON" },
		{ "{" COMMON "," AT "," CREATED ",\"objectId\":18446744073709551615}", "JSON" },
		{ "{" COMMON "," AT "," CREATED ",\"objectId\":18446744073709551617}", "JSON" },
		{ "{" COMMON "," AT "," CREATED ",\"objectId\":\"12abc\"}", "objectId" },
		{ "{" COMMON "," AT "," CREATED ",\"objectId\":{}}", "objectId" },
		{ "{" COMMON "," AT ",\"subscriptionType\":\"object.creation\",\"objectId\":1}", "objectTypeId" },
		{ "{" COMMON "," AT ",\"subscriptionType\":\"deal.propertyChange\",\"objectId\":1}", "propertyName" },
		{ "{" COMMON "," AT
		  ",\"subscriptionType\":\"deal.propertyChange\",\"objectId\":1,\"propertyName\":\"x\","
		  "\"propertyValue\":{}}",
		    "propertyValue" },
		{ "{" COMMON "," AT ",\"subscriptionType\":\"contact.merge\",\"objectId\":1}", "merged" },
		{ "{" COMMON "," AT ",\"subscriptionType\":\"contact.merge\",\"objectId\":1,\"mergedObjectIds\":[]}",
		    "merged" },
		{ "{" COMMON "," AT ",\"subscriptionType\":\"contact.merge\",\"objectId\":1,\"mergedObjectIds\":[1]}",
		    "merged" },
		{ "{" COMMON "," AT
		  ",\"subscriptionType\":\"contact.merge\",\"objectId\":1,\"mergedObjectIds\":[2,\"x\"]}",
		    "merged" },
		{ "{" COMMON "," AT ",\"subscriptionType\":\"contact.merge\",\"mergedObjectIds\":[2]}", "surviving" },
		{ "{" COMMON "," AT
		  ",\"subscriptionType\":\"contact.merge\",\"primaryObjectId\":\"x\",\"mergedObjectIds\":[2]}",
		    "surviving" },
		{ "{" COMMON "," AT "," CREATED ",\"objectId\":\"0123\"}", "objectId" },
		{ "{" COMMON "," AT
		  ",\"subscriptionType\":\"deal.associationChange\",\"associationType\":\"DEAL_TO_CONTACT\","
		  "\"fromObjectId\":1}",
		    "toObjectId" },
		{ "{" COMMON "," AT
		  ",\"subscriptionType\":\"deal.associationChange\",\"fromObjectId\":1,\"toObjectId\":2}",
		    "record types" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hubspot_webhook_item *items = NULL;
		struct str body = str_printf(arena, "[%s]", rows[i].element);

		assert_int_equal(read_items(str_c(arena, body), &items), 1);
		if (items[0].ok || items[0].ignore ||
		    str_find(items[0].reason, str_from(rows[i].reason)) == items[0].reason.n)
			fail_msg("%s: " STR_FMT, rows[i].element, STR_ARG(items[0].reason));
		assert_str(items[0].raw, rows[i].element);
	}
}

static void
ids_are_exact_up_to_2_63_minus_1(void **state)
{
	static const char *const ids[] = { "1", "9007199254740993", "9223372036854775807" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct event ev = read_one(
		    str_c(arena, str_printf(arena, "[{" COMMON "," AT "," CREATED ",\"objectId\":%s}]", ids[i])));

		assert_str(ev.object_id, ids[i]);
	}
}

/* F-044 */
static void
one_malformed_element_costs_itself_only(void **state)
{
	static const char *const bad[] = { "{\"a\":}", "{\"portalId\":1,\"portalId\":1}", "7", "{\"x\":\"\\u12\"}" };

	(void)state;
	for (size_t k = 0; k < 4; k++) {
		struct hubspot_webhook_item *items = NULL;
		struct str body = { 0 };
		struct err e = { 0 };
		struct buf b;
		size_t n = 0;

		buf_init(&b, arena, 65536);
		for (int i = 0; i < 100; i++) {
			buf_addc(&b, i == 0 ? '[' : ',');
			if (i == 42)
				buf_add(&b, str_from(bad[k]));
			else
				buf_addf(&b, " {" COMMON "," AT "," CREATED ",\"objectId\":%d}\n", i + 1);
		}
		buf_addc(&b, ']');
		assert_true(buf_done(&b, &body, &e));
		assert_true(hubspot_webhook_read(arena, body, NOW_MS, 54321, &items, &n, &e));
		assert_int_equal(n, 100);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(items[i].ok, i != 42);
		assert_str(items[42].raw, bad[k]);
	}
}

/* F-043 */
static void
events_with_one_event_id_are_different_events(void **state)
{
	struct hubspot_webhook_item *items = NULL;
	size_t n = read_items("[{" COMMON "," AT "," CREATED ",\"objectId\":1},{" COMMON "," AT "," CREATED
	                      ",\"objectId\":2}]",
	    &items);

	(void)state;
	assert_int_equal(n, 2);
	assert_true(str_eq(items[0].event.event_id, items[1].event.event_id));
	assert_false(str_eq(event_key(arena, &items[0].event), event_key(arena, &items[1].event)));
}

/* F-055 */
static void
an_event_for_another_app_is_a_fault(void **state)
{
	static const char *const body = "[{" COMMON "," AT "," CREATED ",\"objectId\":1}]";
	static const struct {
		int64_t app_id;
		bool ok;
	} rows[] = { { 54321, true }, { 0, true }, { 999, false } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct hubspot_webhook_item *items = NULL;
		struct err e = { 0 };
		size_t n = 0;

		assert_true(hubspot_webhook_read(arena, str_from(body), NOW_MS, rows[i].app_id, &items, &n, &e));
		assert_int_equal(items[0].ok, rows[i].ok);
	}
}

static void
a_body_that_is_no_array_is_refused_as_a_whole(void **state)
{
	static const char *const bodies[] = { "", " ", "{}", "null", "[", "]", "[1", "[{\"a\":1]", "[{]}", "[1]]",
		"[1] x", "[1,]", "[,1]", "[,]", "[1,,2]", "[\"", "[\"\\\"]", "[\"a]", "[{\"a\":\"]\"}",
		"\xef\xbb\xbf[]", "[][]" };

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct hubspot_webhook_item *items = NULL;
		struct err e = { 0 };
		size_t n = 7;

		if (hubspot_webhook_read(arena, str_from(bodies[i]), NOW_MS, 0, &items, &n, &e))
			fail_msg("%s", bodies[i]);
		assert_int_equal(e.code, ERR_INVALID);
		assert_int_equal(n, 0);
	}
}

static void
an_empty_array_holds_no_events(void **state)
{
	struct hubspot_webhook_item *items = NULL;

	(void)state;
	assert_int_equal(read_items("[]", &items), 0);
	assert_int_equal(read_items(" [ \n] ", &items), 0);
}

static void
our_own_changes_are_echoes(void **state)
{
	static const struct {
		const char *source, *id;
		int64_t app_id;
		bool echo;
	} rows[] = {
		{ "INTEGRATION", "39522895", 39522895, true },
		{ "INTEGRATION", "11", 39522895, false },
		{ "INTEGRATION", "userId:39522895", 39522895, false },
		{ "CRM_UI", "39522895", 39522895, false },
		{ "INTEGRATION", "", 0, false },
		{ "INTEGRATION", "0", 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct event ev = { .change_source = str_from(rows[i].source), .source_id = str_from(rows[i].id) };

		assert_int_equal(hubspot_webhook_is_echo(&ev, rows[i].app_id), rows[i].echo);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_longer_than_their_column_are_cut),
		cmocka_unit_test(a_name_longer_than_its_column_is_a_fault_of_the_element),
		cmocka_unit_test(a_classic_property_change_is_read),
		cmocka_unit_test(a_generic_property_change_is_read_by_its_type_id),
		cmocka_unit_test(classic_and_generic_bodies_of_one_change_have_one_key),
		cmocka_unit_test(each_kind_and_record_type_is_read),
		cmocka_unit_test(a_cleared_property_is_an_empty_value),
		cmocka_unit_test(a_value_is_kept_byte_for_byte),
		cmocka_unit_test(a_merge_gives_one_event_per_loser),
		cmocka_unit_test(a_merge_that_keeps_the_primary_id_has_the_merged_records_as_losers),
		cmocka_unit_test(associations_are_read_in_both_forms),
		cmocka_unit_test(the_test_button_sends_ordinary_events),
		cmocka_unit_test(types_that_are_not_used_are_ignored),
		cmocka_unit_test(faulty_elements_say_why),
		cmocka_unit_test(ids_are_exact_up_to_2_63_minus_1),
		cmocka_unit_test(one_malformed_element_costs_itself_only),
		cmocka_unit_test(events_with_one_event_id_are_different_events),
		cmocka_unit_test(an_event_for_another_app_is_a_fault),
		cmocka_unit_test(a_body_that_is_no_array_is_refused_as_a_whole),
		cmocka_unit_test(an_empty_array_holds_no_events),
		cmocka_unit_test(our_own_changes_are_echoes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
