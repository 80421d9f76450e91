/*
 * The rules that made what is held are changed: its events are looked at once more, whichever comes first, the save or the
 * refusal (store/hold.h).
 */
#include "lib/held.h"
#include "store/hold.h"
#include "task/resume.h"

/* Deal 301 was refused, deal 302 waits. */
static void
two_deals_held(const char *code)
{
	held_later();
	flow_deal_in_crm();
	held_deal_won("301");
	assert_int_equal(held_send_all(), 1);
	held_verdict(held_of_deal("301"), code);
	held_deal_won("302");
	assert_int_equal(ledger_state(held_of_deal("302")), STATE_PARKED);
	held_later();
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

/* Both deals of two_deals_held(), ready to go out. */
static void
both_are(const char *event_type)
{
	static const char *const ids[] = { "301", "302" };

	for (size_t i = 0; i < 2; i++) {
		assert_str(ledger_column(held_of_deal(ids[i]), "event_type"), event_type);
		assert_int_equal(ledger_state(held_of_deal(ids[i])), STATE_READY);
	}
}

static void
a_changed_mapping_makes_them_anew_under_the_right_event_type(void **state)
{
	static const char *const ids[] = { "301", "302" };

	(void)state;
	two_deals_held("ACTIONTRACKER_NOT_FOUND");
	save_and_decide("{deal_[deal stage]}", "SALE");
	ledger_has_two();
	both_are("SALE");
	for (size_t i = 0; i < 2; i++) {
		int64_t id = held_of_deal(ids[i]);
		struct str body = ledger_column(id, "body");

		assert_true(str_find(body, STR("EventTypeCode=SALE&")) < body.n);
		assert_str(ledger_stage(id), "send");
	}
	assert_int_equal(held_send_all(), 2);
	/* The effect is known under its new key. */
	store_run("DELETE FROM inbox");
	held_deal_won("302");
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
	both_are("SALE");
	assert_int_equal(held_send_all(), 2);
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
	assert_int_equal(store_int("SELECT CAST(IFNULL(@met, 0) AS SIGNED)"),
	    4); /* two that met, and then both events */
	store_run("DROP TRIGGER met");
	flow_decide();
	ledger_has_two();
	assert_str(ledger_column(held_of_deal("301"), "event_type"), "SALE");
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
		assert_int_equal(held_send_all(), 0);
		flow_decide();
		assert_int_equal(held_send_all(), 2);
	}
}

static void
a_corrected_program_makes_them_anew(void **state)
{
	(void)state;
	two_deals_held("CAMPAIGN_NOT_FOUND");
	save_and_decide("\"program_id\":\"1000\"", "\"program_id\":\"2000\"");
	ledger_has_two();
	assert_str(ledger_column(held_of_deal("301"), "program_id"), "2000");
	assert_int_equal(held_send_all(), 2);
}

static void
body_says(const char *deal, const char *words)
{
	struct str body = ledger_column(held_of_deal(deal), "body");

	assert_true(str_find(body, str_from(words)) < body.n);
}

/* The first that is made anew: another one still has the bytes of the old rules. */
static void
with_the_same_event_type_one_is_tried_and_the_others_wait(void **state)
{
	(void)state;
	two_deals_held("ACTIONTRACKER_NOT_FOUND");
	save_and_decide("{amount}", "77.00");
	ledger_has_two();
	assert_int_equal((ledger_state(held_of_deal("301")) == STATE_READY) +
	                     (ledger_state(held_of_deal("302")) == STATE_READY),
	    1);
	body_says("301", "OrderSubTotal=77.00&");
	body_says("302", "OrderSubTotal=77.00&");
	assert_int_equal(held_send_all(), 1);
}

/* It must not be made a second time under another event type. */
static void
what_is_on_its_way_is_not_made_anew(void **state)
{
	(void)state;
	two_deals_held("ACTIONTRACKER_NOT_FOUND");
	flow_also("{deal_[deal stage]}", "SALE");
	store_run("UPDATE conversion SET state = 'ACCEPTED' WHERE conversion_id = %lld",
	    (long long)held_of_deal("301"));
	flow_decide();
	ledger_has_two();
	assert_str(ledger_column(held_of_deal("301"), "event_type"), "deal_closedwon");
	assert_str(ledger_column(held_of_deal("302"), "event_type"), "SALE");
}

