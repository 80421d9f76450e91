/*
 * At every window in which a process can die (W3..W9 of reliability.md 3.3), it does: before and after each commit, and
 * with the commit's reply lost.  What the far ends have booked is the judge: nothing is lost, nothing is booked twice,
 * every deal has its verdict, and no hand was needed.  The points are the rows of tests/data/fault-points.txt.
 */
#include "base/enc.h"
#include "base/fault.h"
#include "lib/file.h"
#include "lib/mortal.h"
#include "store/config.h"
#include "store/hold.h"
#include "store/record_update.h"
#include "task/resume.h"

#ifdef CONNECTOR_FAULTS

#include <sys/mman.h>
#include <unistd.h>

#define DEALS  3
#define ROUNDS 40

/* impact.com and HubSpot, which outlive every process of ours. */
static struct far {
	int posts, booked[DEALS], writes[DEALS];
	bool mute;    /* impact.com answers no POST, and books none */
	bool refuses; /* impact.com refuses the event type */
} *far;

static struct str
form_value(struct str body, const char *field)
{
	struct str name, value;
	bool broken = false;

	while (enc_form_next(store.arena, &body, &name, &value, &broken))
		if (str_eq(name, str_from(field)))
			return value;
	return STR("");
}

/* Which deal: OrderId ends in its id, 1000 and on. */
static int
deal_of(struct str order_id)
{
	int64_t id = 0;

	if (order_id.n < 4 || !str_to_int(str_slice(order_id, order_id.n - 4, order_id.n), 1000, 1000 + DEALS - 1, &id))
		_exit(6);
	return (int)id - 1000;
}

static struct str orders[DEALS];

static struct http_answer
take_conversion(const struct http_request *q)
{
	struct str order = form_value(q->body, "OrderId");
	int i = deal_of(order);

	fault_point("far.connected", STR(""));
	far->posts++;
	if (far->mute)
		return (struct http_answer){ .outcome = HTTP_UNKNOWN };
	if (!far->refuses)
		far->booked[i]++;
	fault_point("far.booked", STR(""));
	return answer_of(200,
	    str_c(store.arena, str_printf(store.arena,
	                           "{\"Status\":\"QUEUED\",\"QueuedUri\":\"/Advertisers/IR1/APISubmissions/A-%d%s\"}",
	                           i, far->refuses ? "-no" : "")));
}

static struct str
action_of(int i)
{
	return str_printf(store.arena,
	    "{\"Id\":\"1000.1.%d\",\"CampaignId\":\"1000\",\"ActionTrackerId\":\"2240\",\"EventCode\":\"deal_"
	    "closedwon\","
	    "\"MediaPartnerId\":\"10000\",\"MediaPartnerName\":\"Acme "
	    "Partner\",\"State\":\"PENDING\",\"Payout\":\"0.88\","
	    "\"Amount\":\"21.99\",\"Currency\":\"USD\",\"EventDate\":\"2026-09-10T10:42:38-07:00\",\"LockingDate\":"
	    "\"2026-09-26T00:00:00-07:00\",\"ClearedDate\":\"\",\"Oid\":\"" STR_FMT "\"}",
	    i, STR_ARG(orders[i]));
}

static struct http_answer
list_actions(void)
{
	struct str list = STR("");

	for (int i = 0; i < DEALS; i++)
		if (far->booked[i] > 0)
			list = str_printf(store.arena, STR_FMT "%s" STR_FMT, STR_ARG(list), list.n > 0 ? "," : "",
			    STR_ARG(action_of(i)));
	return answer_of(200,
	    str_c(store.arena, str_printf(store.arena,
	                           "{\"@page\":\"1\",\"@numpages\":\"1\",\"Actions\":[" STR_FMT "]}", STR_ARG(list))));
}

static struct http_answer
impact(const struct http_request *q)
{
	size_t at = str_find(q->url, STR("APISubmissions/A-"));
	int i = at < q->url.n ? q->url.p[at + 17] - '0' : 0;
	bool refused = str_ends(q->url, STR("-no"));

	if (q->method == HTTP_POST)
		return take_conversion(q);
	if (at < q->url.n)
		return answer_of(200,
		    str_c(store.arena, str_printf(store.arena,
		                           "{\"BatchId\":\"A-%d%s\",\"Status\":\"Complete\",\"ErrorType\":\"%s\","
		                           "\"ErrorReason\":\"%s\",\"OrderId\":\"\",\"MediaPartnerId\":\"10000\"}",
		                           i, refused ? "-no" : "", refused ? "Error" : "",
		                           refused ? "ACTIONTRACKER_NOT_FOUND" : "")));
	at = str_find(q->url, STR("Actions/1000.1."));
	if (at < q->url.n)
		return answer_of(200, str_c(store.arena, action_of(q->url.p[at + 15] - '0')));
	return list_actions();
}

