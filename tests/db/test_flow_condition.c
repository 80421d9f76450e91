/* Conditions of triggers on the way from a webhook to a decision (T-28, T-29, I-29, B-02). */
#include "lib/flow.h"

static void
won(void)
{
	flow_deal_changed("301", "dealstage", "closedwon");
	flow_decided();
}

static bool
says(const char *sentence)
{
	struct str detail = flow_decision("detail");

	return str_find(detail, str_from(sentence)) < detail.n;
}

/* On the record as it is read; the trace tells which condition it was. */
static void
a_condition_that_does_not_hold_skips(void **state)
{
	(void)state;
	flow_configure("\"mode\":\"live\"", "\"when\":\"{amount} > 9000\",\"mode\":\"live\"");
	flow_deal_in_crm();
	won();
	assert_str(flow_decision("outcome"), "SKIPPED");
	assert_str(flow_decision("code"), "condition");
	assert_str(flow_decision("trigger_id"), "t1");
	assert_true(says("The condition is {amount} > 9000."));
	assert_int_equal(store_int("SELECT COUNT(*) FROM conversion"), 0);
	assert_int_equal(store_int("SELECT COUNT(*) FROM pending"), 0);
}

static void
a_condition_that_holds_sends(void **state)
{
	(void)state;
	flow_configure("\"mode\":\"live\"",
	    "\"when\":\"{dealname} = Acme and {contact.hs_object_id} = 77\",\"mode\":\"live\"");
	flow_deal_in_crm();
	won();
	assert_str(flow_decision("outcome"), "CONVERSION");
}

/* Two triggers on one property: the one whose condition holds answers. */
static void
another_trigger_whose_condition_holds_sends(void **state)
{
	(void)state;
	flow_configure("\"mode\":\"live\"}",
	    "\"when\":\"{dealname} = Other\",\"mode\":\"live\"},{\"id\":\"t2\",\"on\":\"changed\",\"property\":"
	    "\"dealstage\",\"when\":\"{dealname} = Acme\",\"mode\":\"live\"}");
	flow_deal_in_crm();
	won();
	assert_str(flow_decision("outcome"), "CONVERSION");
	assert_str(flow_decision("trigger_id"), "t2");
}

static void
a_condition_on_the_contact_waits_for_one(void **state)
{
	(void)state;
	flow_configure("\"mode\":\"live\"", "\"when\":\"{contact.hs_object_id} = 77\",\"mode\":\"live\"");
	crm_put("deals", "301", "{\"dealstage\":\"closedwon\",\"amount\":\"1\"}");
	won();
	assert_str(flow_decision("outcome"), "WAITING");
	assert_str(flow_decision("code"), "no_contact");
	assert_true(says("The condition of the trigger reads the contact, and there is none yet."));
}

static void
a_condition_that_cannot_be_worked_out_says_so(void **state)
{
	(void)state;
	flow_configure("\"mode\":\"live\"", "\"when\":\"{dealname} > 5\",\"mode\":\"live\"");
	flow_deal_in_crm();
	won();
	assert_str(flow_decision("outcome"), "SKIPPED");
	assert_str(flow_decision("code"), "condition_failed");
	assert_true(says("the condition on {dealname}: the value is no number"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, flow_fresh)
		TEST(a_condition_that_does_not_hold_skips),
		TEST(a_condition_that_holds_sends),
		TEST(another_trigger_whose_condition_holds_sends),
		TEST(a_condition_on_the_contact_waits_for_one),
		TEST(a_condition_that_cannot_be_worked_out_says_so),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