static int64_t
due(void)
{
	return store_int("SELECT COUNT(*) FROM pending WHERE tenant_id = %lld AND due <= UTC_TIMESTAMP(3)",
	    (long long)store.tenant_id);
}

static void
woken_no_more(void)
{
	store_run("UPDATE lease SET due = UTC_TIMESTAMP(3) + INTERVAL 1 YEAR WHERE tenant_id = %lld",
	    (long long)store.tenant_id);
}

/* Deal 301 is being judged and deal 302 waits to be sent; the rules are saved; then deal 301 is refused. */
static void
refused_after_the_save(void)
{
	held_later();
	flow_deal_in_crm();
	held_deal_won("301");
	assert_int_equal(held_send_all(), 1);
	held_deal_won("302");
	flow_also("{deal_[deal stage]}", "SALE");
	assert_int_equal(due(), 0);
	woken_no_more();
	held_verdict(held_of_deal("301"), "ACTIONTRACKER_NOT_FOUND");
	assert_int_equal(ledger_state(held_of_deal("301")), STATE_REJECTED);
	assert_int_equal(ledger_state(held_of_deal("302")), STATE_PARKED);
	held_later();
}

static void
a_refusal_after_the_save_makes_anew_what_is_refused_and_what_waits(void **state)
{
	(void)state;
	refused_after_the_save();
	assert_int_equal(due(), 2);
	assert_true(ledger_woken(LEASE_DECIDE));
	flow_decide();
	ledger_has_two();
	both_are("SALE");
	assert_int_equal(held_send_all(), 2);
}

static void
made_anew_by_the_present_rules_it_is_not_made_anew_once_more(void **state)
{
	struct str body;

	(void)state;
	refused_after_the_save();
	flow_decide();
	assert_int_equal(held_send_all(), 2);
	held_later();
	woken_no_more();
	held_verdict(held_of_deal("301"), "ACTIONTRACKER_NOT_FOUND");
	assert_int_equal(due(), 0);
	assert_false(ledger_woken(LEASE_DECIDE));
	held_later();
	body = ledger_column(held_of_deal("301"), "body");
	assert_int_equal(held_probe(), 1);
	assert_int_equal(due(), 0);
	assert_true(str_eq(ledger_column(held_of_deal("301"), "body"), body));
	assert_int_equal(ledger_number(held_of_deal("301"), "revision"), 3);
}

static void
what_the_present_rules_make_nothing_of_is_looked_at_once_and_then_tried(void **state)
{
	(void)state;
	two_deals_held("ACTIONTRACKER_NOT_FOUND");
	flow_also("\"mode\":\"live\"", "\"mode\":\"off\"");
	assert_int_equal(held_probe(), 0);
	flow_decide();
	ledger_has_two();
	assert_int_equal(held_probe(), 1);
	assert_int_equal(due(), 0);
}

static void
the_probe_sends_nothing_of_older_rules_but_has_it_made_anew(void **state)
{
	(void)state;
	two_deals_held("ACTIONTRACKER_NOT_FOUND");
	flow_also("{deal_[deal stage]}", "SALE");
	/* A round that began before the save claimed them after it. */
	store_run("DELETE FROM pending");
	woken_no_more();
	assert_int_equal(held_probe(), 0);
	assert_int_equal(due(), 2);
	assert_true(ledger_woken(LEASE_DECIDE));
	flow_decide();
	ledger_has_two();
	assert_str(ledger_column(held_of_deal("302"), "event_type"), "SALE");
}

