/* Updates of HubSpot records: what is written, what is left alone, what a crash or a refusal costs (I-44, T-45..T-48). */
#include "lib/flow.h"
#include "store/id_run.h"
#include "store/record_update.h"

/* What HubSpot is told to write; answered as the test wants. */
static struct {
	int writes;
	size_t records; /* of the last write */
	struct http_answer answer;
	bool scripted;
} told;

static struct http_answer
hubspot(const struct http_request *q)
{
	struct json *body, *answer = json_object(store.arena), *results = json_array(store.arena);
	const struct json *inputs;

	if (!str_ends(q->url, STR("/batch/update")))
		return crm_answer(q);
	store_must(json_parse(store.arena, q->body, &json_limits_answer, &body, &store.e));
	inputs = json_get(body, "inputs");
	told.writes++;
	told.records = json_length(inputs);
	if (told.scripted)
		return told.answer;
	for (size_t i = 0; i < json_length(inputs); i++) {
		struct json *row = json_object(store.arena);
		struct str id = json_text_at(store.arena, json_at(inputs, i), "id");

		json_set_str(row, "id", id);
		json_push(results, row);
		crm_put("deals", str_c(store.arena, id),
		    str_c(store.arena, json_write(store.arena, json_get(json_at(inputs, i), "properties"))));
	}
	json_set(answer, "results", results);
	return answer_of(200, str_c(store.arena, json_write(store.arena, answer)));
}

static int
fresh(void **state)
{
	int failed = flow_fresh(state);

	memset(&told, 0, sizeof(told));
	flow.hubspot = hubspot;
	return failed;
}

static int64_t
begin_run(void)
{
	int64_t run;

	store_must(
	    id_run_begin(store.db, store.arena, store.tenant_id, ID_RUN_FILL, false, STR("a@b"), &run, &store.e));
	return run;
}

static void
plan(int64_t run, const char *id, bool overwrite)
{
	const struct record_update u = { .object_type = STR("deals"),
		.object_id = str_from(id),
		.properties = STR("{\"impact_customer_id\":\"77\"}"),
		.overwrite = overwrite };

	store_must(record_update_plan(store.db, store.tenant_id, run, &u, 1, &store.e));
}

static struct str
state_of(const char *id)
{
	return store_text("SELECT CAST(state AS BINARY) FROM record_update WHERE tenant_id = %lld AND object_id = '%s'",
	    (long long)store.tenant_id, id);
}

static int64_t
queued(void)
{
	return store_int("SELECT COUNT(*) FROM delivery WHERE tenant_id = %lld", (long long)store.tenant_id);
}

static void
run_updates(void)
{
	flow.n = 0;
	store_must(flow_try(LEASE_UPDATE, 0));
}

static void
only_what_is_empty_is_written(void **state)
{
	(void)state;
	crm_put("deals", "1", "{}");
	crm_put("deals", "2", "{\"impact_customer_id\":\"by-hand\"}");
	crm_put("deals", "3", "{\"impact_customer_id\":\"77\"}");
	for (const char *id = "1234"; *id != '\0'; id++)
		plan(0, (const char[]){ *id, '\0' }, false);
	run_updates();
	assert_int_equal(told.writes, 1);
	assert_int_equal(told.records, 1);
	assert_str(state_of("1"), "DONE");
	assert_str(state_of("2"), "KEPT");
	assert_str(state_of("3"), "DONE");
	assert_str(state_of("4"), "REFUSED"); /* not there any more */
	assert_int_equal(queued(), 0);
}

static void
a_value_is_replaced_when_that_was_asked_for(void **state)
{
	(void)state;
	crm_put("deals", "2", "{\"impact_customer_id\":\"by-hand\"}");
	plan(0, "2", true);
	run_updates();
	assert_int_equal(told.records, 1);
	assert_str(state_of("2"), "DONE");
}

static void
a_hundred_go_in_one_call(void **state)
{
	(void)state;
	for (int i = 0; i < 150; i++) {
		const char *id = str_c(store.arena, str_printf(store.arena, "%d", 1000 + i));

		crm_put("deals", id, "{}");
		plan(0, id, false);
	}
	run_updates();
	assert_int_equal(told.writes, 2);
	assert_int_equal(told.records, 50);
	assert_int_equal(queued(), 0);
}

static void
what_arrived_although_the_answer_was_lost_is_found_and_not_written_again(void **state)
{
	(void)state;
	crm_put("deals", "1", "{}");
	plan(0, "1", false);
	told.scripted = true;
	told.answer = answer_lost(HTTP_UNKNOWN);
	run_updates();
	assert_str(state_of("1"), "READY");
	assert_int_equal(queued(), 1);
	crm_put("deals", "1", "{\"impact_customer_id\":\"77\"}"); /* it had arrived */
	store_run("UPDATE delivery SET due = UTC_TIMESTAMP(3)");
	run_updates();
	assert_int_equal(told.writes, 1);
	assert_str(state_of("1"), "DONE");
}

