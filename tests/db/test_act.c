/*
 * test_act.c - what a person decides about a line of Activity (B-25, design 4 and 8): each move, what it is refused to,
 * and that of two admins one does it.
 */
#include "lib/flow.h"
#include "store/act.h"
#include "store/again.h"
#include "store/history.h"

#define QUEUED "{\"Status\":\"QUEUED\",\"QueuedUri\":\"/Advertisers/IR1/APISubmissions/A-1\"}"

static const struct str who = { "ada@brand.example", 17 }, why = { "looked it up", 12 };

static int64_t
only_decision(void)
{
	return store_int("SELECT MIN(decision_id) FROM decision WHERE tenant_id = %lld", (long long)store.tenant_id);
}

static struct activity_detail
line_of(int64_t decision_id)
{
	struct activity_detail d;

	store_must(activity_load(store.db, store.arena, store.tenant_id, decision_id, &d, &store.e));
	return d;
}

typedef bool act_fn(struct db *db, struct arena *a, const struct act *x, struct err *e);

static bool
in_transaction(struct db *db, act_fn *fn, const struct act *x)
{
	store_must(db_begin(db, &store.e));
	if (fn(db, store.arena, x, &store.e))
		return db_commit(db, &store.e);
	db_rollback(db);
	return false;
}

static struct act
act_on(const struct activity_detail *d)
{
	struct act x = { .tenant_id = store.tenant_id, .line = d, .author = who, .note = why };

	store_must(act_version(store.db, store.arena, store.tenant_id, d, &x.version, &store.e));
	return x;
}

static int64_t
noted(const char *kind)
{
	return store_int(
	    "SELECT COUNT(*) FROM history WHERE tenant_id = %lld AND kind = '%s' AND author = '%s' AND note = "
	    "'looked it up'",
	    (long long)store.tenant_id, kind, who.p);
}

/* Deal 301 won; what was decided about it. */
static struct activity_detail
decided_deal(void)
{
	flow_deal_in_crm();
	flow_deal_changed("301", "dealstage", "closedwon");
	flow_decided();
	return line_of(only_decision());
}

/* The same, in that state as a worker leaves it. */
static struct activity_detail
deal_in(const char *state, const char *code, int unanswered)
{
	struct activity_detail d = decided_deal();
	int64_t id = d.row.conversion.conversion_id;

	store_run("UPDATE conversion SET state = '%s', code = '%s', unanswered = %d, attempts = 1, ended_at = "
	          "UTC_TIMESTAMP(3) WHERE conversion_id = %lld",
	    state, code, unanswered, (long long)id);
	store_run("DELETE FROM delivery WHERE effect_id = %lld", (long long)id);
	return line_of(d.row.decision_id);
}

/* ---- what is held */

/* The mapping of OrderId was edited after the deal was sent: the same deal and stage again is held. */
static struct activity_detail
held_deal(void)
{
	struct activity_detail first = deal_in("CONFIRMED", "", 0);

	(void)first;
	flow_also("{deal_[stage]_id}", "again_{hs_object_id}");
	flow_deal_changed("301", "dealstage", "closedwon");
	flow_decided();
	return line_of(store_int("SELECT decision_id FROM decision WHERE tenant_id = %lld AND outcome = 'HELD'",
	    (long long)store.tenant_id));
}

static void
B_25_a_held_conversion_is_released_as_a_second_one_with_an_order_of_its_own(void **state)
{
	(void)state;
	struct activity_detail d = held_deal(), after;
	struct act x = act_on(&d);

	assert_true(d.held_id != 0 && d.held_id != d.row.conversion.conversion_id);
	assert_true(in_transaction(store.db, act_release, &x));
	after = line_of(d.row.decision_id);
	assert_str(after.row.decision, "CONVERSION");
	assert_str(after.row.outcome, "waiting");
	assert_str(after.row.conversion.order_id, "again_301");
	assert_int_equal(ledger_state(d.held_id), STATE_READY);
	assert_str(ledger_stage(d.held_id), "send");
	assert_true(ledger_woken(LEASE_SEND));
	assert_int_equal(noted("released"), 1);
	flow_say(200, QUEUED);
	flow_send();
	assert_int_equal(ledger_state(d.held_id), STATE_ACCEPTED);
}