/* Deal 301 was made anew and is taken; deal 302 is not yet looked at. */
static void
a_probe_that_is_taken_releases_nothing_of_older_rules(void **state)
{
	(void)state;
	two_deals_held("ACTIONTRACKER_NOT_FOUND");
	flow_also("{amount}", "77.00");
	store_run("UPDATE pending SET due = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR WHERE tenant_id = %lld AND object_id = "
	          "'302'",
	    (long long)store.tenant_id);
	flow_decide();
	assert_int_equal(held_send_all(), 1);
	held_later();
	held_verdict(held_of_deal("301"), "");
	assert_int_equal(ledger_state(held_of_deal("302")), STATE_PARKED);
	assert_int_equal(held_send_all(), 0);
	store_run("UPDATE conversion SET state = 'CONFIRMED' WHERE conversion_id = %lld",
	    (long long)held_of_deal("301"));
	store_run("UPDATE pending SET due = UTC_TIMESTAMP(3) WHERE tenant_id = %lld", (long long)store.tenant_id);
	flow_decide();
	body_says("302", "OrderSubTotal=77.00&");
	assert_int_equal(held_send_all(), 1);
	held_later();
	held_verdict(held_of_deal("302"), "");
	assert_int_equal(store_int("SELECT COUNT(*) FROM event_type_hold WHERE tenant_id = %lld",
	                     (long long)store.tenant_id),
	    0);
}

/* It tells nothing of the hold: the look costs no look at all that is held. */
static void
a_look_at_what_was_sent_before_the_hold_makes_nothing_anew(void **state)
{
	(void)state;
	held_later();
	flow_deal_in_crm();
	held_deal_won("303");
	assert_int_equal(held_send_all(), 1);
	two_deals_held("ACTIONTRACKER_NOT_FOUND");
	flow_also("{amount}", "77.00");
	store_run("DELETE FROM pending");
	woken_no_more();
	held_verdict(held_of_deal("303"), "");
	assert_int_equal(due(), 0);
	assert_int_equal(held_probe(), 0);
	assert_int_equal(due(), 2);
}

static void
what_waits_for_data_keeps_the_others_from_nothing(void **state)
{
	(void)state;
	two_deals_held("ACTIONTRACKER_NOT_FOUND");
	crm_put("deals", "302", "{\"dealstage\":\"closedwon\"}");
	save_and_decide("{contact.custom_impact_click_id}", "Q-1");
	assert_int_equal(held_send_all(), 1);
	held_later();
	held_verdict(held_of_deal("301"), "");
	assert_int_equal(store_int("SELECT COUNT(*) FROM event_type_hold WHERE tenant_id = %lld",
	                     (long long)store.tenant_id),
	    0);
}

/* HubSpot's value is cut in the decision, and the event is gone. */
static void
an_event_that_is_no_longer_known_whole_is_not_decided_again(void **state)
{
	struct str body;

	(void)state;
	two_deals_held("ACTIONTRACKER_NOT_FOUND");
	store_run("UPDATE decision SET value = REPEAT('x', 255) WHERE tenant_id = %lld", (long long)store.tenant_id);
	store_run("DELETE FROM event WHERE tenant_id = %lld", (long long)store.tenant_id);
	body = ledger_column(held_of_deal("301"), "body");
	flow_also("{deal_[deal stage]}", "SALE");
	assert_int_equal(due(), 0);
	assert_int_equal(held_probe(), 1);
	assert_true(str_eq(ledger_column(held_of_deal("301"), "body"), body));
}

/* The later one counts: the first one's value is not what was sent last. */
static void
of_two_events_of_a_conversion_the_one_that_revised_it_is_decided_again(void **state)
{
	(void)state;
	held_later();
	flow_deal_in_crm();
	held_deal_won("301");
	assert_int_equal(held_send_all(), 1);
	held_verdict(held_of_deal("301"), "ACTIONTRACKER_NOT_FOUND");
	held_later();
	flow_also("{amount}", "88.00");
	store_run("DELETE FROM pending");
	store_run("DELETE FROM inbox");
	held_deal_won("301");
	assert_int_equal(ledger_number(held_of_deal("301"), "revision"), 2);
	assert_int_equal(held_probe(), 1);
	assert_int_equal(held_send_all(), 1);
	held_later();
	held_verdict(held_of_deal("301"), "ACTIONTRACKER_NOT_FOUND");
	flow_also("88.00", "99.00");
	assert_int_equal(due(), 1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM pending p JOIN decision d ON d.tenant_id = p.tenant_id AND "
	                           "d.event_key = p.event_key JOIN conversion c ON c.tenant_id = d.tenant_id AND "
	                           "c.received_at = d.received_at WHERE p.tenant_id = %lld",
	                     (long long)store.tenant_id),
	    1);
	flow_decide();
	body_says("301", "OrderSubTotal=99.00&");
}

/* ---- a save while a round has the rules before it in its hands */

