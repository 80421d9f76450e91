/*
 * test_erase.c - deleting an account: its rows out of every table, its key with them, its neighbour untouched (I-60).
 *
 * The tables are those of the schema, not of a list: a new one with a tenant_id that erasing does not know fails here.
 */
#include "lib/answer.h"
#include "lib/ground.h"
#include "lib/store.h"
#include "store/erase.h"
#include "store/install.h"
#include "store/session.h"
#include "task/erase.h"

#define TABLES_OF_TENANTS                                                                                              \
	"information_schema.columns WHERE table_schema = DATABASE() AND column_name = 'tenant_id' AND "                \
	"table_name <> 'tenant'"

static struct str_list
tables(void)
{
	struct str all =
	    store_text("SELECT CAST(GROUP_CONCAT(table_name ORDER BY table_name) AS BINARY) FROM " TABLES_OF_TENANTS);
	struct str *v = arena_array(store.arena, 200, sizeof(*v));
	size_t n = 0;

	while (str_cut(&all, ',', &v[n]))
		n++;
	assert_true(n > 20 && n < 200);
	return (struct str_list){ .v = v, .n = n };
}

/* A row of that table for that account: every column gets a value of its type. */
static void
fill(struct str table, int64_t tenant_id)
{
	struct str row = store_text(
	    "SELECT CAST(CONCAT('INSERT INTO `', table_name, '` (', GROUP_CONCAT('`', column_name, '`' ORDER BY "
	    "ordinal_position), ') VALUES (', GROUP_CONCAT(CASE WHEN column_name = 'tenant_id' THEN '%lld' "
	    "WHEN data_type IN ('bigint', 'int', 'tinyint', 'smallint', 'decimal', 'enum') THEN '1' "
	    "WHEN data_type = 'datetime' THEN '''2026-11-21''' "
	    "WHEN character_maximum_length >= 20 THEN '''t%lld''' ELSE '''x''' END ORDER BY ordinal_position), ')') AS "
	    "BINARY) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '" STR_FMT
	    "' AND extra NOT LIKE '%%auto_increment%%'",
	    (long long)tenant_id, (long long)tenant_id, STR_ARG(table));

	store_run(STR_FMT, STR_ARG(row));
}

static int64_t
rows(struct str table, int64_t tenant_id)
{
	return store_int("SELECT COUNT(*) FROM `" STR_FMT "` WHERE tenant_id = %lld", STR_ARG(table),
	    (long long)tenant_id);
}

/* Rows in every table: what an account that was used has. */
static void
fill_all(int64_t tenant_id)
{
	struct str_list list = tables();

	for (size_t i = 0; i < list.n; i++) {
		if (rows(list.v[i], tenant_id) == 0)
			fill(list.v[i], tenant_id);
		assert_true(rows(list.v[i], tenant_id) > 0);
	}
}

static void
connected(void)
{
	struct install in = { .tenant_id = store.tenant_id, .scopes = STR("oauth") };

	in.access_token = secret_copy(store.arena, STR("access"));
	in.refresh_token = secret_copy(store.arena, STR("refresh"));
	store_must(install_save(store.db, store.parts.vault, store.arena, &in, 1800, &store.e));
}

static struct str
begin(void)
{
	struct str receipt;

	store_must(erase_begin(store.db, store.arena, store.tenant_id, &receipt, &store.e));
	return receipt;
}

static struct erasure
follow(struct str receipt)
{
	struct erasure now;

	store_must(erase_follow(store.db, store.arena, receipt, &now, &store.e));
	return now;
}

/* One turn of the worker.  What it asks for is answered in order. */
static struct step *
one_turn(const struct http_answer *answers, size_t n)
{
	struct step *s = erase_new(store.arena, &store.parts, store.tenant_id);
	size_t given = 0;

	for (;;) {
		store_must(step_next(s, &store.e));
		if (s->n == 0)
			break;
		for (size_t i = 0; i < s->n; i++) {
			assert_true(given < n);
			s->answers[i] = answers[given++];
		}
	}
	assert_int_equal(given, n);
	return s;
}

/* And those that follow at once. */
static struct step *
turn(const struct http_answer *answers, size_t n)
{
	struct step *s = one_turn(answers, n);

	while (s->again_in_ms == 0)
		s = one_turn(NULL, 0);
	return s;
}

static int64_t
tenants(void)
{
	return store_int("SELECT COUNT(*) FROM tenant WHERE tenant_id = %lld", (long long)store.tenant_id);
}

