#include "lib/flow.h"

#include "base/clock.h"
#include "flow/decide.h"
#include "flow/follow.h"
#include "flow/gate.h"
#include "flow/ids.h"
#include "flow/send.h"
#include "flow/split.h"
#include "flow/update.h"
#include "lib/deal.h"
#include "lib/file.h"
#include "store/config.h"
#include "store/credential.h"
#include "store/inbox.h"
#include "store/install.h"
#include "store/tenant.h"

#define SCRIPT_MAX 100
#define APP_ID     39522895
#define YEARS_S    100000000 /* the token outlives every test that moves the clock */

struct flow flow;

static struct {
	struct http_answer answers[SCRIPT_MAX];
	size_t n, said;
} script;

static void
connect_tenant(void)
{
	struct arena *a = store.arena;
	struct install install = { .tenant_id = store.tenant_id,
		.scopes = STR("oauth"),
		.access_token = secret_copy(a, STR("access-1")),
		.refresh_token = secret_copy(a, STR("refresh-1")) };
	struct secret token = secret_copy(a, STR("impact-token-1234"));

	store_must(install_save(store.db, store.parts.vault, a, &install, YEARS_S, &store.e));
	store_must(tenant_connected(store.db, store.tenant_id, STR("acme.example"), STR("app.hubspot.com"),
	    STR("Europe/Berlin"), STR("EUR"), &store.e));
	store_must(credential_save(store.db, store.parts.vault, a, store.tenant_id, STR("impact.auth_token"), &token,
	    &store.e));
}

static struct str document;

static void
save(const char *what, const char *by)
{
	size_t at = str_find(document, str_from(what));
	struct config_revision saved;

	if (what[0] != '\0') {
		assert_true(at < document.n);
		document = str_printf(store.arena, STR_FMT "%s" STR_FMT, STR_ARG(str_slice(document, 0, at)), by,
		    STR_ARG(str_slice(document, at + strlen(what), document.n)));
	}
	store_must(
	    config_save(store.db, store.arena, &(struct person){ .tenant_id = store.tenant_id, .email = STR("tester") },
	        flow.revision, "config.saved", document, &saved, &store.e));
	flow.revision = saved.revision;
}

void
flow_configure(const char *what, const char *by)
{
	document = deal_document(store.arena, "deals", deal_preset_rows(store.arena, "deals"), "");
	save(what, by);
}

void
flow_also(const char *what, const char *by)
{
	save(what, by);
}

int
flow_fresh(void **state)
{
	int failed = store_fresh(state);

	store.settings.decide_linger_ms = 0;
	store.parts.catalogue = file_catalogue(store.arena);
	crm_reset(store.arena);
	flow = (struct flow){ .revision = 1 };
	script.n = script.said = 0;
	connect_tenant();
	flow_configure("", "");
	return failed;
}

void
flow_webhook(const char *elements)
{
	store_must(inbox_put(store.db, 0, false, str_printf(store.arena, "[%s]", elements), &store.e));
}

void
flow_deal_changed(const char *id, const char *property, const char *value)
{
	static int event;

	event++;
	flow_webhook(str_printf(store.arena,
	    "{\"eventId\":%d,\"subscriptionId\":1,\"portalId\":%lld,\"appId\":%d,\"occurredAt\":%lld,"
	    "\"subscriptionType\":\"deal.propertyChange\",\"attemptNumber\":0,\"objectId\":%s,\"propertyName\":\"%s\","
	    "\"propertyValue\":\"%s\",\"changeSource\":\"CRM_UI\"}",
	    event, (long long)store.portal_id, APP_ID, (long long)clock_wall_ms(), id, property, value)
	        .p);
}

void
flow_deal_in_crm(void)
{
	crm_put("deals", "301",
	    "{\"dealstage\":\"closedwon\",\"amount\":\"1500\",\"closedate\":\"2026-09-10T00:00:00Z\",\"hs_"
	    "lastmodifieddate\":"
	    "\"2026-09-10T17:42:38.512Z\",\"hs_deal_stage_probability\":\"1\",\"dealname\":\"Acme\"}");
	crm_put("contacts", "77", "{\"hs_object_id\":\"77\",\"custom_impact_click_id\":\"Q-77\"}");
	crm_put("line_items", "5", "{\"hs_sku\":\"SKU-A\",\"name\":\"Plan A\",\"price\":\"1000\",\"quantity\":\"1\"}");
	crm_put("line_items", "6", "{\"hs_sku\":\"SKU-B\",\"name\":\"Plan B\",\"price\":\"250\",\"quantity\":\"2\"}");
	crm_link("deals", "301", "contacts", "77", false);
	crm_link("deals", "301", "line_items", "5", false);
	crm_link("deals", "301", "line_items", "6", false);
}

void
flow_say_answer(struct http_answer answer)
{
	assert_true(script.n < SCRIPT_MAX);
	script.answers[script.n++] = answer;
}

void
flow_forget(void)
{
	script.n = script.said = 0;
}

void
flow_say(int status, const char *body)
{
	flow_say_answer(answer_of(status, str_c(store.arena, str_from(body))));
}

static struct http_answer
answer(const struct http_request *q)
{
	if (str_starts(q->url, store.settings.hubspot_api_url))
		return flow.hubspot_fails ? flow.failure : flow.hubspot != NULL ? flow.hubspot(q) : crm_answer(q);
	if (!str_starts(q->url, store.settings.impact_api_url))
		fail_msg("nobody is at " STR_FMT, STR_ARG(q->url));
	if (flow.impact != NULL)
		return flow.impact(q);
	if (script.said == script.n)
		fail_msg("impact.com was not expected to be asked " STR_FMT, STR_ARG(q->url));
	return script.answers[script.said++];
}