static int saves;

static struct http_answer
saved_meanwhile(const struct http_request *q)
{
	if (saves++ == 0)
		flow_also("EventTypeCode\",\"expression\":\"SALE", "EventTypeCode\",\"expression\":\"FINAL");
	return crm_answer(q);
}

static void
a_save_during_a_round_is_what_they_are_made_of(void **state)
{
	(void)state;
	two_deals_held("ACTIONTRACKER_NOT_FOUND");
	flow_also("{deal_[deal stage]}", "SALE");
	saves = 0;
	flow.hubspot = saved_meanwhile;
	flow_decide();
	flow.hubspot = NULL;
	flow_decide();
	ledger_has_two();
	both_are("FINAL");
}

static struct http_answer
repriced_meanwhile(const struct http_request *q)
{
	if (saves++ == 0)
		flow_also("{amount}", "77.00");
	return crm_answer(q);
}

/* The save did not see it, and until it is made anew the hold cannot end. */
static void
what_is_parked_by_older_rules_after_the_save_is_made_anew_when_the_probe_is_taken(void **state)
{
	int64_t probe;

	(void)state;
	two_deals_held("ACTIONTRACKER_NOT_FOUND");
	saves = 0;
	flow.hubspot = repriced_meanwhile;
	held_deal_won("303");
	flow.hubspot = NULL;
	assert_int_equal(ledger_state(held_of_deal("303")), STATE_PARKED);
	flow_decide();
	assert_int_equal(held_send_all(), 1);
	probe = store_int("SELECT conversion_id FROM conversion WHERE tenant_id = %lld AND state = 'ACCEPTED'",
	    (long long)store.tenant_id);
	held_later();
	woken_no_more();
	held_verdict(probe, "");
	assert_int_equal(held_send_all(), 0);
	assert_true(ledger_woken(LEASE_DECIDE));
	flow_decide();
	body_says("303", "OrderSubTotal=77.00&");
	held_verdict(probe, "");
	held_later();
	assert_int_equal(held_send_all(), 2);
}

static int64_t
asked(void)
{
	return store_int("SELECT COUNT(*) FROM asked WHERE tenant_id = %lld", (long long)store.tenant_id);
}

/* Else the person would be told for ever that it was asked for already. */
static void
what_a_person_asks_for_while_it_is_looked_at_is_looked_at_once_more(void **state)
{
	(void)state;
	two_deals_held("ACTIONTRACKER_NOT_FOUND");
	store_run("UPDATE conversion SET code = 'ACTION_REF_NOT_FOUND' WHERE conversion_id = %lld",
	    (long long)held_of_deal("302"));
	flow_also("\"mode\":\"live\"", "\"mode\":\"off\"");
	store_run("CREATE TRIGGER asks AFTER UPDATE ON decision FOR EACH ROW BEGIN INSERT INTO asked (tenant_id, "
	          "conversion_id, event_key, asked_at, author) VALUES (NEW.tenant_id, NEW.conversion_id, "
	          "NEW.event_key, UTC_TIMESTAMP(3), 'ada@acme.test'); UPDATE pending SET due = due + INTERVAL 1000 "
	          "MICROSECOND WHERE tenant_id = NEW.tenant_id AND event_key = NEW.event_key; END");
	flow_decide();
	store_run("DROP TRIGGER asks");
	assert_int_equal(asked(), 1);
	held_later();
	assert_int_equal(due(), 1);
	flow_decide();
	assert_int_equal(asked(), 0);
	assert_int_equal(due(), 0);
}

/* ---- what is told of it */

static void
kept_once(int64_t id, struct str sent)
{
	struct str kept = store_text("SELECT GROUP_CONCAT(fields) FROM history WHERE tenant_id = %lld AND "
	                             "conversion_id = %lld AND kind = 'refused'",
	    (long long)store.tenant_id, (long long)id);

	assert_int_equal(ledger_number(id, "revision"), 2);
	assert_false(str_eq(ledger_column(id, "fields"), sent));
	assert_true(str_eq(kept, sent));
}