static void
I_60_nothing_of_the_account_is_left_in_any_table_and_its_neighbour_has_all(void **state)
{
	(void)state;
	int64_t mine = store.tenant_id, neighbour = store_tenant();
	struct str_list list = tables();
	struct str receipt;
	int64_t n;

	fill_all(mine);
	fill_all(neighbour);
	receipt = begin();
	store_must(erase_uninstalled(store.db, mine, STR("already"), &store.e));
	do
		store_must(erase_some(store.db, mine, &n, &store.e));
	while (n > 0);
	store_must(erase_end(store.db, store.arena, mine, &store.e));
	for (size_t i = 0; i < list.n; i++) {
		if (rows(list.v[i], mine) != 0)
			fail_msg(STR_FMT " still has rows; it belongs into the list of fcgi/store/erase.c",
			    STR_ARG(list.v[i]));
		assert_true(rows(list.v[i], neighbour) > 0);
	}
	assert_int_equal(tenants(), 0);
	assert_int_equal(store_int("SELECT LENGTH(data_key) > 0 FROM tenant WHERE tenant_id = %lld",
	                     (long long)neighbour),
	    1);
	assert_true(follow(receipt).ended_ms > 0);
	/* Where somebody's e-mail address would be, nothing of the kind is found. */
	assert_int_equal(store_int("SELECT COUNT(*) FROM erasure WHERE receipt_hash = 't%lld'", (long long)mine), 0);
}

static void
sign_in_links_of_its_people_go_but_not_those_of_people_whom_another_account_knows(void **state)
{
	(void)state;
	int64_t mine = store.tenant_id, neighbour = store_tenant();
	int64_t n;

	store_run("DELETE FROM sign_in_link");
	store_run("INSERT INTO person (tenant_id, hub_user_id, email, role, created_at) VALUES "
	          "(%lld, 71, 'only@example.com', 'owner', NOW()), (%lld, 72, 'both@example.com', 'owner', NOW()), "
	          "(%lld, 72, 'both@example.com', 'editor', NOW())",
	    (long long)mine, (long long)mine, (long long)neighbour);
	store_run("INSERT INTO sign_in_link (link_id, email, nonce, created_at) VALUES "
	          "(71, 'only@example.com', 'x', NOW()), (72, 'both@example.com', 'x', NOW())");
	store_run("INSERT INTO mail (tenant_id, kind, subject_id, state, created_at, due) VALUES "
	          "(0, 'sign_in', 71, 'waiting', NOW(), NOW()), (0, 'sign_in', 72, 'waiting', NOW(), NOW())");
	(void)begin();
	store_must(erase_some(store.db, mine, &n, &store.e));
	assert_int_equal(store_int("SELECT COUNT(*) FROM sign_in_link"), 1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM sign_in_link WHERE link_id = 72"), 1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM mail WHERE tenant_id = 0 AND subject_id IN (71, 72)"), 1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM mail WHERE tenant_id = 0 AND subject_id = 72"), 1);
	store_run("DELETE FROM mail WHERE tenant_id = 0");
	store_run("DELETE FROM sign_in_link");
}

static void
from_the_moment_it_is_asked_for_nobody_is_logged_in_and_nothing_is_sent(void **state)
{
	(void)state;
	const struct session_limits limits = { .idle_s = 100, .absolute_s = 100 };
	struct session found;
	struct person ada;
	struct str cookie, receipt;
	struct tenant t;

	store_must(
	    person_join(store.db, store.arena, store.tenant_id, 7, STR("ada@northwind.example"), &ada, &store.e));
	store_must(session_open(store.db, store.arena, &ada, SESSION_HUBSPOT, &cookie, &store.e));
	(void)begin();
	store_refused(session_find(store.db, store.arena, cookie, &limits, &found, &store.e), ERR_NOT_FOUND);
	/* A log-in that was under way at that moment. */
	store_must(session_open(store.db, store.arena, &ada, SESSION_HUBSPOT, &cookie, &store.e));
	store_refused(session_find(store.db, store.arena, cookie, &limits, &found, &store.e), ERR_NOT_FOUND);
	store_must(tenant_load(store.db, store.arena, store.tenant_id, &t, &store.e));
	assert_int_equal(t.state, TENANT_DELETING);
	assert_false(t.sending);
	store_refused(erase_begin(store.db, store.arena, store.tenant_id, &receipt, &store.e), ERR_CONFLICT);
}

