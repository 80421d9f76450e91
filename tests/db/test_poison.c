/*
 * What kills its process each time is found out, set aside and shown; its neighbours and what was only there when somebody
 * died go on (F-135, F-137; reliability.md 3.5).  Workers are processes of their own here, and die.
 */
#include "base/fault.h"
#include "lib/mortal.h"
#include "store/activity.h"
#include "store/quarantine.h"
#include "store/record_update.h"

#ifdef CONNECTOR_FAULTS

#define QUEUED_BY_IMPACT "{\"Status\":\"QUEUED\",\"QueuedUri\":\"/Advertisers/IR1/APISubmissions/A-%d\"}"
#define NOT_JUDGED                                                                                                     \
	"{\"BatchId\":\"A-1\",\"Status\":\"Queued\",\"ErrorType\":\"\",\"ErrorReason\":\"\",\"OrderId\":\"\"}"
/* The one that nobody knew of yet, and as many with it written down as the setting allows. */
#define DEATHS (1 + 3)

static int64_t
decisions(const char *where)
{
	return store_int("SELECT COUNT(*) FROM decision WHERE tenant_id = %lld AND %s", (long long)store.tenant_id,
	    where);
}

static int64_t
pending(void)
{
	return store_int("SELECT COUNT(*) FROM pending WHERE tenant_id = %lld", (long long)store.tenant_id);
}

/* What is woken in a tenant whose leases ran out is due. */
static void
decide_is_due(void)
{
	for (int64_t shard = 0; shard < LEASE_DECIDE_SHARDS; shard++)
		store_must(lease_wake(store.db, store.tenant_id, LEASE_DECIDE, shard, 0, &store.e));
}

static bool
needs_a_person(const char *state)
{
	struct activity_problem *list;
	size_t n;

	store_must(activity_problems(store.db, store.arena, store.tenant_id, &list, &n, &store.e));
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i].state, str_from(state)) && str_eq(list[i].code, STR("poison")))
			return list[i].n == 1;
	return false;
}

/* ---- split */

static void
a_batch_that_kills_the_splitter_is_quarantined_as_it_came(void **state)
{
	struct quarantine *list, one;
	size_t n;

	(void)state;
	flow_many_deals_won(6);
	mortal_arm("split.event@1002", "0 100");
	assert_int_equal(mortal_deaths(LEASE_SPLIT), DEATHS);
	mortal_disarm("split.event@1002");
	assert_int_equal(store_int("SELECT COUNT(*) FROM inbox"), 0);
	assert_int_equal(pending(), 5);
	store_must(quarantine_list(store.db, store.arena, &list, &n, &store.e));
	assert_true(n > 0);
	store_must(quarantine_load(store.db, store.arena, list[0].id, &one, &store.e));
	assert_true(str_find(one.body, STR("\"objectId\":1002")) < one.body.n);
	/* An operator tries it again after an update. */
	store_must(quarantine_retry(store.db, store.arena, one.id, &store.e));
	store_run("UPDATE inbox SET shard = 0");
	assert_int_equal(mortal_deaths(LEASE_SPLIT), 0);
	assert_int_equal(pending(), 6);
}

/* ---- decide */

static void
an_event_that_kills_its_judge_is_set_aside_and_the_others_are_decided(void **state)
{
	(void)state;
	flow_many_deals_won(8);
	flow_split();
	mortal_arm("decide.judge@1003", "0 100");
	decide_is_due();
	assert_int_equal(mortal_deaths(LEASE_DECIDE), DEATHS);
	assert_int_equal(pending(), 0);
	assert_int_equal(decisions("outcome = 'CONVERSION'"), 7);
	assert_int_equal(decisions("outcome = 'SKIPPED' AND code = 'poison' AND object_id = '1003'"), 1);
	assert_true(needs_a_person("SKIPPED"));
	mortal_disarm("decide.judge@1003");
}

/* The answers about several records at once may be what kills: then one event after the other is read. */
static void
an_event_whose_record_cannot_be_read_alive_is_set_aside(void **state)
{
	(void)state;
	flow_many_deals_won(8);
	flow_split();
	mortal_arm("decide.record@1003", "0 100");
	decide_is_due();
	assert_int_equal(mortal_deaths(LEASE_DECIDE), DEATHS + 2);
	assert_int_equal(pending(), 0);
	assert_int_equal(decisions("outcome = 'CONVERSION'"), 7);
	assert_int_equal(decisions("outcome = 'SKIPPED' AND code = 'poison' AND object_id = '1003'"), 1);
	mortal_disarm("decide.record@1003");
}

