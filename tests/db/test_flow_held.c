/*
 * An event type that impact.com refuses for its set-up is held after one refusal; one probe after a fix; then all are
 * sent, in their order, the refused ones too (design 6).
 */
#include "core/effect.h"
#include "core/verdict.h"
#include "lib/held.h"
#include "store/act.h"
#include "store/again.h"
#include "store/hold.h"
#include "store/transaction.h"
#include "task/resume.h"

static int64_t
make(const char *order, const char *type, int64_t occurred_ms)
{
	struct conversion c = ledger_of(order, order, type, occurred_ms);

	return ledger_claim(&c).id;
}

static int64_t
held(void)
{
	return store_int("SELECT COUNT(*) FROM event_type_hold WHERE tenant_id = %lld", (long long)store.tenant_id);
}

static struct {
	int64_t refused, waiting, other;
} all;

/* Of event type WON one was sent and is refused, one waits to be sent; of LEAD one waits too. */
static void
refuse(const char *code)
{
	held_later();
	all.refused = make("first", "WON", 1000);
	assert_true(held_send_all() > 0);
	all.waiting = make("second", "WON", 2000);
	all.other = make("third", "LEAD", 3000);
	held_verdict(all.refused, code);
	held_later();
}

static void
after_one_refusal_nothing_more_of_the_event_type_goes_out(void **state)
{
	static const char *const codes[] = { "ACTIONTRACKER_NOT_FOUND", "ACTIONTRACKER_NOT_ACTIVE",
		"ACTIONTRACKER_CAMPAIGN_MISMATCH", "CAMPAIGN_NOT_FOUND" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		flow_fresh(state);
		refuse(codes[i]);
		assert_int_equal(ledger_state(all.refused), STATE_REJECTED);
		assert_str(ledger_column(all.refused, "code"), codes[i]);
		assert_int_equal(ledger_state(all.waiting), STATE_PARKED);
		assert_str(ledger_column(all.waiting, "code"), HOLD_CODE);
		assert_str(ledger_stage(all.waiting), "");
		assert_int_equal(held_send_all(), 1);
		assert_int_equal(ledger_state(all.other), STATE_ACCEPTED);
	}
}

static int64_t
proved_types(void)
{
	return store_int("SELECT COUNT(*) FROM event_type WHERE tenant_id = %lld AND proved_at IS NOT NULL",
	    (long long)store.tenant_id);
}

/* Taking it up says nothing of its event type (I-15): the verdict does. */
static void
a_refusal_of_the_one_conversion_holds_nothing_and_proves_its_event_type(void **state)
{
	(void)state;
	refuse("ACTIONTRACKER_NOT_FOUND");
	assert_int_equal(proved_types(), 0);
	flow_fresh(state);
	refuse("ACTION_REF_NOT_FOUND");
	assert_int_equal(proved_types(), 1);
	assert_int_equal(held(), 0);
	assert_int_equal(held_send_all(), 2);
}

static void
what_is_decided_meanwhile_waits_too(void **state)
{
	int64_t id;

	(void)state;
	flow_deal_in_crm();
	flow_deal_changed("301", "dealstage", "closedwon");
	flow_decided();
	id = flow_conversion();
	assert_int_equal(held_send_all(), 1);
	held_verdict(id, "ACTIONTRACKER_NOT_FOUND");
	held_deal_won("302");
	assert_int_equal(
	    store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld AND object_id = '302' AND state = "
	              "'PARKED' AND code = '" HOLD_CODE "'",
	        (long long)store.tenant_id),
	    1);
	assert_int_equal(
	    store_int("SELECT COUNT(*) FROM decision WHERE tenant_id = %lld AND object_id = '302' AND outcome "
	              "= 'CONVERSION'",
	        (long long)store.tenant_id),
	    1);
	assert_int_equal(held_send_all(), 0);
}

/* What another event makes of it is new, but its event type is as it was. */
static void
a_next_revision_waits_too(void **state)
{
	int64_t id;

	(void)state;
	held_later();
	flow_deal_in_crm();
	held_deal_won("301");
	id = held_of_deal("301");
	assert_int_equal(held_send_all(), 1);
	held_verdict(id, "ACTIONTRACKER_NOT_FOUND");
	held_later();
	flow_also("{amount}", "88.00");
	store_run("DELETE FROM pending");
	store_run("DELETE FROM inbox");
	held_deal_won("301");
	assert_int_equal(ledger_number(id, "revision"), 2);
	assert_int_equal(ledger_state(id), STATE_PARKED);
	assert_int_equal(held_send_all(), 0);
	assert_int_equal(held_probe(), 1);
	assert_int_equal(held_send_all(), 1);
	assert_int_equal(ledger_number(id, "revision"), 2);
}

