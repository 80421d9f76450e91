/* test_again.c - all of a cause asked for again (T-15): each once, however many they are. */
#include "lib/flow.h"
#include "store/again.h"

static const struct str who = { "ada@brand.example", 17 }, why = { "looked it up", 12 };

static int64_t
noted(const char *kind)
{
	return store_int("SELECT COUNT(*) FROM history WHERE tenant_id = %lld AND kind = '%s' AND author = '%s'",
	    (long long)store.tenant_id, kind, who.p);
}

static int64_t
left(void)
{
	int64_t n;

	store_must(again_left(store.db, store.arena, store.tenant_id, &n, &store.e));
	return n;
}

/* Deal 301 won, and its conversion refused. */
static int64_t
refused_deal(const char *code)
{
	flow_deal_in_crm();
	flow_deal_changed("301", "dealstage", "closedwon");
	flow_decided();
	store_run("UPDATE conversion SET state = 'REJECTED', code = '%s', attempts = 1, ended_at = UTC_TIMESTAMP(3) "
	          "WHERE tenant_id = %lld",
	    code, (long long)store.tenant_id);
	store_run("DELETE FROM delivery WHERE tenant_id = %lld", (long long)store.tenant_id);
	return store_int("SELECT conversion_id FROM conversion WHERE tenant_id = %lld", (long long)store.tenant_id);
}

static struct again_counts
ask_all(int64_t tenant_id, const struct activity_filter *f, struct again_walk *walk)
{
	const struct again_choice c = { .tenant_id = tenant_id, .filter = *f, .author = who, .note = why };
	struct again_counts out = { 0 };

	store_must(db_begin(store.db, &store.e));
	store_must(again_ask_all(store.db, store.arena, &c, walk, &out, &store.e));
	store_must(db_commit(store.db, &store.e));
	return out;
}

static void
T_15_all_of_a_cause_are_asked_for_at_once(void **state)
{
	(void)state;
	struct activity_filter f = { .code = STR("ACTION_REF_NOT_FOUND") };
	int64_t id = refused_deal("ACTION_REF_NOT_FOUND");
	int64_t n;

	flow_deal_changed("301", "dealstage", "qualifiedtobuy");
	flow_decided();
	flow_also("{contact.custom_impact_click_id}", "mended-click");
	n = ask_all(store.tenant_id, &f, &(struct again_walk){ 0 }).asked;
	assert_int_equal(n, 1);
	assert_int_equal(noted("asked"), 1);
	flow_decide();
	assert_int_equal(ledger_state(id), STATE_READY);
	/* Skipped events of a cause, too. */
	f.code = STR("trigger_other_value");
	flow_also("\"becomes\":[\"closedwon\"]", "\"becomes\":[\"closedwon\",\"qualifiedtobuy\"]");
	n = ask_all(store.tenant_id, &f, &(struct again_walk){ 0 }).asked;
	assert_int_equal(n, 1);
	assert_int_equal(noted("redecided"), 1);
	assert_int_equal(left(), 1);
	flow_decide();
	assert_int_equal(left(), 0);
	assert_int_equal(store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld",
	                     (long long)store.tenant_id),
	    2);
	/* Nothing of another tenant's. */
	int64_t other = store_tenant();

	n = ask_all(other, &f, &(struct again_walk){ 0 }).asked;
	assert_int_equal(n, 0);
}

/* So many rows of that outcome and code, made from the one line there is; their events are kept. */
static void
many_more(const char *outcome, const char *code)
{
	int64_t one =
	    store_int("SELECT MAX(decision_id) FROM decision WHERE tenant_id = %lld", (long long)store.tenant_id);
	store_run(
	    "INSERT INTO decision (tenant_id, event_key, trigger_id, revision, outcome, code, detail, "
	    "conversion_id, kind, object_type, object_id, property, value, occurred_at, received_at, decided_at) "
	    "WITH RECURSIVE k (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM k WHERE i < 49) SELECT d.tenant_id, "
	    "UNHEX(SHA2(CONCAT('many', d.tenant_id, 50 * k.i + l.i), 256)), d.trigger_id, d.revision, '%s', '%s', "
	    "'', 0, d.kind, d.object_type, CONCAT('9', 50 * k.i + l.i), d.property, d.value, d.occurred_at, "
	    "d.received_at, d.decided_at FROM decision d, k, k l WHERE d.tenant_id = %lld AND d.decision_id = %lld",
	    outcome, code, (long long)store.tenant_id, (long long)one);
}

