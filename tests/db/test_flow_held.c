/*
 * An event type that impact.com refuses for its set-up is held after one refusal; one probe after a fix; then all are
 * sent, in their order, the refused ones too (design 6).
 */
#include "core/verdict.h"
#include "lib/flow.h"
#include "store/act.h"
#include "store/hold.h"
#include "task/resume.h"

#define QUEUED  "{\"Status\":\"QUEUED\",\"QueuedUri\":\"/Advertisers/IR1/APISubmissions/A-1\"}"
#define NOTHING "{\"@page\":\"1\",\"@numpages\":\"1\",\"Actions\":[]}"

static int64_t
make(const char *order, const char *type, int64_t occurred_ms)
{
	struct conversion c = ledger_of(order, order, type, occurred_ms);

	return ledger_claim(&c).id;
}

/* All that is due goes out and is queued; how many. */
static size_t
send_all(void)
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

/* What impact.com says of a submission of it; an empty reason: it worked, and there is no action (yet). */
static void
verdict(int64_t id, const char *reason)
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

static int64_t
probe(void)
{
	int64_t n;

	store_must(hold_probe(store.db, store.arena, store.tenant_id, &n, &store.e));
	return n;
}

static int64_t
held(void)
{
	return store_int("SELECT COUNT(*) FROM event_type_hold WHERE tenant_id = %lld", (long long)store.tenant_id);
}

/* The clock goes on, so that what is sent next is later than what was. */
static void
later(void)
{
	static int64_t seconds;

	seconds += 10;
	store_later(store.db, seconds);
}

static struct {
	int64_t refused, waiting, other;
} all;

/* Of event type WON one was sent and is refused, one waits to be sent; of LEAD one waits too. */
static void
refuse(const char *code)
{
	later();
	all.refused = make("first", "WON", 1000);
	assert_true(send_all() > 0);
	all.waiting = make("second", "WON", 2000);
	all.other = make("third", "LEAD", 3000);
	verdict(all.refused, code);
	later();
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
		assert_int_equal(send_all(), 1);
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
	assert_int_equal(send_all(), 2);
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
	assert_int_equal(send_all(), 1);
	verdict(id, "ACTIONTRACKER_NOT_FOUND");
	crm_put("deals", "302",
	    "{\"dealstage\":\"closedwon\",\"amount\":\"1\",\"hs_lastmodifieddate\":\"2026-09-10T17:42:38Z\"}");
	crm_link("deals", "302", "contacts", "77", false);
	flow_deal_changed("302", "dealstage", "closedwon");
	flow_decided();
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
	assert_int_equal(send_all(), 0);
}

static void
the_refused_one_is_the_probe_with_the_same_bytes(void **state)
{
	struct str body;

	(void)state;
	refuse("ACTIONTRACKER_NOT_FOUND");
	body = ledger_column(all.refused, "body");
	assert_int_equal(probe(), 1);
	assert_int_equal(ledger_state(all.refused), STATE_READY);
	assert_int_equal(ledger_number(all.refused, "revision"), 2);
	assert_true(str_eq(ledger_column(all.refused, "body"), body));
	assert_int_equal(probe(), 0); /* it is on its way */
	send_all();
	assert_int_equal(ledger_state(all.refused), STATE_ACCEPTED);
	assert_int_equal(probe(), 0); /* not judged yet */
	assert_int_equal(ledger_state(all.waiting), STATE_PARKED);
}