static void
ask_for_all_again(void)
{
	const struct again_choice c = { .tenant_id = store.tenant_id,
		.filter = { .code = STR("ACTIONTRACKER_NOT_FOUND") },
		.author = STR("ada@acme.test") };
	struct again_walk walk = { 0 };
	struct again_counts n = { 0 };

	store_must(transaction_begin(store.db, &store.e));
	store_must(transaction_end(store.db, again_ask_all(store.db, store.arena, &c, &walk, &n, &store.e), "asking",
	    &store.e));
	assert_int_equal(n.asked, 2);
}

static void
two_deals_refused(void)
{
	held_later();
	flow_deal_in_crm();
	held_deal_won("301");
	held_deal_won("302");
	assert_int_equal(held_send_all(), 2);
	held_verdict(held_of_deal("301"), "ACTIONTRACKER_NOT_FOUND");
	held_verdict(held_of_deal("302"), "ACTIONTRACKER_NOT_FOUND");
	held_later();
}

/* A person has mended it, as far as anybody knows: one shows whether that is so. */
static void
of_all_that_a_person_asks_for_one_is_tried_and_the_others_wait(void **state)
{
	(void)state;
	two_deals_refused();
	ask_for_all_again();
	flow_decide();
	assert_int_equal(held_send_all(), 1);
	held_later();
	held_verdict(ledger_state(held_of_deal("301")) == STATE_ACCEPTED ? held_of_deal("301") : held_of_deal("302"),
	    "");
	held_later();
	assert_int_equal(held_send_all(), 1);
}

/* Two deals were refused and got other amounts, a person asks for both, and decide has looked only at that one. */
static void
asked_for_and_looked_at(const char *deal)
{
	two_deals_refused();
	crm_put("deals", "301",
	    "{\"dealstage\":\"closedwon\",\"amount\":\"77\",\"hs_lastmodifieddate\":\"2026-09-10T17:42:38Z\"}");
	crm_put("deals", "302",
	    "{\"dealstage\":\"closedwon\",\"amount\":\"78\",\"hs_lastmodifieddate\":\"2026-09-10T17:42:38Z\"}");
	ask_for_all_again();
	store_run("UPDATE pending SET due = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR WHERE tenant_id = %lld AND object_id <> "
	          "'%s'",
	    (long long)store.tenant_id, deal);
	flow_decide();
}

static void
the_other_is_looked_at(void)
{
	store_run("UPDATE pending SET due = UTC_TIMESTAMP(3) WHERE tenant_id = %lld", (long long)store.tenant_id);
	flow_decide();
	assert_int_equal(store_int("SELECT COUNT(*) FROM asked WHERE tenant_id = %lld", (long long)store.tenant_id), 0);
}

static bool
body_of(const char *deal, const char *words)
{
	struct str body = ledger_column(held_of_deal(deal), "body");

	return str_find(body, str_from(words)) < body.n;
}

/* Deal 301 is the oldest: it is not tried with the record of before. */
static void
what_a_person_asked_for_again_is_tried_with_the_record_of_now(void **state)
{
	(void)state;
	asked_for_and_looked_at("302");
	assert_int_equal(held_probe(), 0);
	assert_int_equal(ledger_state(held_of_deal("301")), STATE_REJECTED);
	assert_true(body_of("302", "OrderSubTotal=78"));
	assert_int_equal(held_send_all(), 1);
	assert_int_equal(ledger_state(held_of_deal("302")), STATE_ACCEPTED);
	the_other_is_looked_at();
	assert_true(body_of("301", "OrderSubTotal=77"));
	assert_int_equal(ledger_state(held_of_deal("301")), STATE_PARKED);
}

static void
the_end_of_a_hold_sends_nothing_that_a_person_asked_for_with_the_record_of_before(void **state)
{
	(void)state;
	asked_for_and_looked_at("301");
	assert_int_equal(held_send_all(), 1);
	held_later();
	held_verdict(held_of_deal("301"), "");
	assert_int_equal(held(), 0);
	assert_int_equal(held_send_all(), 0);
	assert_int_equal(ledger_state(held_of_deal("302")), STATE_REJECTED);
	the_other_is_looked_at();
	assert_true(body_of("302", "OrderSubTotal=78"));
	held_later();
	assert_int_equal(held_send_all(), 1);
}