static void
T_15_all_of_a_cause_are_walked_over_once_whatever_becomes_of_them_meanwhile(void **state)
{
	(void)state;
	struct activity_filter f = { .code = STR("no_consent") };
	struct again_walk walk = { 0 };
	struct again_counts total = { 0 };
	int64_t tenant = store.tenant_id;
	int steps = 0;

	(void)refused_deal("ACTION_REF_NOT_FOUND");
	many_more("SKIPPED", "no_consent");
	/* Of these HubSpot's words are no longer whole. */
	store_run(
	    "UPDATE decision SET value = REPEAT('x', 255) WHERE tenant_id = %lld AND outcome = 'SKIPPED' LIMIT 12",
	    (long long)tenant);
	while (!walk.ended) {
		struct again_counts now = ask_all(tenant, &f, &walk);

		assert_true(now.asked <= AGAIN_MAX);
		total.asked += now.asked;
		total.not_kept += now.not_kept;
		total.asked_before += now.asked_before;
		steps++;
		/* Decided meanwhile, and for the same reason skipped; and another one comes. */
		store_run("DELETE FROM pending WHERE tenant_id = %lld", (long long)tenant);
		store_run("UPDATE decision SET outcome = 'SKIPPED', code = 'no_consent' WHERE tenant_id = %lld AND "
		          "outcome = 'WAITING'",
		    (long long)tenant);
		store_run(
		    "INSERT INTO decision (tenant_id, event_key, trigger_id, revision, outcome, code, detail, "
		    "conversion_id, kind, object_type, object_id, property, value, occurred_at, received_at, "
		    "decided_at) SELECT tenant_id, UNHEX(SHA2('late%d', 256)), trigger_id, revision, outcome, code, "
		    "detail, 0, kind, object_type, '8', property, '', occurred_at, received_at, decided_at FROM "
		    "decision WHERE tenant_id = %lld AND outcome = 'SKIPPED' LIMIT 1",
		    steps, (long long)tenant);
	}
	assert_int_equal(steps, 3);
	assert_int_equal(total.asked, 2488);
	assert_int_equal(total.not_kept, 12);
	assert_int_equal(total.asked_before, 0);
	assert_int_equal(store_int("SELECT COUNT(*) FROM history WHERE tenant_id = %lld AND kind = 'redecided'",
	                     (long long)tenant),
	    2488);
}

static void
asking_for_all_goes_on_from_one_conversion_to_the_next_and_leaves_what_is_asked_for_already(void **state)
{
	(void)state;
	struct activity_filter f = { .code = STR("ACTION_REF_NOT_FOUND"), .limit = 1 };
	struct again_walk walk = { 0 };
	struct again_counts now;

	(void)refused_deal("ACTION_REF_NOT_FOUND");
	crm_put("deals", "302",
	    "{\"dealstage\":\"closedwon\",\"amount\":\"1\",\"hs_lastmodifieddate\":\"2026-09-10T17:42:38Z\"}");
	crm_link("deals", "302", "contacts", "77", false);
	flow_deal_changed("302", "dealstage", "closedwon");
	flow_decided();
	store_run(
	    "UPDATE conversion SET state = 'REJECTED', code = 'ACTION_REF_NOT_FOUND', attempts = 1 WHERE tenant_id = "
	    "%lld",
	    (long long)store.tenant_id);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ask_all(store.tenant_id, &f, &walk).asked, 1);
		flow_decide();
	}
	assert_int_equal(
	    store_int("SELECT COUNT(DISTINCT conversion_id) FROM history WHERE tenant_id = %lld AND kind = 'asked'",
	        (long long)store.tenant_id),
	    2);
	assert_int_equal(ask_all(store.tenant_id, &f, &walk).asked, 0);
	assert_true(walk.ended);
	/* Anew, and decide has not looked yet when somebody asks once more. */
	f.limit = 0;
	walk = (struct again_walk){ 0 };
	assert_int_equal(ask_all(store.tenant_id, &f, &walk).asked, 2);
	walk = (struct again_walk){ 0 };
	now = ask_all(store.tenant_id, &f, &walk);
	assert_int_equal(now.asked, 0);
	assert_int_equal(now.asked_before, 2);
	assert_int_equal(now.not_kept, 0);
}

/* Of its OrderId one was counted, and the guard of the ledger would hold another: so does this way. */
static void
design_4_what_impact_counted_already_is_not_asked_for_by_the_heap(void **state)
{
	(void)state;
	const struct activity_filter all = { .limit = 1 };
	const struct again_choice c = { .tenant_id = store.tenant_id, .filter = { .code = STR("CONV_DUPLICATE") } };
	struct activity_counters counters;
	struct activity_cause *causes;
	size_t k;

	(void)refused_deal("CONV_DUPLICATE");
	flow_also("{deal_[stage]_id}", "again_{hs_object_id}");
	store_must(db_begin(store.db, &store.e));
	store_refused(again_ask_all(store.db, store.arena, &c, &(struct again_walk){ 0 }, &(struct again_counts){ 0 },
	                  &store.e),
	    ERR_INVALID);
	db_rollback(store.db);
	assert_int_equal(left(), 0);
	store_must(activity_causes(store.db, store.arena, store.tenant_id, &all, &counters, &causes, &k, &store.e));
	assert_int_equal(k, 1);
	assert_int_equal(causes[0].again, 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup(f, flow_fresh)
	const struct CMUnitTest tests[] = {
		T(T_15_all_of_a_cause_are_asked_for_at_once),
		T(T_15_all_of_a_cause_are_walked_over_once_whatever_becomes_of_them_meanwhile),
		T(asking_for_all_goes_on_from_one_conversion_to_the_next_and_leaves_what_is_asked_for_already),
		T(design_4_what_impact_counted_already_is_not_asked_for_by_the_heap),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
