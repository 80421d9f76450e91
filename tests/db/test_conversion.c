/* The ledger: an effect is claimed once, whatever path leads there (design 4; C-02, C-12, I-08). */
#include <sys/wait.h>
#include <unistd.h>

#include "base/crypto.h"
#include "lib/answer.h"
#include "lib/ledger.h"

static struct conversion
with_body(struct conversion c, const char *body)
{
	c.body = str_from(body);
	ledger_complete(&c);
	return c;
}

static int64_t
rows(void)
{
	return store_int("SELECT COUNT(*) FROM conversion WHERE tenant_id = %lld", (long long)store.tenant_id);
}

static void
a_new_effect_is_ready_and_due(void **state)
{
	struct conversion c = ledger_conversion("A"), back;
	struct conversion_claimed x = ledger_claim(&c);

	(void)state;
	assert_int_equal(x.result, CONVERSION_NEW);
	assert_str(ledger_stage(x.id), "send");
	assert_true(ledger_due_s(x.id) <= 0);
	store_must(conversion_load(store.db, store.arena, store.tenant_id, x.id, &back, &store.e));
	assert_int_equal(back.state, STATE_READY);
	assert_str(back.body, "CampaignId=1000&OrderId=A");
	assert_true(str_eq(back.effect_key, c.effect_key) && str_eq(back.lane, c.lane));
	assert_str(back.order_id, "A");
	assert_str(back.customer_id, "77");
	assert_str(back.event_type, "WON");
	assert_int_equal(back.event_date_ms, c.event_date_ms);
	assert_int_equal(back.occurred_ms, c.occurred_ms);
	assert_int_equal(back.revision, 1);
	assert_int_equal(back.attempts, 0);
}

static void
the_same_effect_again_is_a_duplicate_and_names_the_first(void **state)
{
	struct conversion c = ledger_conversion("A");
	struct conversion_claimed first = ledger_claim(&c), again;

	(void)state;
	c = with_body(c, "CampaignId=1000&OrderId=A&OrderSubTotal=2");
	again = ledger_claim(&c);
	assert_int_equal(again.result, CONVERSION_DUPLICATE);
	assert_int_equal(again.id, first.id);
	assert_false(again.collision);
	assert_int_equal(rows(), 1);
	assert_str(ledger_column(first.id, "body"), "CampaignId=1000&OrderId=A");
}

/* C-02: two records make the same OrderId. */
static void
the_same_effect_of_another_record_is_told_as_a_collision(void **state)
{
	struct conversion c = ledger_conversion("A");

	(void)state;
	ledger_claim(&c);
	c.object_id = STR("302");
	assert_true(ledger_claim(&c).collision);
	c.object_type = STR("contacts");
	c.object_id = STR("301");
	assert_true(ledger_claim(&c).collision);
	assert_int_equal(rows(), 1);
}

static void
another_order_event_type_or_program_is_another_effect(void **state)
{
	struct conversion c = ledger_of("A", "77", "WON", 1000), d = ledger_of("A", "77", "LOST", 1000), p = c;

	(void)state;
	p.program_id = STR("2000");
	ledger_complete(&p);
	assert_int_equal(ledger_claim(&c).result, CONVERSION_NEW);
	assert_int_equal(ledger_claim(&d).result, CONVERSION_NEW);
	assert_int_equal(ledger_claim(&p).result, CONVERSION_NEW);
	store.tenant_id = store_tenant();
	c = ledger_of("A", "77", "WON", 1000);
	assert_int_equal(ledger_claim(&c).result, CONVERSION_NEW);
}

static void
an_order_id_in_other_letters_is_another_effect(void **state)
{
	struct conversion small = ledger_conversion("a"), big = ledger_conversion("A"), blank = ledger_conversion("a ");

	(void)state;
	assert_int_equal(ledger_claim(&small).result, CONVERSION_NEW);
	assert_int_equal(ledger_claim(&big).result, CONVERSION_NEW);
	assert_int_equal(ledger_claim(&blank).result, CONVERSION_NEW);
}

static void
an_event_type_is_one_row_whoever_asks(void **state)
{
	int64_t one, two, by_id;

	(void)state;
	store_must(conversion_event_type(store.db, store.arena, store.tenant_id, STR("1000"), true, STR("WON"), &one,
	    &store.e));
	store_must(conversion_event_type(store.other, store.arena, store.tenant_id, STR("1000"), true, STR("WON"), &two,
	    &store.e));
	store_must(conversion_event_type(store.db, store.arena, store.tenant_id, STR("1000"), false, STR("4711"),
	    &by_id, &store.e));
	assert_int_equal(one, two);
	assert_int_not_equal(one, by_id);
}

