/* Any bytes as a config document: refused with faults, or compiled and checked without a crash. */
#include <assert.h>

#include "base/arena.h"
#include "lang/ruleset.h"

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
	} else {
		assert(e.code == ERR_INVALID && n > 0);
	}
	for (size_t i = 0; i < n; i++)
		assert(faults[i].message.n > 0);
	arena_free(a);
	return 0;
}
