/* held.c - see held.h. */
#include "lib/held.h"

#include "lib/crm.h"
#include "store/hold.h"

#define QUEUED  "{\"Status\":\"QUEUED\",\"QueuedUri\":\"/Advertisers/IR1/APISubmissions/A-1\"}"
#define NOTHING "{\"@page\":\"1\",\"@numpages\":\"1\",\"Actions\":[]}"

size_t
held_send_all(void)
{
	size_t sent = 0;

	for (int round = 0; round < 20; round++) {
		int64_t due =
		    store_int("SELECT COUNT(*) FROM delivery WHERE tenant_id = %lld AND stage = 'send' AND due <= "
		              "UTC_TIMESTAMP(3)",
		        (long long)store.tenant_id);

		if (due == 0)
			return sent;
		for (int64_t i = 0; i < due; i++)
			flow_say(200, QUEUED);
		flow_send();
		sent += flow.n;
		flow_forget();
	}
	fail_msg("it never ends");
	return 0;
}

void
held_verdict(int64_t id, const char *reason)
{
	struct str order = ledger_column(id, "order_id");

	store_run("UPDATE delivery SET due = IF(effect_id = %lld, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL 1 DAY) "
	          "WHERE tenant_id = %lld AND stage <> 'send'",
	    (long long)id, (long long)store.tenant_id);
	flow_say(200,
	    str_c(store.arena,
	        str_printf(store.arena,
	            "{\"BatchId\":\"A-1\",\"Status\":\"Complete\",\"ErrorType\":\"%s\",\"ErrorReason\":\"%s\","
	            "\"OrderId\":\"" STR_FMT "\"}",
	            reason[0] == '\0' ? "" : "Validation", reason, STR_ARG(order))));
	if (reason[0] == '\0')
		flow_say(200, NOTHING);
	flow_follow();
	flow_forget();
}

int64_t
held_probe(void)
{
	int64_t n;

	store_must(hold_probe(store.db, store.arena, store.tenant_id, &n, &store.e));
	return n;
}

void
held_later(void)
{
	static int64_t seconds;

	seconds += 10;
	store_later(store.db, seconds);
}

void
held_deal_won(const char *id)
{
	crm_put("deals", id,
	    "{\"dealstage\":\"closedwon\",\"amount\":\"1\",\"hs_lastmodifieddate\":\"2026-09-10T17:42:38Z\"}");
	crm_link("deals", id, "contacts", "77", false);
	flow_deal_changed(id, "dealstage", "closedwon");
	flow_decided();
}

int64_t
held_of_deal(const char *id)
{
	return store_int("SELECT conversion_id FROM conversion WHERE tenant_id = %lld AND object_id = '%s'",
	    (long long)store.tenant_id, id);
}