static void
what_was_refused_goes_out_again_once_its_body_differs(void **state)
{
	struct conversion c = ledger_conversion("A");
	int64_t id = ledger_claim(&c).id;
	struct conversion_claimed x;

	(void)state;
	store_run("UPDATE conversion SET state = 'REJECTED', code = 'ACTION_REF_NOT_FOUND', attempts = 1, ended_at = "
	          "UTC_TIMESTAMP(3), batch_id = 'B-1', partner_id = '9' WHERE conversion_id = %lld",
	    (long long)id);
	store_run("DELETE FROM delivery WHERE effect_id = %lld", (long long)id);
	assert_int_equal(ledger_claim(&c).result, CONVERSION_DUPLICATE); /* the same body would be refused again */
	c.customer_id = STR("78");
	c = with_body(c, "CampaignId=1000&OrderId=A&CustomerId=78");
	x = ledger_claim(&c);
	assert_int_equal(x.result, CONVERSION_REVISED);
	assert_int_equal(x.id, id);
	assert_int_equal(ledger_state(id), STATE_READY);
	assert_int_equal(ledger_number(id, "revision"), 2);
	assert_str(ledger_column(id, "body"), "CampaignId=1000&OrderId=A&CustomerId=78");
	assert_true(str_eq(ledger_column(id, "body_hash"), c.body_hash));
	assert_true(str_eq(ledger_column(id, "lane"), c.lane));
	assert_str(ledger_column(id, "customer_id"), "78");
	assert_str(ledger_column(id, "code"), "");
	assert_str(ledger_column(id, "batch_id"), "");
	assert_str(ledger_column(id, "partner_id"), "");
	assert_str(ledger_column(id, "ended_at"), "");
	assert_str(ledger_stage(id), "send");
}

static void
a_body_never_changes_in_any_other_state(void **state)
{
	(void)state;
	for (int s = 0; s < STATE__COUNT; s++) {
		struct conversion c = ledger_conversion(state_name((enum state)s));
		int64_t id;

		c.trigger_value = str_from(state_name((enum state)s));
		id = ledger_claim(&c).id;
		if (s == STATE_REJECTED)
			continue;
		store_run("UPDATE conversion SET state = '%s' WHERE conversion_id = %lld", state_name((enum state)s),
		    (long long)id);
		c = with_body(c, "other");
		assert_int_equal(ledger_claim(&c).result, CONVERSION_DUPLICATE);
		assert_int_equal(ledger_state(id), s);
		assert_int_equal(ledger_number(id, "body = 'other'"), 0);
	}
}

/* The mapping was edited: the same deal would go out under another OrderId. */
static struct conversion
after_an_edit(void)
{
	struct conversion c = ledger_conversion("B");

	c.order_expression = STR("{dealname}");
	return c;
}

static void
what_went_out_under_another_order_id_is_held(void **state)
{
	struct conversion c = ledger_conversion("A"), edited = after_an_edit();
	int64_t first = ledger_claim(&c).id;
	struct conversion_claimed x = ledger_claim(&edited);

	(void)state;
	assert_int_equal(x.result, CONVERSION_HELD);
	assert_int_equal(x.other, first);
	assert_int_not_equal(x.id, first);
	assert_int_equal(ledger_state(x.id), STATE_HELD);
	assert_str(ledger_column(x.id, "code"), "held_other_order");
	assert_str(ledger_stage(x.id), "");
}

static void
the_same_expression_may_give_an_object_another_order(void **state)
{
	struct conversion c = ledger_conversion("A"), d = ledger_conversion("B");

	(void)state;
	ledger_claim(&c);
	assert_int_equal(ledger_claim(&d).result, CONVERSION_NEW);
}

static void
the_guard_looks_at_live_ones_of_the_same_object_value_and_event_type(void **state)
{
	struct conversion first = ledger_conversion("A"), c = after_an_edit();
	int64_t id = ledger_claim(&first).id;

	(void)state;
	c.object_id = STR("302");
	assert_int_equal(ledger_claim(&c).result, CONVERSION_NEW);
	c = after_an_edit();
	c.order_id = STR("C");
	c.trigger_value = STR("closedlost");
	ledger_complete(&c);
	assert_int_equal(ledger_claim(&c).result, CONVERSION_NEW);
	c = after_an_edit();
	c.order_id = STR("D");
	c.event_type = STR("OTHER");
	ledger_complete(&c);
	assert_int_equal(ledger_claim(&c).result, CONVERSION_NEW);
	store_run("UPDATE conversion SET state = 'REJECTED' WHERE conversion_id = %lld", (long long)id);
	c = after_an_edit();
	c.order_id = STR("E");
	ledger_complete(&c);
	assert_int_equal(ledger_claim(&c).result, CONVERSION_NEW);
}

