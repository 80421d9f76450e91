/*
 * bench_fill.c - accounts with conversions that are ready to be sent, as decide would have left them.
 *
 *   bench_fill -c FILE ACCOUNTS CONVERSIONS      (conversions of each account)
 */
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "core/effect.h"
#include "program.h"
#include "store/config.h"
#include "store/conversion.h"
#include "store/credential.h"
#include "store/tenant.h"
#include "store/transaction.h"

#define FIRST_PORTAL INT64_C(70000001)
#define TOGETHER     200 /* conversions in one transaction */

static const char document[] =
    "{\"impact\":{\"account_sid\":\"IRbenchFULL7Q2mXv90LkT4bWz6RdYp1\",\"program_id\":\"1000\"},\"options\":{},"
    "\"objects\":{"
    "\"contacts\":{\"consent\":false,\"triggers\":[],\"mapping\":[]},"
    "\"companies\":{\"consent\":false,\"triggers\":[],\"mapping\":[]},"
    "\"deals\":{\"consent\":true,\"triggers\":[{\"id\":\"t1\",\"on\":\"changed\",\"property\":\"dealstage\","
    "\"becomes\":[\"closedwon\"],\"mode\":\"live\"}],\"mapping\":[]}}}";

static const char form[] =
    "CampaignId=1000&ActionTrackerId=30001&EventDate=2026-11-20T14%%3A05%%3A31Z&OrderId=%s&ClickId="
    "RRw3xKq8ZtUo1JnM6vPa4SdF&CustomerId=%s&CustomerEmail=0b1f6f7a2c9d4e8895a6b3c1d2e3f405162738a9&CustomerStatus=new"
    "&CurrencyCode=USD&ItemSku1=PLAN-PRO&ItemName1=Plan+Pro&ItemCategory1=subscription&ItemSubTotal1=1200.00"
    "&ItemQuantity1=1&ItemSku2=SEAT&ItemName2=Seat&ItemCategory2=subscription&ItemSubTotal2=340.50&ItemQuantity2=10"
    "&Text1=closedwon&Text2=Newbusiness&Numeric1=1540.50&Note=Made+by+the+bench";

static bool
account(struct program *p, struct arena *a, int64_t portal_id, int64_t *tenant_id, struct err *e)
{
	const struct parts *parts = &p->installation.parts;
	struct secret token = secret_copy(a, STR("bench-token"));
	struct config_revision saved;
	struct tenant t;
	bool created;

	if (!tenant_ensure(p->db, a, parts->vault, portal_id, STR("bench"), &t, &created, e))
		return false;
	*tenant_id = t.tenant_id;
	return tenant_connected(p->db, t.tenant_id, STR("bench.example"), STR("app.hubspot.com"), STR("Europe/Berlin"),
	           STR("USD"), e) &&
	       credential_save(p->db, parts->vault, a, t.tenant_id, STR("impact.auth_token"), &token, e) &&
	       config_save(p->db, a, &(struct person){ .tenant_id = t.tenant_id, .email = STR("bench") },
	           t.config_revision, NULL, str_from(document), &saved, e);
}

static bool
conversion(struct program *p, struct arena *a, int64_t tenant_id, int64_t event_type_id, int64_t i, struct err *e)
{
	struct str order = str_printf(a, "%lld-closedwon", (long long)(332507367156 + i));
	struct str customer = str_printf(a, "%lld", (long long)(51000000 + i));
	struct conversion c = { .program_id = STR("1000"),
		.event_type_id = event_type_id,
		.event_type = STR("WON"),
		.order_id = order,
		.customer_id = customer,
		.object_type = STR("deals"),
		.object_id = customer,
		.trigger_id = STR("t1"),
		.trigger_value = STR("closedwon"),
		.order_expression = STR("{deal_[stage]_id}"),
		.fields = STR("[]"),
		.event_date_ms = clock_wall_ms(),
		.occurred_ms = clock_wall_ms() };
	struct conversion_claimed claimed;

	c.body = str_printf(a, form, str_c(a, order), str_c(a, customer));
	c.body_hash = crypto_sha256(a, c.body);
	c.effect_key = effect_key(a, tenant_id, c.program_id, event_type_id, order);
	c.lane = effect_lane(a, customer, c.object_type, c.object_id);
	return conversion_claim(p->db, a, tenant_id, &c, &claimed, e);
}

/* From one conversion of the account on, as many as go together. */
static bool
some(struct program *p, struct arena *a, int64_t tenant_id, int64_t from, int64_t to, struct err *e)
{
	int64_t event_type_id;
	bool ok;

	if (!transaction_begin(p->db, e))
		return false;
	ok = conversion_event_type(p->db, a, tenant_id, STR("1000"), true, STR("WON"), &event_type_id, e);
	for (int64_t i = from; ok && i < to; i++)
		ok = conversion(p, a, tenant_id, event_type_id, i, e);
	ok = ok && lease_wake(p->db, tenant_id, LEASE_SEND, 0, 0, e);
	return transaction_end(p->db, ok, "filling", e);
}

static bool
fill(struct program *p, struct arena *a, int64_t accounts, int64_t conversions, struct err *e)
{
	for (int64_t t = 0; t < accounts; t++) {
		int64_t tenant_id;

		arena_reset(a);
		if (!account(p, a, FIRST_PORTAL + t, &tenant_id, e))
			return false;
		for (int64_t i = 0; i < conversions; i += TOGETHER) {
			arena_reset(a);
			if (!some(p, a, tenant_id, i, i + TOGETHER < conversions ? i + TOGETHER : conversions, e))
				return false;
		}
	}
	return true;
}

int
main(int argc, char **argv)
{
	struct arena *a = arena_new((size_t)64 * 1024 * 1024);
	struct err e = { .code = ERR_NONE };
	struct program p;
	bool ok;

	if (!program_open(&p, "bench_fill", argc, argv) || p.rest_argc != 2)
		return PROGRAM_EXIT_CONFIG;
	ok = fill(&p, a, strtoll(p.rest_argv[0], NULL, 10), strtoll(p.rest_argv[1], NULL, 10), &e);
	if (!ok)
		(void)fprintf(stderr, "bench_fill: %s\n", e.text);
	program_close(&p);
	arena_free(a);
	return ok ? 0 : 1;
}