static void
what_was_only_there_when_a_worker_was_killed_is_never_set_aside(void **state)
{
	static const char *const kills[] = { "0 1", "3 1", "1 1", "6 1", "0 1", "4 1", "2 1", "0 1" };

	(void)state;
	flow_many_deals_won(30);
	flow_split();
	flow_split();
	for (size_t i = 0; i < sizeof(kills) / sizeof(kills[0]); i++) {
		/* Each time another one is at work, and others lie beside it. */
		mortal_arm(i % 2 == 0 ? "decide.judge" : "commit.before@writing decisions", kills[i]);
		decide_is_due();
		(void)mortal_deaths(LEASE_DECIDE);
		mortal_disarm("decide.judge");
		mortal_disarm("commit.before@writing decisions");
	}
	decide_is_due();
	assert_int_equal(mortal_deaths(LEASE_DECIDE), 0);
	assert_int_equal(decisions("outcome = 'CONVERSION'"), 30);
	assert_int_equal(pending(), 0);
}

/* A neighbour in the same process kills it again and again; nothing of ours was at work then. */
static void
deaths_between_two_calls_of_a_step_are_held_against_nobody(void **state)
{
	struct lease l = { .stage = LEASE_DECIDE }, *list;
	size_t n;

	(void)state;
	flow_many_deals_won(1);
	flow_split();
	for (int i = 0; i < 6; i++) {
		struct str owner = str_printf(store.arena, "dead:%d", i);
		struct step *s;

		store_must(lease_candidates(store.db, store.arena, false, &list, &n, &store.e));
		for (size_t k = 0; k < n; k++)
			if (list[k].stage == LEASE_DECIDE && list[k].tenant_id == store.tenant_id)
				l = list[k];
		store_must(lease_claim(store.db, &l, owner, 3600, &store.e));
		assert_int_equal(l.careful, i > 0);
		assert_int_equal(l.deaths, 0);
		s = flow_step(LEASE_DECIDE, &l);
		s->careful = l.careful ? &l : NULL;
		store_must(step_next(s, &store.e)); /* it asks HubSpot, and is not heard of any more */
		mortal_expire();
	}
	assert_int_equal(mortal_deaths(LEASE_DECIDE), 0);
	assert_int_equal(decisions("outcome = 'CONVERSION'"), 1);
}

/* ---- send, follow, update */

static void
conversions_whose_sender_dies_are_looked_for_and_not_counted_as_deaths(void **state)
{
	int64_t ids[] = { ledger_ready("o-1"), ledger_ready("o-2"), ledger_ready("o-3") };

	(void)state;
	store_run("UPDATE conversion SET lane = UNHEX(SHA2(order_id, 256)) WHERE tenant_id = %lld",
	    (long long)store.tenant_id);
	mortal_arm("send.request@o-2", "0 100");
	store_must(lease_wake(store.db, store.tenant_id, LEASE_SEND, 0, 0, &store.e));
	/*
	 * SENDING was committed before the death, so they are looked for before anything is sent: nobody dies of it twice in
	 * a row, and the two unanswered requests that are allowed end it.
	 */
	assert_int_equal(mortal_deaths(LEASE_SEND), 1);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		assert_int_equal(ledger_state(ids[i]), STATE_UNKNOWN);
		assert_str(ledger_stage(ids[i]), "reconcile");
	}
	mortal_disarm("send.request@o-2");
}

static void
a_conversion_that_kills_before_it_is_being_sent_is_dead_and_a_person_may_send_it(void **state)
{
	int64_t bad = ledger_ready("o-2"), other;

	(void)state;
	mortal_arm("send.choose@o-2", "0 100");
	store_must(lease_wake(store.db, store.tenant_id, LEASE_SEND, 0, 0, &store.e));
	other = ledger_ready("o-3");
	store_run("UPDATE conversion SET lane = UNHEX(SHA2(order_id, 256)) WHERE tenant_id = %lld",
	    (long long)store.tenant_id);
	flow_say(200, str_c(store.arena, str_printf(store.arena, QUEUED_BY_IMPACT, 1)));
	assert_int_equal(mortal_deaths(LEASE_SEND), DEATHS);
	assert_int_equal(ledger_state(bad), STATE_DEAD);
	assert_str(ledger_column(bad, "code"), "poison");
	assert_str(ledger_stage(bad), "");
	assert_int_equal(ledger_state(other), STATE_ACCEPTED);
	assert_true(needs_a_person("DEAD"));
	mortal_disarm("send.choose@o-2");
}

static int64_t
followed(const char *order_id)
{
	int64_t id = ledger_ready(order_id);

	store_run("UPDATE conversion SET state = 'ACCEPTED', batch_id = 'A-1', accepted_at = UTC_TIMESTAMP(3), "
	          "received_at = UTC_TIMESTAMP(3) WHERE conversion_id = %lld",
	    (long long)id);
	store_run("UPDATE delivery SET stage = 'follow' WHERE effect_id = %lld", (long long)id);
	return id;
}

