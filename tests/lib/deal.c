#include "lib/deal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "lib/file.h"

#define NONE "{\"consent\":false,\"triggers\":[],\"mapping\":[]}"

struct str
deal_document(struct arena *a, const char *object_type, struct str rows, const char *options)
{
	static const char *const types[] = { "contacts", "companies", "deals" };
	struct err e = { 0 };
	struct str out = { 0 };
	struct buf b;

	buf_init(&b, a, CONFIG_BYTES_MAX);
	buf_addf(&b, "{\"impact\":{\"account_sid\":\"IR1\",\"program_id\":\"1000\"},\"options\":{%s},\"objects\":{",
	    options);
	for (size_t i = 0; i < 3; i++) {
		buf_addf(&b, "%s\"%s\":", i > 0 ? "," : "", types[i]);
		if (strcmp(types[i], object_type) != 0) {
			buf_addf(&b, "%s", NONE);
			continue;
		}
		buf_addf(&b,
		    "{\"consent\":true,\"triggers\":[{\"id\":\"t1\",\"on\":\"changed\",\"property\":\"dealstage\","
		    "\"becomes\":[\"closedwon\"],\"mode\":\"live\"}],\"mapping\":[" STR_FMT "]}",
		    STR_ARG(rows));
	}
	buf_addf(&b, "}}");
	assert_true(buf_done(&b, &out, &e));
	return out;
}

struct str
deal_preset_rows(struct arena *a, const char *preset)
{
	const struct json *presets = json_get(file_json(a, "conf/presets.json"), "presets");
	struct json *rows = json_array(a);
	struct str text;

	for (size_t i = 0; i < json_length(presets); i++) {
		const struct json *list = json_get(json_at(presets, i), "rows");

		if (!str_eq(json_text_at(a, json_at(presets, i), "id"), str_from(preset)))
			continue;
		for (size_t k = 0; k < json_length(list); k++) {
			struct json *row = json_copy(a, json_at(list, k));

			json_set_str(row, "id", str_printf(a, "m%zu", k + 1));
			json_push(rows, row);
		}
	}
	text = json_write(a, rows);
	return str_slice(text, 1, text.n - 1);
}

void
deal_read(struct arena *a, struct str document, struct config_document *out)
{
	struct config_fault *faults;
	struct err e = { 0 };
	size_t n;

	if (!config_document_parse(a, document, out, &faults, &n, &e))
		fail_msg("%s", e.text);
}

struct build_record
deal_record(struct arena *a, const char *id, const char *properties)
{
	struct json *j = NULL;
	struct err e = { 0 };

	if (!json_parse(a, str_from(properties), &json_limits_answer, &j, &e))
		fail_msg("%s", e.text);
	return (struct build_record){ .id = str_from(id), .properties = j };
}

static struct deal *
deal_of(struct arena *a, size_t items, struct str document)
{
	struct deal *d = arena_alloc(a, sizeof(*d));
	struct build_record *list = arena_array(a, items, sizeof(*list));
	struct config_fault *faults;
	size_t n;

	d->a = a;
	d->catalogue = file_catalogue(a);
	deal_read(a, document, &d->document);
	ruleset_compile(a, &d->document, d->catalogue, &d->rules, &faults, &n);
	if (n > 0)
		fail_msg(STR_FMT ": " STR_FMT, STR_ARG(faults[0].path), STR_ARG(faults[0].message));
	d->event = (struct event){
		.portal_id = 48975575,
		.kind = EVENT_CHANGED,
		.source = STR("hubspot"),
		.object_type = STR("deals"),
		.object_id = STR("9001"),
		.property = STR("dealstage"),
		.value = STR("closedwon"),
		.occurred_ms = 1795256107000,
	};
	for (size_t i = 0; i < items; i++)
		list[i] = deal_record(a, "7",
		    str_printf(a,
		        "{\"hs_sku\":\"SKU-%zu\",\"name\":\"Plan & more "
		        "%zu\",\"price\":\"%zu.5\",\"quantity\":\"%zu\"}",
		        i + 1, i + 1, i + 10, i % 3 + 1)
		        .p);
	d->in = (struct build_input){
		.rules = &d->rules,
		.object = ruleset_object(&d->rules, STR("deals")),
		.catalogue = d->catalogue,
		.event = &d->event,
		.record = deal_record(a, "9001",
		    "{\"dealstage\":\"contractsent\",\"amount\":\"1500\",\"closedate\":\"2026-11-20T00:00:00Z\","
		    "\"hs_lastmodifieddate\":\"2026-11-21T10:15:09.512Z\",\"hs_deal_stage_probability\":\"1\","
		    "\"deal_currency_code\":null,\"dealname\":\"Acme\"}"),
		.contact = deal_record(a, "251",
		    "{\"email\":\" Jane.Doe@Example.com "
		    "\",\"custom_impact_click_id\":\"QiiW%:XOVn\",\"hs_object_id\":\"251\"}"),
		.items = list,
		.n_items = items,
		.account_currency = STR("EUR"),
		.account_time_zone = STR("Europe/Berlin"),
		.read_at_ms = 1795256110000,
	};
	return d;
}

struct deal *
deal_new(struct arena *a, size_t items)
{
	return deal_of(a, items, deal_document(a, "deals", deal_preset_rows(a, "deals"), ""));
}

struct deal *
deal_with(struct arena *a, size_t items, const char *rows, const char *options)
{
	return deal_of(a, items, deal_document(a, "deals", str_from(rows), options));
}

struct str
deal_build(struct deal *d)
{
	build_conversion(d->a, &d->in, &d->out);
	return d->out.body;
}

struct str
deal_field(const struct deal *d, const char *name)
{
	for (size_t i = 0; i < d->out.n_fields; i++) {
		if (str_eq(d->out.fields[i].name, str_from(name)))
			return d->out.fields[i].value;
	}
	return (struct str){ 0 };
}

struct str
deal_fault(const struct deal *d, const char *field)
{
	for (size_t i = 0; i < d->out.n_faults; i++) {
		if (str_eq(d->out.faults[i].field, str_from(field)))
			return d->out.faults[i].code;
	}
	return (struct str){ 0 };
}
