/*
 * A conversion that a person let out beside another one (B-25) and that impact.com refused: it is sent again as any
 * other, under the OrderId it was let out with, and what the site shows before is what happens.
 */
#include "flow/decide.h"
#include "lib/flow.h"
#include "store/act.h"
#include "store/again.h"
#include "store/hold.h"
#include "task/resume.h"

#define REFUSED "ACTION_REF_NOT_FOUND"
#define MENDED  "ClickId=mended-click"

static const struct str who = { "ada@brand.example", 17 }, why = { "looked it up", 12 };

typedef bool act_fn(struct db *db, struct arena *a, const struct act *x, struct err *e);

static struct activity_detail
line_of(int64_t decision_id)
{
	struct activity_detail d;

	store_must(activity_load(store.db, store.arena, store.tenant_id, decision_id, &d, &store.e));
	return d;
}

static struct activity_detail
line_with(const char *outcome)
{
	return line_of(store_int("SELECT MAX(decision_id) FROM decision WHERE tenant_id = %lld AND outcome = '%s'",
	    (long long)store.tenant_id, outcome));
}

static int64_t second_line;

static bool
second(struct db *db, struct arena *a, const struct act *x, struct err *e)
{
	return act_second(db, a, x, &second_line, e);
}

static void
person_does(act_fn *fn, const struct activity_detail *d, const char *order_id)
{
	struct act x = { .tenant_id = store.tenant_id,
		.line = d,
		.author = who,
		.note = why,
		.order_id = str_from(order_id) };

	store_must(act_version(store.db, store.arena, store.tenant_id, d, &x.version, &store.e));
	store_must(db_begin(store.db, &store.e));
	store_must(fn(store.db, store.arena, &x, &store.e));
	store_must(db_commit(store.db, &store.e));
}

/* As the worker leaves what impact.com judged so. */
static void
judged(int64_t id, const char *state, const char *code)
{
	store_run(
	    "UPDATE conversion SET state = '%s', code = '%s', attempts = 1, sending_at = UTC_TIMESTAMP(3), ended_at "
	    "= UTC_TIMESTAMP(3) WHERE conversion_id = %lld",
	    state, code, (long long)id);
	store_run("DELETE FROM delivery WHERE effect_id = %lld", (long long)id);
}

/* Deal 301 went out and counts. */
static struct activity_detail
sent_deal(void)
{
	struct activity_detail d;

	flow_deal_in_crm();
	flow_deal_changed("301", "dealstage", "closedwon");
	flow_decided();
	d = line_with("CONVERSION");
	judged(d.row.conversion.conversion_id, "CONFIRMED", "");
	return line_of(d.row.decision_id);
}

/* A person sent it a second time, and that one was refused. */
static struct activity_detail
second_refused(const char *code)
{
	struct activity_detail d = sent_deal();

	person_does(second, &d, "301-b");
	judged(line_of(second_line).row.conversion.conversion_id, "REJECTED", code);
	return line_of(second_line);
}

/* OrderId is mapped to another value, and the same stage comes once more. */
static struct activity_detail
held_deal(void)
{
	(void)sent_deal();
	flow_also("{deal_[stage]_id}", "again_{hs_object_id}");
	flow_deal_changed("301", "dealstage", "closedwon");
	flow_decided();
	return line_with("HELD");
}

static struct activity_detail
released_refused(const char *code)
{
	struct activity_detail d = held_deal();

	person_does(act_release, &d, "");
	judged(d.held_id, "REJECTED", code);
	return line_of(d.row.decision_id);
}

/* Given up and sent after all. */
static struct activity_detail
dropped_refused(const char *code)
{
	struct activity_detail d = held_deal();

	person_does(act_drop, &d, "");
	d = line_of(d.row.decision_id);
	person_does(act_resend, &d, "");
	judged(d.row.conversion.conversion_id, "REJECTED", code);
	return line_of(d.row.decision_id);
}