/* HubSpot takes what is written; what it was told twice it counts. */
static struct http_answer
hubspot(const struct http_request *q)
{
	struct json *body, *answer = json_object(store.arena), *results = json_array(store.arena);
	struct http_answer got;

	if (!str_ends(q->url, STR("/batch/update"))) {
		for (int i = 0; i < DEALS; i++)
			if (far->writes[i] > 0)
				crm_put("companies", str_c(store.arena, str_printf(store.arena, "%d", 1000 + i)),
				    "{\"impact_customer_id\":\"77\"}");
		return crm_answer(q);
	}
	if (far->mute)
		return (struct http_answer){ .outcome = HTTP_UNKNOWN };
	if (!json_parse(store.arena, q->body, &json_limits_answer, &body, &store.e))
		_exit(7);
	for (size_t i = 0; i < json_length(json_get(body, "inputs")); i++) {
		struct str id = json_text_at(store.arena, json_at(json_get(body, "inputs"), i), "id");
		struct json *row = json_object(store.arena);

		json_set_str(row, "id", id);
		json_push(results, row);
		far->writes[deal_of(id)]++;
	}
	fault_point("far.booked", STR(""));
	json_set(answer, "results", results);
	got = answer_of(200, str_c(store.arena, json_write(store.arena, answer)));
	return got;
}

static int
fresh(void **state)
{
	int failed = flow_fresh(state);

	memset(far, 0, sizeof(*far));
	flow.impact = impact;
	flow.hubspot = hubspot;
	for (int i = 0; i < DEALS; i++)
		orders[i] = str_printf(store.arena, "deal_closedwon_%d", 1000 + i);
	return failed;
}

/* ---- the roads */

static int64_t
not_confirmed(void)
{
	return store_int(
	    "SELECT (SELECT COUNT(*) FROM inbox) + (SELECT COUNT(*) FROM pending WHERE tenant_id = %lld) + "
	    "(SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld AND state <> 'CONFIRMED') + "
	    "(SELECT COUNT(*) FROM record_update WHERE tenant_id = %lld AND state <> 'DONE')",
	    (long long)store.tenant_id, (long long)store.tenant_id, (long long)store.tenant_id);
}

/* Time passes: what waits is due, the listing's and the budget's pause is over. */
static void
later(void)
{
	store_run("UPDATE delivery SET due = UTC_TIMESTAMP(3) WHERE tenant_id = %lld", (long long)store.tenant_id);
	store_run("UPDATE lease SET due = UTC_TIMESTAMP(3) WHERE tenant_id = %lld", (long long)store.tenant_id);
}

static void
rounds(int n)
{
	for (int i = 0; i < n; i++) {
		(void)mortal_deaths(LEASE__COUNT);
		later();
	}
}

/* Until every deal has its verdict. */
static void
to_the_end(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		(void)mortal_deaths(LEASE__COUNT);
		if (not_confirmed() == 0)
			return;
		later();
	}
	fail_msg("%lld things have no end: " STR_FMT, (long long)not_confirmed(),
	    STR_ARG(store_text(
	        "SELECT COALESCE(GROUP_CONCAT(order_id, ' ', state, ' ', code, ' ', message SEPARATOR '; '), '') FROM "
	        "conversion WHERE tenant_id = %lld",
	        (long long)store.tenant_id)));
}

static void
each_is_booked_once(const char *armed)
{
	for (int i = 0; i < DEALS; i++)
		if (far->booked[i] != 1)
			fail_msg("%s: " STR_FMT " was booked %d times", armed, STR_ARG(orders[i]), far->booked[i]);
	assert_int_equal(store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld AND state = 'CONFIRMED'",
	                     (long long)store.tenant_id),
	    DEALS);
	assert_int_equal(store_int("SELECT COUNT(*) FROM decision WHERE tenant_id = %lld AND code = 'poison'",
	                     (long long)store.tenant_id),
	    0);
}

static void
deals(const char *armed)
{
	flow_many_deals_won(DEALS);
	to_the_end();
	each_is_booked_once(armed);
}

/* A sender was killed before: what it was sending is in doubt. */
static void
unknown(const char *armed)
{
	mortal_arm("far.booked", "1 1");
	deals(armed);
}

/* The reply to SENDING's commit was lost before: nothing was sent, and that is written down. */
static void
lost(const char *armed)
{
	mortal_arm("commit.lost@before sending", "");
	deals(armed);
}