static void
a_held_conversion_that_is_dropped_counts_as_skipped(void **state)
{
	(void)state;
	struct activity_detail d = held_deal(), after;
	struct act x = act_on(&d);
	struct activity_counters c;

	store_must(activity_count(store.db, store.arena, store.tenant_id, &c, &store.e));
	assert_int_equal(c.held, 1);
	assert_true(in_transaction(store.db, act_drop, &x));
	after = line_of(d.row.decision_id);
	assert_int_equal(ledger_state(d.held_id), STATE_DEAD);
	assert_str(after.row.outcome, "skipped");
	assert_str(after.row.conversion.code, "dropped_by_person");
	assert_int_equal(noted("dropped"), 1);
	store_must(activity_count(store.db, store.arena, store.tenant_id, &c, &store.e));
	assert_int_equal(c.held, 0);
	assert_int_equal(c.skipped, 1);
	assert_int_equal(c.failed, 0);
	/* And may be sent after all. */
	x = act_on(&after);
	assert_true(in_transaction(store.db, act_resend, &x));
	assert_int_equal(ledger_state(d.held_id), STATE_READY);
}

static void
of_two_admins_the_second_is_refused_and_nothing_is_done_twice(void **state)
{
	(void)state;
	struct activity_detail d = held_deal();
	struct act first = act_on(&d), second = act_on(&d);

	assert_true(in_transaction(store.db, act_release, &first));
	store_refused(in_transaction(store.other, act_drop, &second), ERR_CONFLICT);
	store_refused(in_transaction(store.other, act_release, &second), ERR_CONFLICT);
	assert_int_equal(ledger_state(d.held_id), STATE_READY);
	assert_int_equal(noted("released") + noted("dropped"), 1);
}

/* ---- what may have arrived */

static void
what_is_found_at_impact_is_followed_to_its_verdict(void **state)
{
	(void)state;
	struct activity_detail d = deal_in("DEAD", "no_answer", 2);
	int64_t id = d.row.conversion.conversion_id;
	struct act x = act_on(&d);

	assert_true(in_transaction(store.db, act_found, &x));
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
	assert_str(ledger_stage(id), "follow");
	assert_true(ledger_woken(LEASE_FOLLOW));
	assert_int_equal(noted("found"), 1);
	/* Also one that a person had sent once more, and that ended before it went. */
	d = deal_in("DEAD", "account_changed", 0);
	x = act_on(&d);
	assert_true(in_transaction(store.db, act_found, &x));
}

static void
what_is_not_there_is_sent_again_with_the_same_body(void **state)
{
	(void)state;
	struct activity_detail d = deal_in("DEAD", "no_answer", 2);
	int64_t id = d.row.conversion.conversion_id;
	struct str body = ledger_column(id, "body");
	struct act x = act_on(&d);

	assert_true(in_transaction(store.db, act_resend, &x));
	assert_int_equal(ledger_state(id), STATE_READY);
	assert_int_equal(ledger_number(id, "unanswered"), 0);
	assert_true(str_eq(ledger_column(id, "body"), body));
	assert_str(ledger_stage(id), "send");
}

static void
a_person_moves_nothing_that_is_not_theirs_to_move(void **state)
{
	static const struct {
		act_fn *fn;
		const char *from; /* the only states it comes from */
	} moves[] = { { act_found, "DEAD" }, { act_resend, "DEAD" } };
	struct activity_detail d;

	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		for (int s = 0; s < STATE__COUNT; s++) {
			struct act x;
			bool done;

			flow_fresh(state);
			d = deal_in(state_name((enum state)s), "", 1);
			x = act_on(&d);
			done = in_transaction(store.db, moves[i].fn, &x);
			if (!done)
				store_refused(done, ERR_INVALID);
			assert_int_equal(done, str_eq(str_from(state_name((enum state)s)), str_from(moves[i].from)));
			assert_true(!done || state_may((enum state)s, ledger_state(d.row.conversion.conversion_id)));
		}
	flow_fresh(state);
	d = deal_in("DEAD", "superseded", 0);
	struct act x = act_on(&d);
	store_refused(in_transaction(store.db, act_resend, &x), ERR_CONFLICT);
	store_refused(in_transaction(store.db, act_release, &x), ERR_INVALID);
}

/* ---- a second one */

static int64_t second_line;

static bool
second(struct db *db, struct arena *a, const struct act *x, struct err *e)
{
	return act_second(db, a, x, &second_line, e);
}