static void
the_refused_one_is_the_probe_with_the_same_bytes(void **state)
{
	struct str body;

	(void)state;
	refuse("ACTIONTRACKER_NOT_FOUND");
	body = ledger_column(all.refused, "body");
	assert_int_equal(held_probe(), 1);
	assert_int_equal(ledger_state(all.refused), STATE_READY);
	assert_int_equal(ledger_number(all.refused, "revision"), 2);
	assert_true(str_eq(ledger_column(all.refused, "body"), body));
	assert_int_equal(held_probe(), 0); /* it is on its way */
	held_send_all();
	assert_int_equal(ledger_state(all.refused), STATE_ACCEPTED);
	assert_int_equal(held_probe(), 0); /* not judged yet */
	assert_int_equal(ledger_state(all.waiting), STATE_PARKED);
}

static void
a_probe_that_is_refused_again_leaves_it_held(void **state)
{
	(void)state;
	refuse("ACTIONTRACKER_NOT_FOUND");
	held_probe();
	held_send_all();
	held_later();
	held_verdict(all.refused, "ACTIONTRACKER_NOT_ACTIVE");
	assert_int_equal(held(), 1);
	assert_int_equal(ledger_state(all.waiting), STATE_PARKED);
	held_later();
	assert_int_equal(held_probe(), 1);
	assert_int_equal(ledger_state(all.refused), STATE_READY);
}

/* A person's test holds nothing; neither does it show that the event type works. */
static void
a_test_refused_for_its_event_type_ends_no_hold(void **state)
{
	int64_t test;

	(void)state;
	refuse("ACTIONTRACKER_NOT_FOUND");
	test = make("test", "WON", 4000);
	store_run("UPDATE conversion SET state = 'READY', trigger_id = '" EFFECT_TEST_TRIGGER
	          "' WHERE conversion_id = %lld",
	    (long long)test);
	store_run("INSERT INTO delivery (tenant_id, kind, effect_id, stage, due) VALUES (%lld, 'conversion', %lld, "
	          "'send', UTC_TIMESTAMP(3)) ON DUPLICATE KEY UPDATE stage = 'send'",
	    (long long)store.tenant_id, (long long)test);
	assert_int_equal(held_send_all(), 2);
	held_later();
	held_verdict(test, "ACTIONTRACKER_NOT_FOUND");
	assert_int_equal(ledger_state(test), STATE_REJECTED);
	assert_int_equal(held(), 1);
	assert_int_equal(proved_types(), 0);
	assert_int_equal(ledger_state(all.waiting), STATE_PARKED);
}

/* Of a code that the column does not hold whole the verdict is written all the same. */
static void
a_code_of_any_length_holds_it(void **state)
{
	char code[200] = "ACTIONTRACKER_";

	(void)state;
	memset(code + strlen(code), 'X', sizeof(code) - strlen(code) - 1);
	refuse(code);
	assert_int_equal(held(), 1);
	assert_int_equal(ledger_state(all.refused), STATE_REJECTED);
	assert_str(ledger_column(all.refused, "code"), code);
	assert_int_equal(ledger_state(all.waiting), STATE_PARKED);
}

/* Taken, or refused for a reason that is the conversion's own: the event type works. */
static void
a_probe_that_is_taken_releases_all_in_their_order(void **state)
{
	static const char *const reasons[] = { "", "ACTION_REF_NOT_FOUND" };

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		int64_t early, late;

		flow_fresh(state);
		late = make("z", "WON", 9000);
		early = make("y", "WON", 500);
		refuse("ACTIONTRACKER_NOT_FOUND"); /* all three WON went out before the first verdict */
		held_verdict(late, "ACTIONTRACKER_NOT_FOUND");
		held_verdict(early, "ACTIONTRACKER_NOT_FOUND");
		assert_int_equal(ledger_state(late), STATE_REJECTED);
		assert_int_equal(held_send_all(), 1); /* LEAD */
		held_later();
		assert_int_equal(held_probe(), 1);
		assert_int_equal(ledger_state(early), STATE_READY); /* the oldest */
		assert_int_equal(held_send_all(), 1);
		held_verdict(early, reasons[i]);
		assert_int_equal(held(), 0);
		assert_int_equal(ledger_state(all.refused), STATE_READY);
		assert_int_equal(ledger_state(all.waiting), STATE_READY);
		assert_int_equal(ledger_state(late), STATE_READY);
		assert_int_equal(
		    store_int("SELECT (SELECT due FROM delivery WHERE effect_id = %lld) < (SELECT due FROM "
		              "delivery WHERE effect_id = %lld) AND (SELECT due FROM delivery WHERE effect_id = "
		              "%lld) < (SELECT due FROM delivery WHERE effect_id = %lld)",
		        (long long)all.refused, (long long)all.waiting, (long long)all.waiting, (long long)late),
		    1);
		held_later();
		assert_int_equal(held_send_all(), 3);
	}
}