/* What may have been booked keeps others from going out; what was not, does not. */
static void
the_guard_counts_what_was_or_may_have_been_booked(void **state)
{
	static const struct {
		const char *set;
		enum conversion_claim result;
	} rows[] = {
		{ "state = 'DEAD', unanswered = 1", CONVERSION_HELD },
		{ "state = 'DEAD', unanswered = 0", CONVERSION_NEW },
		{ "state = 'REJECTED', code = 'CONV_DUPLICATE'", CONVERSION_HELD },
		{ "state = 'REJECTED', code = 'ACTION_REF_NOT_FOUND'", CONVERSION_NEW },
		{ "state = 'UNKNOWN'", CONVERSION_HELD },
		{ "state = 'PARKED'", CONVERSION_HELD },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct conversion first, c;

		store_fresh(state);
		first = ledger_conversion("A");
		c = after_an_edit();
		store_run("UPDATE conversion SET %s WHERE conversion_id = %lld", rows[i].set,
		    (long long)ledger_claim(&first).id);
		if (ledger_claim(&c).result != rows[i].result)
			fail_msg("%s", rows[i].set);
	}
}

static void
a_claim_that_is_rolled_back_leaves_nothing(void **state)
{
	struct conversion c = ledger_conversion("A");
	struct conversion_claimed x;

	(void)state;
	store_must(db_begin(store.db, &store.e));
	store_must(conversion_claim(store.db, store.arena, store.tenant_id, &c, &x, &store.e));
	db_rollback(store.db);
	assert_int_equal(rows(), 0);
	assert_str(ledger_stage(x.id), "");
	assert_int_equal(ledger_claim(&c).result, CONVERSION_NEW);
}

/* The other process: claims, says so, and commits a little later. */
static void
claim_slowly(const struct conversion *c, int tell)
{
	struct db *db = store_connect();
	struct conversion_claimed x;
	struct err e = { .code = ERR_NONE };
	bool ok = db_begin(db, &e) && conversion_claim(db, store.arena, store.tenant_id, c, &x, &e);

	if (!ok || write(tell, "c", 1) != 1)
		_exit(1);
	usleep(200000);
	ok = db_commit(db, &e);
	db_free(db);
	_exit(ok ? 0 : 1);
}

static void
of_two_that_claim_one_effect_at_once_one_makes_the_row(void **state)
{
	struct conversion c = ledger_conversion("A");
	struct conversion_claimed x;
	int told[2], status;
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(told), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		claim_slowly(&c, told[1]);
	assert_int_equal(read(told[0], &byte, 1), 1);
	store_must(db_begin(store.db, &store.e));
	store_refused(conversion_claim(store.db, store.arena, store.tenant_id, &c, &x, &store.e), ERR_CONFLICT);
	db_rollback(store.db);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(ledger_claim(&c).result, CONVERSION_DUPLICATE); /* the round is repeated */
	assert_int_equal(rows(), 1);
	assert_int_equal(store_int("SELECT COUNT(*) FROM delivery WHERE tenant_id = %lld", (long long)store.tenant_id),
	    1);
	(void)close(told[0]);
	(void)close(told[1]);
}

#define TEST(name) cmocka_unit_test_setup(name, store_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_effect_is_ready_and_due),
		TEST(the_same_effect_again_is_a_duplicate_and_names_the_first),
		TEST(the_same_effect_of_another_record_is_told_as_a_collision),
		TEST(another_order_event_type_or_program_is_another_effect),
		TEST(an_order_id_in_other_letters_is_another_effect),
		TEST(an_event_type_is_one_row_whoever_asks),
		TEST(what_was_refused_goes_out_again_once_its_body_differs),
		TEST(a_body_never_changes_in_any_other_state),
		TEST(what_went_out_under_another_order_id_is_held),
		TEST(the_same_expression_may_give_an_object_another_order),
		TEST(the_guard_looks_at_live_ones_of_the_same_object_value_and_event_type),
		TEST(the_guard_counts_what_was_or_may_have_been_booked),
		TEST(a_claim_that_is_rolled_back_leaves_nothing),
		TEST(of_two_that_claim_one_effect_at_once_one_makes_the_row),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