static void
B_25_a_second_conversion_has_another_order_and_a_line_of_its_own(void **state)
{
	(void)state;
	struct activity_detail d = deal_in("CONFIRMED", "", 0), line;
	struct act x = act_on(&d);
	int64_t id;

	x.order_id = STR("deal_closedwon_301-b");
	assert_true(in_transaction(store.db, second, &x));
	line = line_of(second_line);
	id = line.row.conversion.conversion_id;
	assert_true(id != d.row.conversion.conversion_id);
	assert_int_equal(ledger_state(id), STATE_READY);
	assert_str(ledger_column(id, "order_id"), "deal_closedwon_301-b");
	assert_true(
	    str_find(ledger_column(id, "body"), STR("OrderId=deal_closedwon_301-b")) < ledger_column(id, "body").n);
	assert_true(str_find(line.fields, STR("deal_closedwon_301-b")) < line.fields.n);
	assert_true(!str_eq(ledger_column(id, "HEX(body_hash)"),
	    ledger_column(d.row.conversion.conversion_id, "HEX(body_hash)")));
	assert_str(line.row.object_id, "301");
	assert_int_equal(noted("second"), 1);
	/* The same OrderId again, and what is no OrderId. */
	x = act_on(&d);
	d = line_of(d.row.decision_id);
	x = act_on(&d);
	x.order_id = STR("deal_closedwon_301-b");
	store_refused(in_transaction(store.db, second, &x), ERR_EXISTS);
	x.order_id = d.row.conversion.order_id;
	store_refused(in_transaction(store.db, second, &x), ERR_EXISTS);
	x.order_id = STR("");
	store_refused(in_transaction(store.db, second, &x), ERR_INVALID);
	x.order_id = STR("with blank");
	store_refused(in_transaction(store.db, second, &x), ERR_INVALID);
	x.order_id = STR("a@b.example");
	store_refused(in_transaction(store.db, second, &x), ERR_INVALID);
}

/* ---- refused: with the rules of now */

static bool
ask(const struct activity_detail *d, int64_t version)
{
	bool done;

	store_must(db_begin(store.db, &store.e));
	done = again_ask(store.db, store.tenant_id, d, version, who, why, &store.e);
	if (done)
		return db_commit(store.db, &store.e);
	db_rollback(store.db);
	return false;
}

static int64_t
left(void)
{
	int64_t n;

	store_must(again_left(store.db, store.arena, store.tenant_id, &n, &store.e));
	return n;
}

static void
design_4_a_refused_conversion_becomes_its_next_revision_when_the_mapping_is_mended(void **state)
{
	(void)state;
	struct activity_detail d = deal_in("REJECTED", "ACTION_REF_NOT_FOUND", 0);
	int64_t id = d.row.conversion.conversion_id;
	struct history *h;
	size_t n;

	flow_also("{contact.custom_impact_click_id}", "mended-click");
	assert_true(ask(&d, d.row.conversion.version));
	assert_int_equal(left(), 1);
	flow_decide();
	assert_int_equal(left(), 0);
	assert_int_equal(ledger_state(id), STATE_READY);
	assert_int_equal(ledger_number(id, "revision"), 2);
	assert_true(str_find(ledger_column(id, "body"), STR("ClickId=mended-click")) < ledger_column(id, "body").n);
	assert_str(ledger_stage(id), "send");
	/* The first verdict and what it was about are kept. */
	store_must(history_list(store.db, store.arena, store.tenant_id, d.row.decision_id, id, &h, &n, &store.e));
	assert_int_equal(n, 2);
	assert_str(h[1].name, "asked");
	assert_str(h[1].note, "looked it up");
	assert_str(h[0].name, "refused"); /* which was before it was asked for, and is written down after */
	assert_str(h[0].code, "ACTION_REF_NOT_FOUND");
	assert_int_equal(h[0].revision, 1);
	assert_true(str_find(h[0].fields, STR("Q-77")) < h[0].fields.n);
	flow_say(200, QUEUED);
	flow_send();
	assert_int_equal(ledger_state(id), STATE_ACCEPTED);
}

static void
the_same_body_is_not_sent_again_unless_the_fault_was_elsewhere(void **state)
{
	struct activity_detail d = deal_in("REJECTED", "ACTION_REF_NOT_FOUND", 0);

	assert_true(ask(&d, d.row.conversion.version));
	flow_decide();
	assert_int_equal(ledger_state(d.row.conversion.conversion_id), STATE_REJECTED);
	assert_int_equal(left(), 0);
	assert_int_equal(store_int("SELECT COUNT(*) FROM history WHERE tenant_id = %lld AND kind = 'unchanged'",
	                     (long long)store.tenant_id),
	    1);
	flow_fresh(state);
	d = deal_in("REJECTED", "CONTRACT_NOT_FOUND", 0);
	assert_true(ask(&d, d.row.conversion.version));
	flow_decide();
	assert_int_equal(ledger_state(d.row.conversion.conversion_id), STATE_READY);
}