static const struct {
	struct activity_detail (*refused)(const char *code);
	const char *order_id;
} ways[] = { { second_refused, "301-b" }, { released_refused, "again_301" }, { dropped_refused, "again_301" } };

#define WAYS (sizeof(ways) / sizeof(ways[0]))

/* What the site is told before a person decides. */
static struct decide_look
look_at(const struct activity_detail *d)
{
	static struct pending p;
	struct decide_look look = { .event = &p, .conversion_id = d->row.conversion.conversion_id };

	p = (struct pending){ .looks = 1, .key = d->event_key, .received_ms = d->row.received_ms };
	store_must(activity_event(store.db, store.arena, store.tenant_id, d, &p.event, &store.e));
	flow.n = 0;
	store_must(flow_run(decide_look_new(store.arena, &store.parts, store.tenant_id, &look)));
	assert_true(look.done);
	return look;
}

static void
ask_and_decide(const struct activity_detail *d)
{
	store_must(db_begin(store.db, &store.e));
	store_must(again_ask(store.db, store.tenant_id, d, d->row.conversion.version, who, why, &store.e));
	store_must(db_commit(store.db, &store.e));
	flow_decide();
	assert_int_equal(store_int("SELECT (SELECT COUNT(*) FROM asked WHERE tenant_id = %lld) + (SELECT COUNT(*) FROM "
	                           "pending WHERE tenant_id = %lld)",
	                     (long long)store.tenant_id, (long long)store.tenant_id),
	    0);
}

static int64_t
told(const char *kind)
{
	return store_int("SELECT COUNT(*) FROM history WHERE tenant_id = %lld AND kind = '%s'",
	    (long long)store.tenant_id, kind);
}

static void
has(int64_t id, const char *column, const char *words)
{
	struct str text = ledger_column(id, column);

	if (str_find(text, str_from(words)) == text.n)
		fail_msg("no %s in " STR_FMT, words, STR_ARG(text));
}

static void
B_25_a_refused_second_conversion_is_sent_again_under_its_own_order(void **state)
{
	for (size_t i = 0; i < WAYS; i++) {
		struct activity_detail d;
		struct decide_look look;
		struct str order = str_from(ways[i].order_id);
		int64_t id;

		flow_fresh(state);
		d = ways[i].refused(REFUSED);
		id = d.row.conversion.conversion_id;
		flow_also("{contact.custom_impact_click_id}", "mended-click");
		look = look_at(&d);
		assert_true(look.sends);
		assert_true(str_find(look.fields, order) < look.fields.n);
		ask_and_decide(&d);
		assert_int_equal(told("not_again"), 0);
		assert_int_equal(ledger_state(id), STATE_READY);
		assert_int_equal(ledger_number(id, "revision"), 2);
		assert_str(ledger_column(id, "order_id"), ways[i].order_id);
		has(id, "body", str_c(store.arena, str_printf(store.arena, "OrderId=" STR_FMT "&", STR_ARG(order))));
		has(id, "body", MENDED);
		assert_true(str_eq(ledger_column(id, "fields"), look.fields));
		assert_true(str_eq(ledger_column(id, "body_hash"), look.body_hash));
		assert_str(ledger_stage(id), "send");
		/* The first one is what it was, and there is no third. */
		assert_int_equal(
		    store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld AND state = 'CONFIRMED' AND "
		              "revision = 1",
		        (long long)store.tenant_id),
		    1);
		assert_int_equal(store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld",
		                     (long long)store.tenant_id),
		    2);
	}
}

static void
B_25_its_order_stays_when_the_mapping_of_orders_is_changed(void **state)
{
	for (size_t i = 0; i < WAYS; i++) {
		struct activity_detail d;
		int64_t id;

		flow_fresh(state);
		d = ways[i].refused(REFUSED);
		id = d.row.conversion.conversion_id;
		flow_also(i == 0 ? "{deal_[stage]_id}" : "again_{hs_object_id}", "third_{hs_object_id}");
		flow_also("{contact.custom_impact_click_id}", "mended-click");
		assert_true(look_at(&d).sends);
		ask_and_decide(&d);
		assert_int_equal(ledger_state(id), STATE_READY);
		assert_str(ledger_column(id, "order_id"), ways[i].order_id);
		has(id, "body", MENDED);
	}
}