/* What was sent before the hold and is judged later shows nothing about a mended event type. */
static void
a_verdict_of_an_earlier_one_does_not_release(void **state)
{
	int64_t other;

	(void)state;
	other = make("other", "WON", 100);
	refuse("ACTIONTRACKER_NOT_ACTIVE");
	held_verdict(other, "");
	assert_int_equal(held(), 1);
	assert_int_equal(ledger_state(all.waiting), STATE_PARKED);
	/* Nor does it stand in the way of a probe. */
	assert_int_equal(held_probe(), 1);
}

static void
what_is_retried_hourly_does_not_let_them_out(void **state)
{
	int64_t n;

	(void)state;
	refuse("ACTIONTRACKER_NOT_FOUND");
	store_must(conversion_unpark(store.db, store.tenant_id, STR(""), &n, &store.e));
	assert_int_equal(n, 0);
	assert_int_equal(ledger_state(all.waiting), STATE_PARKED);
}

static void
a_saved_configuration_and_new_credentials_are_followed_by_a_probe(void **state)
{
	static void (*const fixes[])(struct db *, int64_t) = { resume_rules, resume_impact };

	for (size_t i = 0; i < 2; i++) {
		flow_fresh(state);
		refuse("CAMPAIGN_NOT_FOUND");
		fixes[i](store.db, store.tenant_id);
		assert_int_equal(ledger_state(all.refused), STATE_READY);
		assert_int_equal(ledger_state(all.waiting), STATE_PARKED);
		assert_true(ledger_woken(LEASE_SEND));
	}
}

/* The hold may end between decide's look and its write. */
static void
a_claim_of_an_event_type_that_is_no_longer_held_goes_out(void **state)
{
	struct conversion c = ledger_conversion("A");
	int64_t id;

	(void)state;
	c.type_held = true;
	id = ledger_claim(&c).id;
	assert_int_equal(ledger_state(id), STATE_READY);
	assert_str(ledger_stage(id), "send");
}

static void
the_ledger_and_the_table_of_verdicts_mean_the_same_codes(void **state)
{
	(void)state;
	for (size_t i = 0; i < verdict_table_n; i++) {
		struct str code = str_from(verdict_table[i].code);
		int64_t id;

		flow_fresh(state);
		id = ledger_in(STATE_REJECTED, "");
		store_run("UPDATE conversion SET code = '%s', sending_at = UTC_TIMESTAMP(3) WHERE conversion_id = %lld",
		    verdict_table[i].code, (long long)id);
		store_must(hold_begin(store.db, store.arena, store.tenant_id, ledger_number(id, "event_type_id"), id,
		    code, &store.e));
		if (held_probe() != (verdict_holds_event_type(code) ? 1 : 0))
			fail_msg("%s", verdict_table[i].code);
	}
}

#define TEST(name) cmocka_unit_test_setup(name, flow_fresh)

/* A person looked, and it is not at impact.com. */
static void
resend(int64_t id)
{
	struct activity_detail line = { .row.decision = STR("CONVERSION"),
		.row.conversion = { .conversion_id = id, .state = STR("DEAD") } };
	const struct act x = { .tenant_id = store.tenant_id,
		.line = &line,
		.version = ledger_number(id, "version"),
		.author = STR("ada@acme.test"),
		.note = STR("not there") };

	store_must(transaction_begin(store.db, &store.e));
	store_must(transaction_end(store.db, act_resend(store.db, store.arena, &x, &store.e), "sending it", &store.e));
}