static void
a_probe_that_is_refused_again_leaves_it_held(void **state)
{
	(void)state;
	refuse("ACTIONTRACKER_NOT_FOUND");
	probe();
	send_all();
	later();
	verdict(all.refused, "ACTIONTRACKER_NOT_ACTIVE");
	assert_int_equal(held(), 1);
	assert_int_equal(ledger_state(all.waiting), STATE_PARKED);
	later();
	assert_int_equal(probe(), 1);
	assert_int_equal(ledger_state(all.refused), STATE_READY);
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
		verdict(late, "ACTIONTRACKER_NOT_FOUND");
		verdict(early, "ACTIONTRACKER_NOT_FOUND");
		assert_int_equal(ledger_state(late), STATE_REJECTED);
		assert_int_equal(send_all(), 1); /* LEAD */
		later();
		assert_int_equal(probe(), 1);
		assert_int_equal(ledger_state(early), STATE_READY); /* the oldest */
		assert_int_equal(send_all(), 1);
		verdict(early, reasons[i]);
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
		later();
		assert_int_equal(send_all(), 3);
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
	verdict(other, "");
	assert_int_equal(held(), 1);
	assert_int_equal(ledger_state(all.waiting), STATE_PARKED);
	/* Nor does it stand in the way of a probe. */
	assert_int_equal(probe(), 1);
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

/* ---- the rules that made what is held are changed */

static void
deal_won(const char *id)
{
	crm_put("deals", id,
	    "{\"dealstage\":\"closedwon\",\"amount\":\"1\",\"hs_lastmodifieddate\":\"2026-09-10T17:42:38Z\"}");
	crm_link("deals", id, "contacts", "77", false);
	flow_deal_changed(id, "dealstage", "closedwon");
	flow_decided();
}

static int64_t
of_deal(const char *id)
{
	return store_int("SELECT conversion_id FROM conversion WHERE tenant_id = %lld AND object_id = '%s'",
	    (long long)store.tenant_id, id);
}

/* Deal 301 was refused, deal 302 waits. */
static void
two_deals_held(const char *code)
{
	later();
	flow_deal_in_crm();
	deal_won("301");
	assert_int_equal(send_all(), 1);
	verdict(of_deal("301"), code);
	deal_won("302");
	assert_int_equal(ledger_state(of_deal("302")), STATE_PARKED);
	later();
}

static void
save_and_decide(const char *what, const char *by)
{
	flow_also(what, by);
	resume_rules(store.db, store.tenant_id);
	flow_decide();
}

static void
ledger_has_two(void)
{
	assert_int_equal(store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld",
	                     (long long)store.tenant_id),
	    2);
	assert_int_equal(store_int("SELECT COUNT(*) FROM decision WHERE tenant_id = %lld AND outcome = 'CONVERSION'",
	                     (long long)store.tenant_id),
	    2);
	assert_int_equal(store_int("SELECT COUNT(*) FROM pending WHERE tenant_id = %lld", (long long)store.tenant_id),
	    0);
}

static void
a_changed_mapping_makes_them_anew_under_the_right_event_type(void **state)
{
	static const char *const ids[] = { "301", "302" };

	(void)state;
	two_deals_held("ACTIONTRACKER_NOT_FOUND");
	save_and_decide("{deal_[deal stage]}", "SALE");
	ledger_has_two();
	for (size_t i = 0; i < 2; i++) {
		int64_t id = of_deal(ids[i]);
		struct str body = ledger_column(id, "body");

		assert_int_equal(ledger_state(id), STATE_READY);
		assert_str(ledger_column(id, "event_type"), "SALE");
		assert_true(str_find(body, STR("EventTypeCode=SALE&")) < body.n);
		assert_str(ledger_stage(id), "send");
	}
	assert_int_equal(send_all(), 2);
	/* The effect is known under its new key. */
	store_run("DELETE FROM inbox");
	deal_won("302");
	ledger_has_two();
}

/* Whoever saved them may die before anything else is done. */
static void
saved_rules_make_them_anew_whatever_happens_after_the_save(void **state)
{
	(void)state;
	two_deals_held("ACTIONTRACKER_NOT_FOUND");
	flow_also("{deal_[deal stage]}", "SALE");
	assert_true(ledger_woken(LEASE_DECIDE));
	flow_decide();
	ledger_has_two();
	assert_str(ledger_column(of_deal("301"), "event_type"), "SALE");
	assert_str(ledger_column(of_deal("302"), "event_type"), "SALE");
	assert_int_equal(send_all(), 2);
}