static void
the_app_is_removed_then_the_key_goes_and_rows_wait_for_those_at_work(void **state)
{
	(void)state;
	const struct http_answer answers[] = { answer_of(204, ""), answer_of(200, "{}") };
	struct str receipt;
	struct step *s;

	connected();
	fill_all(store.tenant_id);
	receipt = begin();
	s = turn(answers, 2);
	assert_in_range(s->again_in_ms, 1, store.settings.erase_settle_s * 1000);
	assert_str(follow(receipt).uninstall, "done");
	assert_int_equal(store_int("SELECT LENGTH(data_key) FROM tenant WHERE tenant_id = %lld",
	                     (long long)store.tenant_id),
	    0);
	assert_int_equal(rows(STR("install"), store.tenant_id) + rows(STR("secret"), store.tenant_id), 0);
	assert_true(rows(STR("conversion"), store.tenant_id) > 0);
	store_later(store.db, store.settings.erase_settle_s + 1);
	assert_int_equal(turn(NULL, 0)->again_in_ms, -1);
	assert_int_equal(tenants(), 0);
	assert_true(follow(receipt).ended_ms > 0);
	assert_true(follow(receipt).erased > 20);
}

static void
an_app_that_was_removed_before_is_no_trouble(void **state)
{
	(void)state;
	struct str receipt;

	store.settings.erase_settle_s = 0;
	fill_all(store.tenant_id);
	store_run("DELETE FROM install WHERE tenant_id = %lld", (long long)store.tenant_id);
	receipt = begin();
	(void)turn(NULL, 0);
	assert_str(follow(receipt).uninstall, "already");
	assert_int_equal(tenants(), 0);
}

static void
when_HubSpot_cannot_be_reached_it_is_tried_again_and_in_the_end_everything_goes_all_the_same(void **state)
{
	(void)state;
	const struct http_answer lost[] = { answer_lost(HTTP_NOT_SENT) };
	struct str receipt;
	struct step *s;

	connected();
	receipt = begin();
	s = turn(lost, 1);
	assert_in_range(s->again_in_ms, 1, store.settings.erase_settle_s * 1000);
	assert_str(follow(receipt).uninstall, "pending");
	store_later(store.db, store.settings.erase_settle_s + 1);
	(void)turn(lost, 1);
	assert_str(follow(receipt).uninstall, "unreached");
	assert_int_equal(tenants(), 0);
}

/* M is the account's number in HubSpot. */
static void
I_60_its_part_of_batches_that_could_not_be_read_goes_and_what_others_have_there_stays(void **state)
{
	(void)state;
	static const char *const bodies[][2] = {
		{ "[{\"portalId\":M,\"a\":1},{\"portalId\":N,\"objectId\":M},{\"portalId\":M0}]",
		    "[{\"portalId\":N,\"objectId\":M},{\"portalId\":M0}]" },
		{ "[{\"portalId\":N},{\"portalId\" : \"M\",\"b\":[2,", "[{\"portalId\":N}" },
		{ "{\"portalId\":M,\"c\"", NULL },
		{ "[{\"portalId\":M}]", NULL },
		{ "[{\"objectId\":M}]", "[{\"objectId\":M}]" },
	};
	struct str mine = str_printf(store.arena, "%lld", (long long)store.portal_id);

	store.settings.erase_settle_s = 0;
	store_run("DELETE FROM quarantine");
	for (size_t i = 0; i < 5; i++)
		store_run(
		    "INSERT INTO quarantine (id, source, reason, received_at, body) VALUES (%d, 'hubspot', 'why', "
		    "NOW(), REPLACE('%s', 'M', '" STR_FMT "'))",
		    (int)i + 1, bodies[i][0], STR_ARG(mine));
	(void)begin();
	(void)turn(NULL, 0);
	assert_int_equal(tenants(), 0);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(
		    store_int("SELECT COUNT(*) FROM quarantine WHERE id = %d AND body = REPLACE('%s', 'M', '" STR_FMT
		              "')",
		        (int)i + 1, bodies[i][1] == NULL ? "" : bodies[i][1], STR_ARG(mine)),
		    bodies[i][1] != NULL);
	assert_int_equal(store_int("SELECT COUNT(*) FROM quarantine"), 3);
	store_run("DELETE FROM quarantine");
}