static void
the_same_body_of_a_second_conversion_is_known_as_the_same(void **state)
{
	for (size_t i = 0; i < WAYS; i++) {
		struct activity_detail d;
		int64_t id;

		flow_fresh(state);
		d = ways[i].refused(REFUSED);
		id = d.row.conversion.conversion_id;
		assert_true(str_eq(look_at(&d).body_hash, ledger_column(id, "body_hash")));
		ask_and_decide(&d);
		assert_int_equal(ledger_state(id), STATE_REJECTED);
		assert_int_equal(told("unchanged"), 1);
	}
}

/* Under the OrderId of a mended mapping another conversion went out: both answers know it. */
static void
what_another_conversion_has_is_neither_offered_nor_sent(void **state)
{
	struct activity_detail d = sent_deal();
	struct decide_look look;

	(void)state;
	judged(d.row.conversion.conversion_id, "REJECTED", REFUSED);
	flow_also("{deal_[stage]_id}", "again_{hs_object_id}");
	flow_deal_changed("301", "dealstage", "closedwon");
	flow_decided();
	d = line_of(d.row.decision_id);
	look = look_at(&d);
	assert_false(look.sends);
	assert_str(look.code, "duplicate_effect");
	ask_and_decide(&d);
	assert_int_equal(ledger_state(d.row.conversion.conversion_id), STATE_REJECTED);
	assert_int_equal(told("not_again"), 1);
}

/* The rules are saved while the event type is held: what a person let out is made anew too, and not given up. */
static void
a_second_conversion_of_a_held_event_type_is_made_anew_under_its_own_order(void **state)
{
	for (size_t i = 0; i < WAYS; i++) {
		struct activity_detail d;
		int64_t id;

		flow_fresh(state);
		d = ways[i].refused("ACTIONTRACKER_NOT_FOUND");
		id = d.row.conversion.conversion_id;
		store_must(hold_begin(store.db, store.arena, store.tenant_id, ledger_number(id, "event_type_id"), id,
		    STR("ACTIONTRACKER_NOT_FOUND"), &store.e));
		flow_also("{deal_[deal stage]}", "SALE");
		resume_rules(store.db, store.tenant_id);
		flow_decide();
		assert_int_equal(ledger_state(id), STATE_READY);
		assert_str(ledger_column(id, "event_type"), "SALE");
		assert_str(ledger_column(id, "order_id"), ways[i].order_id);
		has(id, "body", "EventTypeCode=SALE&");
	}
}

/* What was never let out beside another stays with the guard. */
static void
an_ordinary_one_that_is_refused_is_still_held_back_by_the_guard(void **state)
{
	struct activity_detail d = released_refused(REFUSED);

	(void)state;
	store_run("DELETE FROM history WHERE tenant_id = %lld", (long long)store.tenant_id);
	flow_also("{contact.custom_impact_click_id}", "mended-click");
	assert_false(look_at(&d).sends);
	ask_and_decide(&d);
	assert_int_equal(ledger_state(d.row.conversion.conversion_id), STATE_REJECTED);
	assert_int_equal(told("not_again"), 1);
}

#define TEST(name) cmocka_unit_test_setup(name, flow_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(B_25_a_refused_second_conversion_is_sent_again_under_its_own_order),
		TEST(B_25_its_order_stays_when_the_mapping_of_orders_is_changed),
		TEST(the_same_body_of_a_second_conversion_is_known_as_the_same),
		TEST(what_another_conversion_has_is_neither_offered_nor_sent),
		TEST(a_second_conversion_of_a_held_event_type_is_made_anew_under_its_own_order),
		TEST(an_ordinary_one_that_is_refused_is_still_held_back_by_the_guard),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