/* The database chose the save of two transactions that met: that is no edit of somebody else's. */
static void
a_save_that_met_a_decision_is_made_once_more(void **state)
{
	(void)state;
	two_deals_held("ACTIONTRACKER_NOT_FOUND");
	store_run(
	    "CREATE TRIGGER met BEFORE INSERT ON pending FOR EACH ROW BEGIN SET @met = IFNULL(@met, 0) + 1; IF @met < "
	    "3 THEN SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213; END IF; END");
	flow_also("{deal_[deal stage]}", "SALE");
	store_run("DROP TRIGGER met");
	flow_decide();
	ledger_has_two();
	assert_str(ledger_column(of_deal("301"), "event_type"), "SALE");
}

/* What is made anew is not sent with the bytes of the old rules first. */
static void
a_fix_sends_no_old_bytes_of_what_is_made_anew(void **state)
{
	static void (*const fixes[])(struct db *, int64_t) = { resume_rules, resume_impact };

	for (size_t i = 0; i < 2; i++) {
		flow_fresh(state);
		two_deals_held("CAMPAIGN_NOT_FOUND");
		flow_also("\"program_id\":\"1000\"", "\"program_id\":\"2000\"");
		fixes[i](store.db, store.tenant_id);
		assert_int_equal(send_all(), 0);
		flow_decide();
		assert_int_equal(send_all(), 2);
	}
}

static void
a_corrected_program_makes_them_anew(void **state)
{
	(void)state;
	two_deals_held("CAMPAIGN_NOT_FOUND");
	save_and_decide("\"program_id\":\"1000\"", "\"program_id\":\"2000\"");
	ledger_has_two();
	assert_str(ledger_column(of_deal("301"), "program_id"), "2000");
	assert_int_equal(send_all(), 2);
}

static void
with_the_same_event_type_one_is_tried_and_the_others_wait(void **state)
{
	struct str body;

	(void)state;
	two_deals_held("ACTIONTRACKER_NOT_FOUND");
	save_and_decide("{amount}", "77.00");
	ledger_has_two();
	assert_int_equal(ledger_state(of_deal("301")), STATE_READY);
	assert_int_equal(ledger_state(of_deal("302")), STATE_PARKED);
	body = ledger_column(of_deal("302"), "body");
	assert_true(str_find(body, STR("OrderSubTotal=77.00&")) < body.n);
}

/* The hourly probe is on its way: it must not be made a second time under another event type. */
static void
what_is_on_its_way_is_not_made_anew(void **state)
{
	(void)state;
	two_deals_held("ACTIONTRACKER_NOT_FOUND");
	flow_also("{deal_[deal stage]}", "SALE");
	resume_rules(store.db, store.tenant_id);
	assert_int_equal(probe(), 1);
	assert_int_equal(send_all(), 1);
	flow_decide();
	ledger_has_two();
	assert_str(ledger_column(of_deal("301"), "event_type"), "deal_closedwon");
	assert_str(ledger_column(of_deal("302"), "event_type"), "SALE");
}

static void
what_another_conversion_has_sent_by_now_is_given_up(void **state)
{
	(void)state;
	two_deals_held("ACTIONTRACKER_NOT_FOUND");
	flow_also("{deal_[deal stage]}", "SALE");
	store_run("DELETE FROM inbox");
	store_run("DELETE FROM pending");
	deal_won("302"); /* once more, with the new rules */
	assert_int_equal(store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld",
	                     (long long)store.tenant_id),
	    3);
	store_must(hold_redo(store.db, store.arena, store.tenant_id, &store.e));
	flow_decide();
	assert_int_equal(
	    store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld AND object_id = '302' AND state = "
	              "'DEAD' AND code = 'superseded'",
	        (long long)store.tenant_id),
	    1);
	assert_int_equal(send_all(), 2); /* deal 301 anew, and deal 302 once */
	assert_int_equal(probe(), 0);
}

