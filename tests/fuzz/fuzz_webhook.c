/* Any bytes as a webhook body: never a crash, and what is taken for an event is one. */
#include <assert.h>

#include "base/arena.h"
#include "remote/hubspot_webhook.h"

#define INPUT_MAX 200000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str body = { .p = (const char *)data, .n = size };
	struct hubspot_webhook_item *items = NULL;
	struct err e = { 0 };
	struct arena *a;
	size_t n = 0;

	if (size > INPUT_MAX)
		return 0;
	a = arena_new((size_t)512 << 20);
	if (hubspot_webhook_read(a, body, INT64_C(1795219200000), 39522895, &items, &n, &e)) {
		for (size_t i = 0; i < n; i++) {
			const struct hubspot_webhook_item *item = &items[i];

			assert(item->raw.p >= body.p && item->raw.p + item->raw.n <= body.p + body.n);
			if (!item->ok) {
				assert(item->reason.n > 0);
				continue;
			}
			assert(!item->ignore && item->event.portal_id > 0 && item->event.occurred_ms > 0);
			assert(item->event.object_type.n > 0 && item->event.object_id.n > 0);
			assert(event_key(a, &item->event).n == 32);
			(void)hubspot_webhook_is_echo(&item->event, 39522895);
		}
	} else {
		assert(e.code == ERR_INVALID && n == 0);
	}
	arena_free(a);
	return 0;
}