/* impact.com answers nothing for a while. */
static void
unanswered(const char *armed)
{
	far->mute = true;
	flow_many_deals_won(DEALS);
	(void)mortal_deaths(LEASE__COUNT);
	later();
	far->mute = false;
	to_the_end();
	each_is_booked_once(armed);
}

/* impact.com never answers: a person decides, and no third request goes out. */
static void
doomed(const char *armed)
{
	far->mute = true;
	flow_many_deals_won(DEALS);
	rounds(12);
	if (store_int(
	        "SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld AND state = 'DEAD' AND code = 'no_answer'",
	        (long long)store.tenant_id) != DEALS)
		fail_msg("%s: not all are dead", armed);
	assert_int_equal(far->posts, 2 * DEALS);
}

static void
refused_for_long(void)
{
	far->refuses = true;
	flow_many_deals_won(DEALS);
	rounds(6);
	far->refuses = false;
}

static void
probe(void)
{
	int64_t n;

	if (!hold_probe(store.db, store.arena, store.tenant_id, &n, &store.e) && store.e.code != ERR_TIMEOUT)
		_exit(8);
}

static void
held(const char *armed)
{
	refused_for_long();
	for (int i = 0; i < 6 && not_confirmed() > 0; i++) {
		(void)mortal_dies(probe);
		(void)mortal_deaths(LEASE__COUNT);
		later();
	}
	to_the_end();
	each_is_booked_once(armed);
}

static void
save_rules(void)
{
	const struct person by = { .tenant_id = store.tenant_id, .email = STR("tester") };
	struct config_revision now, next;

	if ((!config_current(store.db, store.arena, store.tenant_id, &now, &store.e) ||
	        !config_save(store.db, store.arena, &by, now.revision, "config.saved", now.document, &next,
	            &store.e)) &&
	    store.e.code != ERR_TIMEOUT)
		_exit(8);
	resume_rules(store.db, store.tenant_id);
}

static void
redone(const char *armed)
{
	refused_for_long();
	for (int hour = 0; hour < 3; hour++)
		(void)mortal_dies(save_rules);
	to_the_end();
	each_is_booked_once(armed);
}

static void
unpark(void)
{
	resume_rules(store.db, store.tenant_id);
}

/* The trigger is switched off when they are about to go, and on again.  What a crash left is resumed by the hour. */
static void
forbidden(const char *armed)
{
	flow_many_deals_won(DEALS);
	(void)mortal_deaths(LEASE_SPLIT);
	(void)mortal_deaths(LEASE_DECIDE);
	flow_also("\"mode\":\"live\"", "\"mode\":\"off\"");
	(void)mortal_deaths(LEASE_SEND);
	later();
	(void)mortal_deaths(LEASE_SEND);
	assert_int_equal(far->posts, 0);
	flow_also("\"mode\":\"off\"", "\"mode\":\"live\"");
	for (int hour = 0; hour < 3; hour++)
		(void)mortal_dies(unpark);
	to_the_end();
	each_is_booked_once(armed);
}

/* They were sent to an account that is not the present one. */
static void
moved(const char *armed)
{
	flow_many_deals_won(DEALS);
	(void)mortal_deaths(LEASE_SPLIT);
	(void)mortal_deaths(LEASE_DECIDE);
	(void)mortal_deaths(LEASE_SEND);
	store_run("UPDATE tenant SET impact_since = UTC_TIMESTAMP(3) + INTERVAL 1 DAY WHERE tenant_id = %lld",
	    (long long)store.tenant_id);
	for (int i = 0; i < 3; i++) {
		later();
		(void)mortal_deaths(LEASE__COUNT);
	}
	if (store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld AND state = 'ACCEPTED' AND code = "
	              "'account_changed'",
	        (long long)store.tenant_id) != DEALS ||
	    store_int("SELECT COUNT(*) FROM delivery WHERE tenant_id = %lld", (long long)store.tenant_id) != 0)
		fail_msg("%s: not all are left as they are", armed);
	assert_int_equal(far->posts, DEALS);
}

static void
records(const char *armed)
{
	for (int i = 0; i < DEALS; i++) {
		struct record_update u = { .object_type = STR("companies"),
			.object_id = str_printf(store.arena, "%d", 1000 + i),
			.properties = STR("{\"impact_customer_id\":\"77\"}") };

		crm_put("companies", str_c(store.arena, u.object_id), "{}");
		store_must(record_update_plan(store.db, store.tenant_id, 0, &u, 1, &store.e));
	}
	(void)mortal_deaths(LEASE__COUNT);
	far->mute = false;
	later();
	to_the_end();
	for (int i = 0; i < DEALS; i++)
		if (far->writes[i] != 1)
			fail_msg("%s: record %d was written %d times", armed, 1000 + i, far->writes[i]);
}