static void
a_verdict_that_kills_who_reads_it_is_set_aside_and_the_others_are_followed(void **state)
{
	int64_t first = followed("o-1"), bad = followed("o-2"), last = followed("o-3");

	(void)state;
	for (int i = 0; i < 10; i++)
		flow_say(200, NOT_JUDGED);
	mortal_arm("follow.submission@o-2", "0 100");
	store_must(lease_wake(store.db, store.tenant_id, LEASE_FOLLOW, 0, 0, &store.e));
	assert_int_equal(mortal_deaths(LEASE_FOLLOW), DEATHS);
	assert_int_equal(ledger_state(bad), STATE_ACCEPTED);
	assert_str(ledger_column(bad, "code"), "poison");
	assert_str(ledger_stage(bad), "");
	assert_true(needs_a_person("ACCEPTED"));
	assert_in_range(ledger_due_s(first), 5, 60);
	assert_in_range(ledger_due_s(last), 5, 60);
	mortal_disarm("follow.submission@o-2");
}

static int64_t
followed_and_due(void)
{
	return store_int(
	    "SELECT COUNT(*) FROM delivery WHERE tenant_id = %lld AND stage = 'follow' AND due <= UTC_TIMESTAMP(3)",
	    (long long)store.tenant_id);
}

/* Each by itself may cost a listing of megabytes: a thousand of them were more than a process may hold. */
static void
after_a_death_as_many_are_followed_by_themselves_as_were_in_hand_and_the_others_together(void **state)
{
	struct lease l;

	(void)state;
	for (int i = 0; i < 40; i++) {
		(void)followed(str_c(store.arena, str_printf(store.arena, "o-%d", i)));
		flow_say(200, NOT_JUDGED);
	}
	store_must(lease_wake(store.db, store.tenant_id, LEASE_FOLLOW, 0, 0, &store.e));
	l = store_lease(LEASE_FOLLOW, 0);
	l.careful = true;
	l.suspect = STR(LEASE_ANY);
	assert_true(flow_work(&l));
	assert_int_equal(followed_and_due(), 8);
	assert_int_equal(flow.again_in_ms, 0);
	assert_int_equal(mortal_deaths(LEASE_FOLLOW), 0);
	assert_int_equal(followed_and_due(), 0);
}

static void
plan(const char *id)
{
	const struct record_update u = { .object_type = STR("deals"),
		.object_id = str_from(id),
		.properties = STR("{\"impact_customer_id\":\"77\"}") };

	crm_put("deals", id, "{\"impact_customer_id\":\"77\"}");
	store_must(record_update_plan(store.db, store.tenant_id, 0, &u, 1, &store.e));
}

static void
a_record_that_kills_its_writer_is_refused_and_the_others_are_written(void **state)
{
	(void)state;
	for (const char *id = "12345"; *id != '\0'; id++)
		plan((const char[]){ *id, '\0' });
	mortal_arm("update.record@3", "0 100");
	assert_int_equal(mortal_deaths(LEASE_UPDATE), DEATHS);
	assert_int_equal(store_int("SELECT COUNT(*) FROM record_update WHERE tenant_id = %lld AND state = 'DONE'",
	                     (long long)store.tenant_id),
	    4);
	assert_int_equal(
	    store_int("SELECT COUNT(*) FROM record_update WHERE tenant_id = %lld AND state = 'REFUSED' AND "
	              "code = 'poison' AND object_id = '3'",
	        (long long)store.tenant_id),
	    1);
	mortal_disarm("update.record@3");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_batch_that_kills_the_splitter_is_quarantined_as_it_came, flow_fresh),
		cmocka_unit_test_setup(an_event_that_kills_its_judge_is_set_aside_and_the_others_are_decided,
		    flow_fresh),
		cmocka_unit_test_setup(an_event_whose_record_cannot_be_read_alive_is_set_aside, flow_fresh),
		cmocka_unit_test_setup(what_was_only_there_when_a_worker_was_killed_is_never_set_aside, flow_fresh),
		cmocka_unit_test_setup(deaths_between_two_calls_of_a_step_are_held_against_nobody, flow_fresh),
		cmocka_unit_test_setup(conversions_whose_sender_dies_are_looked_for_and_not_counted_as_deaths,
		    flow_fresh),
		cmocka_unit_test_setup(a_conversion_that_kills_before_it_is_being_sent_is_dead_and_a_person_may_send_it,
		    flow_fresh),
		cmocka_unit_test_setup(a_verdict_that_kills_who_reads_it_is_set_aside_and_the_others_are_followed,
		    flow_fresh),
		cmocka_unit_test_setup(
		    after_a_death_as_many_are_followed_by_themselves_as_were_in_hand_and_the_others_together,
		    flow_fresh),
		cmocka_unit_test_setup(a_record_that_kills_its_writer_is_refused_and_the_others_are_written,
		    flow_fresh),
	};

	return cmocka_run_group_tests(tests, mortal_setup, mortal_teardown);
}

#else

static void
processes_die_in_the_test_build(void **state)
{
	(void)state;
	assert_false(FAULT_HIT_OF("decide.judge", STR("1")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(processes_die_in_the_test_build) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
