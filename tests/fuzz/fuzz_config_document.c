/*
 * Any bytes as a config document: refused with faults, or compiled, checked, asked for each event whether a
 * trigger wants it, and used to build conversions: bounded, and the same bytes twice.
 */
#include <assert.h>

#include "base/arena.h"
#include "lang/build.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Enough of conf/impact-fields.json for every kind of field and rule. */
static const char fields[] =
    "{\"rules\":{\"always\":[\"CampaignId\",\"EventDate\",\"OrderId\"],\"event_identifier\":[\"EventTypeCode\"],"
    "\"attribution_key\":[\"ClickId\",\"CustomerId\"],\"item_amount\":[\"ItemPrice{i}\",\"Amount\"],"
    "\"mutually_exclusive\":[[\"Amount\",\"ItemPrice{i}\"]]},\"fields\":["
    "{\"name\":\"CampaignId\",\"type\":\"integer\"},{\"name\":\"EventDate\",\"type\":\"datetime\",\"selectable\":true},"
    "{\"name\":\"OrderId\",\"type\":\"string\",\"selectable\":true},"
    "{\"name\":\"EventTypeCode\",\"type\":\"string\",\"selectable\":true},"
    "{\"name\":\"ClickId\",\"type\":\"string\",\"selectable\":true},"
    "{\"name\":\"CustomerId\",\"type\":\"string\",\"selectable\":true},"
    "{\"name\":\"Amount\",\"type\":\"decimal\",\"money\":true,\"selectable\":true},"
    "{\"name\":\"ItemPrice{i}\",\"type\":\"decimal\",\"money\":true,\"selectable\":true},"
    "{\"name\":\"ItemSku{i}\",\"type\":\"string\",\"required\":\"if:any_item_field\",\"selectable\":true},"
    "{\"name\":\"ItemText{i}_{n}\",\"type\":\"string\",\"range\":[1,50],\"selectable\":true}]}";

static const char record[] =
    "{\"dealstage\":\"closedwon\",\"amount\":\"1234.567\",\"closedate\":\"2026-03-29\",\"email\":\"a@b.example\","
    "\"lifecyclestage\":\"lead\",\"hs_lead_status\":\"NEW\",\"name\":\"\u00e9 & "
    "+\",\"price\":\"5\",\"quantity\":\"2\"}";

static void
build_twice(struct arena *a, const struct build_input *in)
{
	const struct config_trigger *trigger;
	struct catalogue_fault why;
	struct build_output once;
	struct build_output twice;
	enum build_wanted wanted = build_wanted(a, in, &trigger, &why);

	assert(wanted != BUILD_WANTED || trigger->live);
	assert(wanted == BUILD_WANTED || trigger == NULL || (why.code.n > 0 && why.message.n > 0));
	build_conversion(a, in, &once);
	build_conversion(a, in, &twice);
	assert(str_eq(once.body, twice.body) && once.n_faults == twice.n_faults);
	assert(once.n_faults > 0 || (once.order_id.n > 0 && once.order_id.n <= 64 && once.event_type.n > 0));
	for (size_t i = 0; i < once.n_faults; i++)
		assert(once.faults[i].code.n > 0 && once.faults[i].message.n > 0);
}

static void
use(struct arena *a, const struct config_document *doc, const struct catalogue *catalogue)
{
	struct ruleset rules;
	struct config_fault *faults;
	struct json *properties;
	struct err e = { 0 };
	size_t n;

	ruleset_compile(a, doc, catalogue, &rules, &faults, &n);
	if (!json_parse(a, str_from(record), &json_limits_answer, &properties, &e))
		assert(false);
	for (int o = 0; o < CONFIG_OBJECTS; o++) {
		struct build_record one = { .id = STR("77"), .properties = properties };
		struct build_record items[] = { one, one };
		struct event ev = { .kind = o == 0 ? EVENT_CREATED : EVENT_CHANGED,
			.object_type = doc->objects[o].type,
			.object_id = one.id,
			.property = o == 0 ? STR("") : STR("dealstage"),
			.value = o == 0 ? STR("") : STR("closedwon"),
			.occurred_ms = INT64_C(1795256107000) };
		struct build_input in = { .rules = &rules,
			.object = &rules.objects[o],
			.catalogue = catalogue,
			.event = &ev,
			.record = one,
			.contact = o == 1 ? (struct build_record){ 0 } : one,
			.company = one,
			.items = items,
			.n_items = 2,
			.account_currency = STR("EUR"),
			.account_time_zone = STR("Europe/Berlin") };

		build_twice(a, &in);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { .p = (const char *)data, .n = size };
	struct config_document doc;
	struct config_fault *faults;
	struct catalogue catalogue;
	struct err e = { 0 };
	struct arena *a;
	size_t n;

	if (size > 100000)
		return 0;
	a = arena_new((size_t)512 << 20);
	if (config_document_parse(a, text, &doc, &faults, &n, &e)) {
		assert(n == 0);
		if (!catalogue_load(a, str_from(fields), &catalogue, &e))
			assert(false);
		n = ruleset_check(a, &doc, &catalogue, &faults);
		use(a, &doc, &catalogue);
	} else {
		assert(e.code == ERR_INVALID && n > 0);
	}
	for (size_t i = 0; i < n; i++)
		assert(faults[i].message.n > 0);
	arena_free(a);
	return 0;
}