/* The revision that was refused, with what it sent, and once: whether it goes out at once, or waits for the one that does. */
static void
the_history_tells_what_was_sent_and_not_what_is_made_of_it(void **state)
{
	static const char *const changes[][2] = { { "{amount}", "77.00" }, { "{deal_[deal stage]}", "SALE" } };

	for (size_t i = 0; i < 2; i++) {
		struct str first, second;

		flow_fresh(state);
		held_later();
		flow_deal_in_crm();
		held_deal_won("301");
		held_deal_won("302");
		assert_int_equal(held_send_all(), 2);
		first = ledger_column(held_of_deal("301"), "fields");
		second = ledger_column(held_of_deal("302"), "fields");
		held_verdict(held_of_deal("301"), "ACTIONTRACKER_NOT_FOUND");
		held_verdict(held_of_deal("302"), "ACTIONTRACKER_NOT_FOUND");
		held_later();
		save_and_decide(changes[i][0], changes[i][1]);
		held_send_all();
		held_verdict(held_of_deal(ledger_state(held_of_deal("301")) == STATE_ACCEPTED ? "301" : "302"), "");
		held_send_all();
		kept_once(held_of_deal("301"), first);
		kept_once(held_of_deal("302"), second);
	}
}

static void
what_another_conversion_has_sent_by_now_is_given_up(void **state)
{
	(void)state;
	two_deals_held("ACTIONTRACKER_NOT_FOUND");
	flow_also("{deal_[deal stage]}", "SALE");
	store_run("DELETE FROM inbox");
	store_run("DELETE FROM pending");
	held_deal_won("302"); /* once more, with the new rules */
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
	assert_int_equal(held_send_all(), 2); /* deal 301 anew, and deal 302 once */
	assert_int_equal(held_probe(), 0);
}

static void
a_look_without_the_data_leaves_it_held_and_comes_again(void **state)
{
	(void)state;
	two_deals_held("ACTIONTRACKER_NOT_FOUND");
	crm_put("deals", "302", "{\"dealstage\":\"closedwon\"}");
	save_and_decide("{deal_[deal stage]}", "SALE");
	assert_int_equal(ledger_state(held_of_deal("302")), STATE_PARKED);
	assert_int_equal(store_int("SELECT COUNT(*) FROM pending WHERE tenant_id = %lld AND due > UTC_TIMESTAMP(3)",
	                     (long long)store.tenant_id),
	    1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM decision WHERE tenant_id = %lld AND outcome = 'CONVERSION'",
	                     (long long)store.tenant_id),
	    2);
}

#define TEST(name) cmocka_unit_test_setup(name, flow_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_changed_mapping_makes_them_anew_under_the_right_event_type),
		TEST(saved_rules_make_them_anew_whatever_happens_after_the_save),
		TEST(a_save_that_met_a_decision_is_made_once_more),
		TEST(a_fix_sends_no_old_bytes_of_what_is_made_anew),
		TEST(a_corrected_program_makes_them_anew),
		TEST(with_the_same_event_type_one_is_tried_and_the_others_wait),
		TEST(what_is_on_its_way_is_not_made_anew),
		TEST(what_another_conversion_has_sent_by_now_is_given_up),
		TEST(a_look_without_the_data_leaves_it_held_and_comes_again),
		TEST(a_refusal_after_the_save_makes_anew_what_is_refused_and_what_waits),
		TEST(made_anew_by_the_present_rules_it_is_not_made_anew_once_more),
		TEST(what_the_present_rules_make_nothing_of_is_looked_at_once_and_then_tried),
		TEST(the_probe_sends_nothing_of_older_rules_but_has_it_made_anew),
		TEST(a_probe_that_is_taken_releases_nothing_of_older_rules),
		TEST(a_look_at_what_was_sent_before_the_hold_makes_nothing_anew),
		TEST(what_waits_for_data_keeps_the_others_from_nothing),
		TEST(an_event_that_is_no_longer_known_whole_is_not_decided_again),
		TEST(of_two_events_of_a_conversion_the_one_that_revised_it_is_decided_again),
		TEST(a_save_during_a_round_is_what_they_are_made_of),
		TEST(what_is_parked_by_older_rules_after_the_save_is_made_anew_when_the_probe_is_taken),
		TEST(what_a_person_asks_for_while_it_is_looked_at_is_looked_at_once_more),
		TEST(the_history_tells_what_was_sent_and_not_what_is_made_of_it),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