static void
what_a_crash_left_under_way_is_read_anew(void **state)
{
	(void)state;
	crm_put("deals", "1", "{}");
	plan(0, "1", false);
	store_run("UPDATE record_update SET state = 'SENDING', attempts = 1 WHERE tenant_id = %lld",
	    (long long)store.tenant_id);
	run_updates();
	assert_int_equal(told.writes, 1);
	assert_str(state_of("1"), "DONE");
}

static void
one_refused_record_costs_only_itself_and_is_tried_again_when_asked(void **state)
{
	int64_t run = begin_run();
	int64_t n;

	(void)state;
	crm_put("deals", "1", "{}");
	plan(run, "1", false);
	told.scripted = true;
	told.answer = answer_of(400, "{\"status\":\"error\",\"message\":\"never\",\"category\":\"VALIDATION_ERROR\"}");
	run_updates();
	assert_str(state_of("1"), "REFUSED");
	told.scripted = false;
	store_must(record_update_retry(store.db, store.tenant_id, run, &n, &store.e));
	assert_int_equal(n, 1);
	run_updates();
	assert_str(state_of("1"), "DONE");
}

static void
a_batch_refused_as_a_whole_is_halved_down_to_the_one_that_is_wrong(void **state)
{
	(void)state;
	for (const char *id = "1234"; *id != '\0'; id++) {
		crm_put("deals", (const char[]){ *id, '\0' }, "{}");
		plan(0, (const char[]){ *id, '\0' }, false);
	}
	told.scripted = true;
	told.answer = answer_of(400, "{\"status\":\"error\",\"message\":\"never\"}");
	run_updates();
	assert_int_equal(told.writes, 7); /* 4, 2, 1, 1, 2, 1, 1 */
	assert_int_equal(queued(), 0);
}

static void
a_missing_scope_pauses_the_run_with_the_reason_and_loses_nothing(void **state)
{
	int64_t run = begin_run();

	(void)state;
	crm_put("deals", "1", "{}");
	plan(run, "1", false);
	told.scripted = true;
	told.answer = answer_of(403, "{\"status\":\"error\",\"category\":\"MISSING_SCOPES\",\"message\":\"no\"}");
	run_updates();
	assert_str(store_text("SELECT CAST(state AS BINARY) FROM id_run WHERE tenant_id = %lld",
	               (long long)store.tenant_id),
	    "paused");
	assert_str(store_text("SELECT code FROM id_run WHERE tenant_id = %lld", (long long)store.tenant_id),
	    "scope_missing");
	assert_str(state_of("1"), "READY");
	told.scripted = false;
	run_updates();
	assert_int_equal(told.writes, 1); /* it waits */
}

static void
nothing_is_written_while_all_sending_is_stopped(void **state)
{
	(void)state;
	crm_put("deals", "1", "{}");
	plan(0, "1", false);
	store_run("UPDATE tenant SET sending = 0 WHERE tenant_id = %lld", (long long)store.tenant_id);
	run_updates();
	assert_int_equal(flow.n, 0);
	assert_str(state_of("1"), "READY");
}

/* A person stops it, or deletes the account, between two batches of one round of the worker. */
static struct http_answer
hubspot_then_stop(const struct http_request *q)
{
	if (str_ends(q->url, STR("/batch/update")))
		store_run("UPDATE tenant SET sending = 0 WHERE tenant_id = %lld", (long long)store.tenant_id);
	return hubspot(q);
}

static void
a_stop_holds_from_the_next_batch_on(void **state)
{
	(void)state;
	for (int i = 0; i < 250; i++) {
		const char *id = str_c(store.arena, str_printf(store.arena, "%d", 1000 + i));

		crm_put("deals", id, "{}");
		plan(0, id, false);
	}
	flow.hubspot = hubspot_then_stop;
	run_updates();
	assert_int_equal(told.writes, 1);
	assert_int_equal(queued(), 150);
	store_run("UPDATE tenant SET sending = 1 WHERE tenant_id = %lld", (long long)store.tenant_id);
	flow.hubspot = hubspot;
	run_updates();
	assert_int_equal(queued(), 0);
}

static void
one_fill_at_a_time(void **state)
{
	int64_t run;

	(void)state;
	begin_run();
	store_refused(id_run_begin(store.db, store.arena, store.tenant_id, ID_RUN_FILL, false, STR("a@b"), &run,
	                  &store.e),
	    ERR_CONFLICT);
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_what_is_empty_is_written),
		TEST(a_value_is_replaced_when_that_was_asked_for),
		TEST(a_hundred_go_in_one_call),
		TEST(what_arrived_although_the_answer_was_lost_is_found_and_not_written_again),
		TEST(what_a_crash_left_under_way_is_read_anew),
		TEST(one_refused_record_costs_only_itself_and_is_tried_again_when_asked),
		TEST(a_batch_refused_as_a_whole_is_halved_down_to_the_one_that_is_wrong),
		TEST(a_missing_scope_pauses_the_run_with_the_reason_and_loses_nothing),
		TEST(nothing_is_written_while_all_sending_is_stopped),
		TEST(a_stop_holds_from_the_next_batch_on),
		TEST(one_fill_at_a_time),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