static void
what_today_s_rules_do_not_want_stays_refused_and_says_why(void **state)
{
	(void)state;
	struct activity_detail d = deal_in("REJECTED", "ACTION_REF_NOT_FOUND", 0);

	flow_also("\"closedwon\"", "\"contractsent\"");
	assert_true(ask(&d, d.row.conversion.version));
	flow_decide();
	assert_int_equal(ledger_state(d.row.conversion.conversion_id), STATE_REJECTED);
	assert_int_equal(left(), 0);
	assert_int_equal(
	    store_int("SELECT COUNT(*) FROM history WHERE tenant_id = %lld AND kind = 'not_again' AND code = "
	              "'trigger_other_value'",
	        (long long)store.tenant_id),
	    1);
	assert_str(line_of(d.row.decision_id).row.decision, "CONVERSION");
}

static void
a_double_click_asks_once(void **state)
{
	(void)state;
	struct activity_detail d = deal_in("REJECTED", "ACTION_REF_NOT_FOUND", 0);

	assert_true(ask(&d, d.row.conversion.version));
	store_refused(ask(&d, d.row.conversion.version), ERR_CONFLICT);
	store_refused(ask(&d, d.row.conversion.version + 1), ERR_CONFLICT);
	assert_int_equal(left(), 1);
}

/* The record behind a test may have a trigger that fires: built anew it would be the record's real conversion. */
static void
a_test_conversion_is_never_asked_for_again_nor_sent_a_second_time(void **state)
{
	(void)state;
	const struct again_choice c = { .tenant_id = store.tenant_id,
		.filter = { .code = STR("ACTION_REF_NOT_FOUND") } };
	struct activity_detail d = deal_in("REJECTED", "ACTION_REF_NOT_FOUND", 0);
	struct act x;
	struct again_walk walk = { 0 };
	struct again_counts n;

	store_run("UPDATE conversion SET trigger_id = '*test' WHERE tenant_id = %lld", (long long)store.tenant_id);
	store_refused(ask(&d, d.row.conversion.version), ERR_CONFLICT);
	store_must(db_begin(store.db, &store.e));
	store_must(again_ask_all(store.db, store.arena, &c, &walk, &n, &store.e));
	store_must(db_commit(store.db, &store.e));
	assert_int_equal(n.asked, 0);
	assert_int_equal(left(), 0);
	store_run("UPDATE conversion SET state = 'CONFIRMED' WHERE tenant_id = %lld", (long long)store.tenant_id);
	d = line_of(d.row.decision_id);
	x = act_on(&d);
	x.order_id = STR("another-one");
	store_refused(in_transaction(store.db, second, &x), ERR_CONFLICT);
	assert_int_equal(store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld",
	                     (long long)store.tenant_id),
	    1);
}

/* ---- events */

static void
what_waits_is_looked_at_now(void **state)
{
	(void)state;
	struct activity_detail d;
	struct act x;

	crm_put("deals", "301", "{\"hs_object_id\":\"301\",\"dealstage\":\"closedwon\",\"dealname\":\"D\"}");
	flow_deal_changed("301", "dealstage", "closedwon");
	flow_decided();
	d = line_of(only_decision());
	assert_str(d.row.decision, "WAITING");
	flow_deal_in_crm();
	x = act_on(&d);
	store_run("UPDATE pending SET due = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR WHERE tenant_id = %lld",
	    (long long)store.tenant_id);
	assert_true(in_transaction(store.db, act_look, &x));
	assert_int_equal(noted("looked"), 1);
	flow_decide();
	assert_str(line_of(d.row.decision_id).row.decision, "CONVERSION");
	d = line_of(d.row.decision_id);
	store_refused(in_transaction(store.db, act_look, &x), ERR_INVALID);
}

static void
what_was_skipped_is_decided_again_with_the_rules_of_now(void **state)
{
	(void)state;
	struct activity_detail d;
	struct act x;

	flow_also("\"mode\":\"live\"", "\"mode\":\"off\"");
	d = decided_deal();
	assert_str(d.row.code, "trigger_off");
	x = act_on(&d);
	flow_also("\"mode\":\"off\"", "\"mode\":\"live\"");
	assert_true(in_transaction(store.db, act_redecide, &x));
	store_refused(in_transaction(store.db, act_redecide, &x), ERR_CONFLICT);
	assert_str(line_of(d.row.decision_id).row.code, "asked_again");
	flow_decide();
	d = line_of(d.row.decision_id);
	assert_str(d.row.decision, "CONVERSION");
	assert_int_equal(ledger_state(d.row.conversion.conversion_id), STATE_READY);
}