/* HubSpot answers no write for a while. */
static void
put_back(const char *armed)
{
	far->mute = true;
	records(armed);
}

/* ---- the table */

typedef void road_fn(const char *armed);

static const char *
name_of(const char *point, struct str value)
{
	return str_c(store.arena,
	    str_printf(store.arena, "%s%s" STR_FMT, point, value.n > 0 ? "@" : "", STR_ARG(value)));
}

/* Deaths at the one point and then at the other; by itself when nobody came by there after the first. */
static void
kill_at(road_fn *road, const char *first, const char *second, struct str value)
{
	void *state = NULL;
	bool again;

	assert_int_equal(fresh(&state), 0);
	mortal_arm(name_of(first, value), "");
	if (second != NULL)
		mortal_arm(name_of(second, value), "");
	road(name_of(first, value));
	if (mortal_armed(name_of(first, value)))
		fail_msg("nobody came by %s", name_of(first, value));
	mortal_disarm("far.booked");
	again = second != NULL && mortal_armed(name_of(second, value));
	if (!again)
		return;
	mortal_disarm(name_of(second, value));
	kill_at(road, second, NULL, value);
}

static void
run_rows(const char *name, road_fn *road)
{
	static char text[16384];
	struct str all, line;
	int n = 0;

	all = file_read(store.arena, "tests/data/fault-points.txt");
	assert_true(all.n < sizeof(text));
	memcpy(text, all.p, all.n);
	all.p = text;
	while (str_cut(&all, '\n', &line)) {
		struct str window, point, value;

		if (str_starts(line, STR("#")) || !str_cut(&line, ';', &window) || !str_cut(&line, ';', &point) ||
		    !str_cut(&line, ';', &value))
			continue;
		if (!str_eq(line, str_from(name)))
			continue;
		n++;
		if (str_eq(point, STR("commit"))) {
			kill_at(road, "commit.before", "commit.after", value);
			kill_at(road, "commit.lost", NULL, value);
		} else {
			static char word[64];

			(void)snprintf(word, sizeof(word), STR_FMT, STR_ARG(point));
			kill_at(road, word, NULL, value);
		}
	}
	assert_true(n > 0);
}

static void
deals_come_to_their_verdicts_whoever_dies(void **state)
{
	(void)state;
	run_rows("deals", deals);
}

static void
what_is_in_doubt_is_found_and_not_booked_twice(void **state)
{
	(void)state;
	run_rows("unknown", unknown);
	run_rows("lost", lost);
	run_rows("unanswered", unanswered);
	run_rows("doomed", doomed);
}

static void
a_held_event_type_is_tried_and_released_once(void **state)
{
	(void)state;
	run_rows("held", held);
	run_rows("redone", redone);
}

static void
what_may_not_go_waits_and_goes_when_it_may(void **state)
{
	(void)state;
	run_rows("forbidden", forbidden);
	run_rows("moved", moved);
}

static void
records_are_written_once(void **state)
{
	(void)state;
	run_rows("records", records);
	run_rows("put back", put_back);
}

/* W5, W6: between SENDING and the answer, for each of the conversions that are under way together. */
static void
a_death_before_or_after_the_far_end_booked_costs_nothing(void **state)
{
	static const char *const points[] = { "far.connected", "far.booked" };
	static const char *const passes[] = { "0 1", "1 1", "2 1" };

	for (size_t p = 0; p < sizeof(points) / sizeof(points[0]); p++)
		for (size_t i = 0; i < sizeof(passes) / sizeof(passes[0]); i++) {
			assert_int_equal(fresh(state), 0);
			mortal_arm(points[p], passes[i]);
			deals(points[p]);
			assert_false(mortal_armed(points[p]));
		}
}

static int
setup(void **state)
{
	far = mmap(NULL, sizeof(*far), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return far == MAP_FAILED || mortal_setup(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(deals_come_to_their_verdicts_whoever_dies, fresh),
		cmocka_unit_test_setup(what_is_in_doubt_is_found_and_not_booked_twice, fresh),
		cmocka_unit_test_setup(a_held_event_type_is_tried_and_released_once, fresh),
		cmocka_unit_test_setup(what_may_not_go_waits_and_goes_when_it_may, fresh),
		cmocka_unit_test_setup(records_are_written_once, fresh),
		cmocka_unit_test_setup(a_death_before_or_after_the_far_end_booked_costs_nothing, fresh),
	};

	return cmocka_run_group_tests(tests, setup, mortal_teardown);
}

#else

static void
processes_die_in_the_test_build(void **state)
{
	(void)state;
	assert_false(FAULT_HIT_OF("commit.before", STR("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(processes_die_in_the_test_build) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