/* What a person sends goes no sooner than the rest of an event type that impact.com refuses for its set-up. */
static void
of_a_held_event_type_that_a_person_sends_something_of_the_oldest_is_tried(void **state)
{
	static const struct {
		int64_t occurred_ms;
		enum state it, refused;
	} rows[] = { { 4000, STATE_PARKED, STATE_READY }, { 500, STATE_READY, STATE_REJECTED } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t id;

		flow_fresh(state);
		refuse("ACTIONTRACKER_NOT_FOUND");
		id = make("fourth", "WON", rows[i].occurred_ms);
		store_run("UPDATE conversion SET state = 'DEAD' WHERE conversion_id = %lld", (long long)id);
		store_run("DELETE FROM delivery WHERE effect_id = %lld", (long long)id);
		resend(id);
		assert_int_equal(ledger_state(id), rows[i].it);
		assert_str(ledger_column(id, "code"), rows[i].it == STATE_PARKED ? HOLD_CODE : "");
		assert_str(ledger_stage(id), rows[i].it == STATE_PARKED ? "" : "send");
		assert_int_equal(ledger_state(all.refused), rows[i].refused);
		assert_int_equal(ledger_state(all.waiting), STATE_PARKED);
		assert_true(ledger_woken(LEASE_SEND));
	}
}

/* It may have arrived all the same: with other bytes it would be a second conversion. */
static void
what_a_person_sends_once_more_keeps_its_bytes_whatever_is_saved_while_it_waits(void **state)
{
	struct str body;
	int64_t id;

	(void)state;
	held_later();
	flow_deal_in_crm();
	held_deal_won("301");
	assert_int_equal(held_send_all(), 1);
	held_deal_won("302");
	id = held_of_deal("302");
	body = ledger_column(id, "body");
	flow_say(500, "{}");
	flow_send();
	assert_int_equal(ledger_state(id), STATE_UNKNOWN);
	store_run("UPDATE conversion SET state = 'DEAD', code = 'no_answer' WHERE conversion_id = %lld", (long long)id);
	store_run("DELETE FROM delivery WHERE effect_id = %lld", (long long)id);
	held_verdict(held_of_deal("301"), "ACTIONTRACKER_NOT_FOUND");
	held_later();
	resend(id);
	assert_int_equal(ledger_state(id), STATE_PARKED);
	flow_also("{deal_[stage]_id}", "again_{hs_object_id}");
	flow_decide();
	assert_true(str_eq(ledger_column(id, "body"), body));
	assert_str(ledger_column(id, "order_id"), "deal_closedwon_302");
	assert_int_equal(held_send_all(), 1);
	held_later();
	held_verdict(held_of_deal("301"), "");
	assert_int_equal(held(), 0);
	held_later();
	assert_int_equal(held_send_all(), 1);
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
	assert_true(str_eq(ledger_column(id, "body"), body));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(after_one_refusal_nothing_more_of_the_event_type_goes_out),
		TEST(a_refusal_of_the_one_conversion_holds_nothing_and_proves_its_event_type),
		TEST(what_is_decided_meanwhile_waits_too),
		TEST(a_next_revision_waits_too),
		TEST(of_all_that_a_person_asks_for_one_is_tried_and_the_others_wait),
		TEST(what_a_person_asked_for_again_is_tried_with_the_record_of_now),
		TEST(the_end_of_a_hold_sends_nothing_that_a_person_asked_for_with_the_record_of_before),
		TEST(the_refused_one_is_the_probe_with_the_same_bytes),
		TEST(a_probe_that_is_refused_again_leaves_it_held),
		TEST(a_code_of_any_length_holds_it),
		TEST(a_test_refused_for_its_event_type_ends_no_hold),
		TEST(a_probe_that_is_taken_releases_all_in_their_order),
		TEST(a_verdict_of_an_earlier_one_does_not_release),
		TEST(what_is_retried_hourly_does_not_let_them_out),
		TEST(a_saved_configuration_and_new_credentials_are_followed_by_a_probe),
		TEST(a_claim_of_an_event_type_that_is_no_longer_held_goes_out),
		TEST(the_ledger_and_the_table_of_verdicts_mean_the_same_codes),
		TEST(of_a_held_event_type_that_a_person_sends_something_of_the_oldest_is_tried),
		TEST(what_a_person_sends_once_more_keeps_its_bytes_whatever_is_saved_while_it_waits),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