static void
what_no_trigger_looks_at_any_more_does_not_wait_for_ever(void **state)
{
	(void)state;
	struct activity_detail d;
	struct act x;

	flow_also("\"mode\":\"live\"", "\"mode\":\"off\"");
	d = decided_deal();
	x = act_on(&d);
	flow_also("\"property\":\"dealstage\"", "\"property\":\"amount\"");
	assert_true(in_transaction(store.db, act_redecide, &x));
	flow_decide();
	d = line_of(d.row.decision_id);
	assert_str(d.row.decision, "SKIPPED");
	assert_str(d.row.code, "not_concerned");
	assert_int_equal(left(), 0);
}

/*
 * Who holds an event type locks that first, and then what is to be sent of it: here the same, or the two would meet.
 * Of both locked by somebody the first one asked for is told.
 */
static void
it_is_asked_whether_the_event_type_is_held_before_anything_is_written(void **state)
{
	static const struct sql lock = { "test.lock", SQL_TENANT, "i", "",
		"UPDATE event_type_hold h JOIN conversion c ON c.tenant_id = h.tenant_id SET h.code = "
		"'CAMPAIGN_NOT_FOUND', c.version = c.version + 1 WHERE h.tenant_id = ?",
		NULL, NULL };
	static act_fn *const fns[] = { act_release, act_resend, second };

	for (size_t i = 0; i < sizeof(fns) / sizeof(fns[0]); i++) {
		struct activity_detail d;
		struct act x;
		struct err e = { .code = ERR_NONE };
		int64_t id;

		flow_fresh(state);
		d = i == 0 ? held_deal() : deal_in(i == 1 ? "DEAD" : "CONFIRMED", "", 0);
		x = act_on(&d);
		x.order_id = STR("another");
		id = i == 0 ? d.held_id : d.row.conversion.conversion_id;
		store_run(
		    "INSERT INTO event_type_hold (tenant_id, event_type_id, code, held_at) SELECT tenant_id, "
		    "event_type_id, 'ACTIONTRACKER_NOT_FOUND', UTC_TIMESTAMP(3) FROM conversion WHERE conversion_id = "
		    "%lld",
		    (long long)id);
		store_must(db_begin(store.other, &store.e));
		store_must(db_run(store.other, &lock, DB_IN(DB_V_I(store.tenant_id)), NULL, &store.e));
		store_run("SET SESSION innodb_lock_wait_timeout = 0");
		store_must(db_begin(store.db, &store.e));
		assert_false(fns[i](store.db, store.arena, &x, &e));
		assert_true(str_starts(str_from(e.text), STR("hold.held:")));
		db_rollback(store.db);
		db_rollback(store.other);
		store_run("SET SESSION innodb_lock_wait_timeout = DEFAULT");
	}
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup(f, flow_fresh)
	const struct CMUnitTest tests[] = {
		T(B_25_a_held_conversion_is_released_as_a_second_one_with_an_order_of_its_own),
		T(a_held_conversion_that_is_dropped_counts_as_skipped),
		T(of_two_admins_the_second_is_refused_and_nothing_is_done_twice),
		T(what_is_found_at_impact_is_followed_to_its_verdict),
		T(what_is_not_there_is_sent_again_with_the_same_body),
		T(a_person_moves_nothing_that_is_not_theirs_to_move),
		T(B_25_a_second_conversion_has_another_order_and_a_line_of_its_own),
		T(design_4_a_refused_conversion_becomes_its_next_revision_when_the_mapping_is_mended),
		T(the_same_body_is_not_sent_again_unless_the_fault_was_elsewhere),
		T(what_today_s_rules_do_not_want_stays_refused_and_says_why),
		T(a_double_click_asks_once),
		T(a_test_conversion_is_never_asked_for_again_nor_sent_a_second_time),
		T(what_waits_is_looked_at_now),
		T(what_was_skipped_is_decided_again_with_the_rules_of_now),
		T(what_no_trigger_looks_at_any_more_does_not_wait_for_ever),
		T(it_is_asked_whether_the_event_type_is_held_before_anything_is_written),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