/* Each turn is a worker of its own: what one did before it was killed need not be done again. */
static void
a_worker_that_is_killed_in_between_costs_nothing(void **state)
{
	(void)state;
	struct str receipt;
	int64_t n;

	store.settings.erase_settle_s = 0;
	fill_all(store.tenant_id);
	receipt = begin();
	store_must(erase_uninstalled(store.db, store.tenant_id, STR("done"), &store.e));
	store_must(erase_some(store.db, store.tenant_id, &n, &store.e));
	assert_true(n > 0);
	fill(STR("conversion"), store.tenant_id);
	(void)turn(NULL, 0);
	assert_int_equal(tenants(), 0);
	assert_true(follow(receipt).ended_ms > 0);
	/* And once more, when its end was not told to anybody. */
	assert_int_equal(turn(NULL, 0)->again_in_ms, -1);
}

static void
many_rows_go_in_batches(void **state)
{
	(void)state;
	int64_t n;

	for (int i = 0; i < 12; i++)
		store_run(i == 0
		              ? "INSERT INTO counter (tenant_id, name) VALUES (%lld, '1')"
		              : "INSERT INTO counter (tenant_id, name) SELECT %lld, CONCAT(name, '.', %d) FROM counter "
		                "WHERE tenant_id = %lld",
		    (long long)store.tenant_id, i, (long long)store.tenant_id);
	(void)begin();
	assert_int_equal(rows(STR("counter"), store.tenant_id), 2048);
	store_must(erase_some(store.db, store.tenant_id, &n, &store.e));
	assert_int_equal(rows(STR("counter"), store.tenant_id), 2048 - ERASE_BATCH);
	store_must(erase_end(store.db, store.arena, store.tenant_id, &store.e));
	assert_int_equal(rows(STR("counter"), store.tenant_id), 0);
}

static void
a_new_log_in_starts_from_scratch(void **state)
{
	(void)state;
	struct tenant t;
	bool created;
	int64_t portal_id = store.portal_id, old = store.tenant_id;

	store.settings.erase_settle_s = 0;
	(void)begin();
	(void)turn(NULL, 0);
	store_must(
	    tenant_ensure(store.db, store.arena, store.parts.vault, portal_id, STR("ada"), &t, &created, &store.e));
	assert_true(created);
	assert_int_not_equal(t.tenant_id, old);
	assert_int_equal(t.config_revision, 1);
	assert_int_equal(t.state, TENANT_ACTIVE);
	assert_true(t.sending);
}

static void
receipts_go_after_a_week(void **state)
{
	(void)state;
	struct erasure now;
	struct str receipt;

	store.settings.erase_settle_s = 0;
	receipt = begin();
	(void)turn(NULL, 0);
	store_later(store.db, 6 * 86400);
	store_must(erase_sweep(store.db, &store.e));
	(void)follow(receipt);
	store_later(store.db, 8 * 86400);
	store_must(erase_sweep(store.db, &store.e));
	store_refused(erase_follow(store.db, store.arena, receipt, &now, &store.e), ERR_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(I_60_nothing_of_the_account_is_left_in_any_table_and_its_neighbour_has_all,
		    store_fresh),
		cmocka_unit_test_setup(
		    sign_in_links_of_its_people_go_but_not_those_of_people_whom_another_account_knows, store_fresh),
		cmocka_unit_test_setup(from_the_moment_it_is_asked_for_nobody_is_logged_in_and_nothing_is_sent,
		    store_fresh),
		cmocka_unit_test_setup(the_app_is_removed_then_the_key_goes_and_rows_wait_for_those_at_work,
		    store_fresh),
		cmocka_unit_test_setup(an_app_that_was_removed_before_is_no_trouble, store_fresh),
		cmocka_unit_test_setup(
		    when_HubSpot_cannot_be_reached_it_is_tried_again_and_in_the_end_everything_goes_all_the_same,
		    store_fresh),
		cmocka_unit_test_setup(
		    I_60_its_part_of_batches_that_could_not_be_read_goes_and_what_others_have_there_stays, store_fresh),
		cmocka_unit_test_setup(a_worker_that_is_killed_in_between_costs_nothing, store_fresh),
		cmocka_unit_test_setup(many_rows_go_in_batches, store_fresh),
		cmocka_unit_test_setup(a_new_log_in_starts_from_scratch, store_fresh),
		cmocka_unit_test_setup(receipts_go_after_a_week, store_fresh),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