static void
a_look_without_the_data_leaves_it_held_and_comes_again(void **state)
{
	(void)state;
	two_deals_held("ACTIONTRACKER_NOT_FOUND");
	crm_put("deals", "302", "{\"dealstage\":\"closedwon\"}");
	save_and_decide("{deal_[deal stage]}", "SALE");
	assert_int_equal(ledger_state(of_deal("302")), STATE_PARKED);
	assert_int_equal(store_int("SELECT COUNT(*) FROM pending WHERE tenant_id = %lld AND due > UTC_TIMESTAMP(3)",
	                     (long long)store.tenant_id),
	    1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM decision WHERE tenant_id = %lld AND outcome = 'CONVERSION'",
	                     (long long)store.tenant_id),
	    2);
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
		store_must(
		    hold_begin(store.db, store.tenant_id, ledger_number(id, "event_type_id"), id, code, &store.e));
		if (probe() != (verdict_holds_event_type(code) ? 1 : 0))
			fail_msg("%s", verdict_table[i].code);
	}
}

#define TEST(name) cmocka_unit_test_setup(name, flow_fresh)

/* What a person sends goes no sooner than the rest of an event type that impact.com refuses for its set-up. */
static void
what_a_person_sends_of_a_held_event_type_waits_for_it(void **state)
{
	int64_t id = ledger_in(STATE_DEAD, "");
	struct activity_detail line = { .row.decision = STR("CONVERSION"),
		.row.conversion = { .conversion_id = id, .state = STR("DEAD") } };
	const struct act x = { .tenant_id = store.tenant_id,
		.line = &line,
		.version = ledger_number(id, "version"),
		.author = STR("ada@acme.test"),
		.note = STR("not there") };

	(void)state;
	store_run(
	    "INSERT INTO event_type_hold (tenant_id, event_type_id, code, held_at) SELECT tenant_id, event_type_id, "
	    "'ACTIONTRACKER_NOT_FOUND', UTC_TIMESTAMP(3) FROM conversion WHERE conversion_id = %lld",
	    (long long)id);
	store_must(act_resend(store.db, store.arena, &x, &store.e));
	assert_int_equal(ledger_state(id), STATE_PARKED);
	assert_str(ledger_column(id, "code"), HOLD_CODE);
	assert_str(ledger_stage(id), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(after_one_refusal_nothing_more_of_the_event_type_goes_out),
		TEST(a_refusal_of_the_one_conversion_holds_nothing_and_proves_its_event_type),
		TEST(what_is_decided_meanwhile_waits_too),
		TEST(the_refused_one_is_the_probe_with_the_same_bytes),
		TEST(a_probe_that_is_refused_again_leaves_it_held),
		TEST(a_probe_that_is_taken_releases_all_in_their_order),
		TEST(a_verdict_of_an_earlier_one_does_not_release),
		TEST(what_is_retried_hourly_does_not_let_them_out),
		TEST(a_saved_configuration_and_new_credentials_are_followed_by_a_probe),
		TEST(a_changed_mapping_makes_them_anew_under_the_right_event_type),
		TEST(saved_rules_make_them_anew_whatever_happens_after_the_save),
		TEST(a_save_that_met_a_decision_is_made_once_more),
		TEST(a_fix_sends_no_old_bytes_of_what_is_made_anew),
		TEST(a_corrected_program_makes_them_anew),
		TEST(with_the_same_event_type_one_is_tried_and_the_others_wait),
		TEST(what_is_on_its_way_is_not_made_anew),
		TEST(what_another_conversion_has_sent_by_now_is_given_up),
		TEST(a_look_without_the_data_leaves_it_held_and_comes_again),
		TEST(a_claim_of_an_event_type_that_is_no_longer_held_goes_out),
		TEST(the_ledger_and_the_table_of_verdicts_mean_the_same_codes),
		cmocka_unit_test_setup(what_a_person_sends_of_a_held_event_type_waits_for_it, flow_fresh),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
