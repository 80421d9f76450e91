/* test_preview.c - task/preview: what would be sent, by the code that decides; it reads, and writes nothing (B-03, B-20). */
#include "base/arena.h"
#include "lib/flow.h"
#include "task/preview.h"

/* Runs the preview of deal 301 against crm.h; its only record. */
static const struct json *
preview(const struct preview_ask *asked, const struct json **answer)
{
	static const struct str id = { "301", 3 };
	struct preview_ask ask = *asked;
	struct preview *p;
	struct step *s;

	ask.object = STR("deals");
	ask.ids = (struct str_list){ &id, 1 };
	p = preview_new(store.arena, &store.parts, store.tenant_id, &ask);
	s = preview_step(p);
	flow.n = 0;
	for (;;) {
		store_must(step_next(s, &store.e));
		if (s->n == 0)
			break;
		for (size_t i = 0; i < s->n; i++) {
			flow.log[flow.n++] = s->requests[i];
			s->answers[i] = flow.hubspot_fails ? flow.failure : crm_answer(&s->requests[i]);
		}
	}
	if (answer != NULL)
		*answer = preview_answer(p);
	return json_at(json_get(preview_answer(p), "records"), 0);
}

static struct str
verdict(const struct json *record, const char *what)
{
	return json_text_at(store.arena, json_get(record, "verdict"), what);
}

static int64_t
rows(const char *table)
{
	return store_int("SELECT COUNT(*) FROM %s WHERE tenant_id = %lld", table, (long long)store.tenant_id);
}

static void
B_03_the_body_is_the_one_that_decide_makes_of_the_event(void **state)
{
	(void)state;
	const struct json *record;
	struct str body;

	flow_deal_in_crm();
	record = preview(&(struct preview_ask){ .won = false }, NULL);
	body = json_text_at(store.arena, record, "body");
	assert_str(verdict(record, "sends"), "true");
	assert_int_equal(rows("conversion") + rows("decision") + rows("pending") + rows("event_type"), 0);
	flow_deal_changed("301", "dealstage", "closedwon");
	flow_decided();
	assert_str(store_text("SELECT body FROM conversion WHERE tenant_id = %lld", (long long)store.tenant_id),
	    str_c(store.arena, body));
}

static void
C_02_what_the_ledger_has_is_told_and_would_not_be_sent_again(void **state)
{
	(void)state;
	const struct json *record;

	flow_deal_in_crm();
	flow_deal_changed("301", "dealstage", "closedwon");
	flow_decided();
	record = preview(&(struct preview_ask){ .won = false }, NULL);
	assert_str(verdict(record, "sends"), "false");
	assert_str(verdict(record, "code"), "duplicate_effect");
	assert_str(json_text_at(store.arena, json_get(record, "earlier"), "state"), "READY");
}

static void
B_03_with_the_snapshot_nothing_is_read_again(void **state)
{
	(void)state;
	const struct json *answer, *again;

	flow_deal_in_crm();
	preview(&(struct preview_ask){ .won = false }, &answer);
	assert_true(flow.n > 0);
	preview(&(struct preview_ask){ .snapshot = json_get(answer, "snapshot") }, &again);
	assert_int_equal(flow.n, 0);
	assert_str(json_text_at(store.arena, json_at(json_get(again, "records"), 0), "body"),
	    str_c(store.arena, json_text_at(store.arena, json_at(json_get(answer, "records"), 0), "body")));
	/* An event on a property that was not read needs it. */
	preview(&(struct preview_ask){ .snapshot = json_get(answer, "snapshot"),
	            .has_event = true,
	            .kind = EVENT_CHANGED,
	            .property = STR("dealtype"),
	            .value = STR("x") },
	    NULL);
	assert_true(flow.n > 0);
}

static void
B_20_another_value_is_judged_and_fields_are_shown_all_the_same(void **state)
{
	(void)state;
	const struct json *record;

	flow_deal_in_crm();
	record = preview(&(struct preview_ask){ .has_event = true,
	                     .kind = EVENT_CHANGED,
	                     .property = STR("dealstage"),
	                     .value = STR("contractsent") },
	    NULL);
	assert_str(verdict(record, "code"), "trigger_other_value");
	assert_str(json_text_at(store.arena, json_at(json_get(record, "triggers"), 0), "fires"), "false");
	assert_true(str_find(json_text_at(store.arena, record, "body"), STR("deal_contractsent_301")) <
	            json_text_at(store.arena, record, "body").n);
}

static void
HubSpot_away_is_told_and_leaves_no_snapshot(void **state)
{
	(void)state;
	const struct json *answer, *record;

	flow.hubspot_fails = true;
	flow.failure = answer_of(503, "{}");
	record = preview(&(struct preview_ask){ .won = false }, &answer);
	assert_str(verdict(record, "code"), "unreadable");
	assert_int_equal(json_type(json_get(answer, "snapshot")), JSON_NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(B_03_the_body_is_the_one_that_decide_makes_of_the_event, flow_fresh),
		cmocka_unit_test_setup(C_02_what_the_ledger_has_is_told_and_would_not_be_sent_again, flow_fresh),
		cmocka_unit_test_setup(B_03_with_the_snapshot_nothing_is_read_again, flow_fresh),
		cmocka_unit_test_setup(B_20_another_value_is_judged_and_fields_are_shown_all_the_same, flow_fresh),
		cmocka_unit_test_setup(HubSpot_away_is_told_and_leaves_no_snapshot, flow_fresh),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