void
flow_keep(struct step *s, size_t i)
{
	struct step_news news = { .step = s, .name = STR("test"), .which = &i, .n = 1 };

	while (!step_keep(&news, 1, &store.e))
		clock_sleep_ms(20);
	store.e = (struct err){ .code = ERR_NONE };
}

/* The requests of one turn, answered last first: nothing may depend on the order. */
static void
answer_all(struct step *s)
{
	if (flow.most_at_once == 0)
		flow.first_turn = s->n;
	if (s->n > flow.most_at_once)
		flow.most_at_once = s->n;
	for (size_t i = 0; i < s->n; i++) {
		assert_true(flow.n < FLOW_LOG_MAX);
		flow.log[flow.n++] = s->requests[i];
		s->answers[i] = answer(&s->requests[i]);
		if (flow.gated)
			step_count_call(s, i, &s->answers[i]);
	}
	for (size_t i = s->n; i > 0 && s->answered != NULL; i--)
		flow_keep(s, i - 1);
	gate_settle(&store.parts);
}

struct step *
flow_step(enum lease_stage stage, const struct lease *l)
{
	static struct step *(*const flows[LEASE__COUNT])(struct arena *, const struct parts *,
	    const struct lease *) = { split_new, decide_new, send_new, follow_new, update_new, ids_new };

	return flows[stage](store.arena, &store.parts, l);
}

bool
flow_run(struct step *s)
{
	bool ok;

	flow.pauses = 0;
	flow.first_turn = flow.most_at_once = 0;
	while ((ok = step_next(s, &store.e)) && (s->n > 0 || s->pause_ms > 0)) {
		if (s->pause_ms == 0) {
			answer_all(s);
			continue;
		}
		/* As if the time had passed: the budget has a new window. */
		flow.pauses++;
		s->pause_ms = 0;
		store_run("UPDATE budget SET spent = '', blocked_until = NULL WHERE tenant_id = %lld",
		    (long long)store.tenant_id);
	}
	return ok;
}

bool
flow_work(struct lease *l)
{
	struct step *s = flow_step(l->stage, l);
	bool ok;

	s->careful = l->careful ? l : NULL;
	ok = flow_run(s);
	flow.again_in_ms = s->again_in_ms;
	if (ok)
		l->suspect = STR("");
	store_must(lease_release(store.db, l, ok ? s->again_in_ms : 0, &store.e) || !ok);
	return ok;
}

bool
flow_try(enum lease_stage stage, int64_t shard)
{
	struct lease l = store_lease(stage, shard);

	return flow_work(&l);
}

void
flow_calls_made(enum budget_destination to, int64_t calls)
{
	/* Its window is that of the destination, so that they end as any. */
	const struct budget_limit limit = { .rule = { .calls = INT32_MAX,
		                                .window_ms =
		                                    to == BUDGET_IMPACT ? store.settings.impact_hour_s * 1000 : 10000 },
		.percent = 100 };
	struct budget_slice slice;

	store_must(budget_take(store.db, store.arena, store.tenant_id, to, calls, &limit, &slice, &store.e));
	assert_int_equal(slice.granted, calls);
}

void
flow_split(void)
{
	flow.n = 0;
	store_must(flow_try(LEASE_SPLIT, 0));
}

void
flow_decide(void)
{
	flow.n = 0;
	for (int64_t shard = 0; shard < LEASE_DECIDE_SHARDS; shard++)
		if (store_int("SELECT COUNT(*) FROM pending WHERE tenant_id = %lld AND shard = %lld AND due <= "
		              "UTC_TIMESTAMP(3)",
		        (long long)store.tenant_id, (long long)shard) > 0)
			store_must(flow_try(LEASE_DECIDE, shard));
}

void
flow_send(void)
{
	flow.n = 0;
	store_must(flow_try(LEASE_SEND, 0));
}

void
flow_follow(void)
{
	flow.n = 0;
	store_must(flow_try(LEASE_FOLLOW, 0));
}

void
flow_decided(void)
{
	flow_split();
	flow_decide();
}

int64_t
flow_conversion(void)
{
	return store_int("SELECT conversion_id FROM conversion WHERE tenant_id = %lld", (long long)store.tenant_id);
}

struct str
flow_decision(const char *column)
{
	return store_text("SELECT COALESCE(CAST(%s AS BINARY), '') FROM decision WHERE tenant_id = %lld", column,
	    (long long)store.tenant_id);
}

void
flow_many_deals_won(int n)
{
	for (int i = 0; i < n; i++) {
		const char *deal = str_c(store.arena, str_printf(store.arena, "%d", 1000 + i));
		const char *contact = str_c(store.arena, str_printf(store.arena, "%d", 5000 + i));

		crm_put("deals", deal,
		    "{\"dealstage\":\"closedwon\",\"amount\":\"1\",\"hs_lastmodifieddate\":\"2026-09-10T17:42:38Z\"}");
		crm_put("contacts", contact,
		    str_c(store.arena, str_printf(store.arena, "{\"hs_object_id\":\"%s\"}", contact)));
		crm_link("deals", deal, "contacts", contact, false);
		flow_deal_changed(deal, "dealstage", "closedwon");
	}
}
