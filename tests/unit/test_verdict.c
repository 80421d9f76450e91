/* Every documented code has its sentence and its advice, once (B-01). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/verdict.h"
#include "lib/answer.h"

/* impact.md 2.5, and why an action was reversed, 3.5. */
static const char *const documented[] = { "ACTION_REF_NOT_FOUND", "NO_VALID_ACTION_REF", "ACTIONTERMS_NOT_FOUND",
	"CONTRACT_NOT_FOUND", "PARTNER_NOT_ACTIVE", "ACTIONTRACKER_NOT_FOUND", "ACTIONTRACKER_NOT_ACTIVE",
	"ACTIONTRACKER_CAMPAIGN_MISMATCH", "CAMPAIGN_NOT_FOUND", "CONV_DUPLICATE", "OID_MISSING", "NO_ITEM",
	"MALFORMED", "OUTSIDE_ASSOCIATION_WINDOW", "MAX_RECURRENCES_REACHED", "CREDITING_RULE_MISMATCH",
	"OTHER_REF_PRIORITIZED", "REFTYPE_NOT_ACCEPTED", "UNCLAIMED", "BLACKLISTED_SOURCE_IP", "BLOCKED_BY_PROMOCODE",
	"RESTRICTED_PROMOCODE", "CALL_TOO_SHORT", "REJECTED", "CONS_FRAUD", "CONS_ERROR", "CONS_INFO_INVALID",
	"ITEM_RETURNED", "ITEM_OUT_OF_STOCK", "ORDER_ERROR", "PUB_ACT_DISPUTE", "ADV_ACT_DISPUTE",
	"NOT_COMPLIANCE_TERMS", "MP_RETURNED", "CREDITED_DIFFERENT_MP", "OTHER", "TEST_ACTION" };

static const char *const own[] = { "no_consent", "trigger_other_value", "trigger_off", "condition", "condition_failed",
	"not_concerned", "echo", "record_gone", "no_contact", "field_missing", "field_too_long", "field_type",
	"field_exclusive", "expression_failed", "time_zone_unknown", "email_as_id", "order_id_too_long",
	"lead_status_empty", "duplicate_effect", "duplicate_collision", "held_other_order", "tenant_paused", "stopped",
	"disconnected", "credentials_refused", "scope_missing", "http_400", "http_402", "rate_limited", "no_answer",
	"account_changed", "waited_too_long", "not_attributed_yet", "deleted_record", "too_many_fields",
	/* made of a word and an object type (flow/decide_read.c) */
	"hubspot_scope_contacts", "hubspot_scope_companies", "hubspot_scope_deals", "hubspot_scope_line_items",
	"hubspot_refuses_contacts", "hubspot_refuses_companies", "hubspot_refuses_deals",
	"hubspot_refuses_line_items" };

static void
no_sentence_speaks_in_codes(void **state)
{
	(void)state;
	for (size_t i = 0; i < verdict_table_n; i++) {
		const struct verdict *v = &verdict_table[i];
		struct str words[] = { str_from(v->sentence), str_from(v->advice) };

		for (size_t k = 0; k < 2; k++)
			for (size_t j = 0; j + 1 < words[k].n; j++)
				if (words[k].p[j] == '_' && words[k].p[j + 1] >= 'A' && words[k].p[j + 1] <= 'Z')
					fail_msg("%s: %s", v->code, words[k].p);
	}
}

static void
every_documented_code_has_a_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(documented) / sizeof(documented[0]); i++) {
		const struct verdict *v = verdict_find(str_from(documented[i]));

		if (v->code[0] == '\0')
			fail_msg("no row for %s", documented[i]);
	}
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (verdict_find(str_from(own[i]))->code[0] == '\0')
			fail_msg("no row for %s", own[i]);
	}
}

static void
each_code_stands_once_with_a_whole_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < verdict_table_n; i++) {
		const struct verdict *v = &verdict_table[i];
		struct str sentence = str_from(v->sentence);
		struct str advice = str_from(v->advice);

		assert_true(str_ends(sentence, STR(".")) && sentence.n > 10 && sentence.p[0] >= 'A');
		assert_true(advice.n == 0 || str_ends(advice, STR(".")) || str_ends(advice, STR("?")));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(v->code, verdict_table[k].code);
	}
}

static void
what_can_be_mended_says_how_and_where(void **state)
{
	static const char *const pages[] = { "settings", "triggers", "mappings", "hubspot", "impact", "" };

	(void)state;
	for (size_t i = 0; i < verdict_table_n; i++) {
		const struct verdict *v = &verdict_table[i];
		bool known = false;

		for (size_t k = 0; k < sizeof(pages) / sizeof(pages[0]); k++)
			known = known || strcmp(v->fix, pages[k]) == 0;
		assert_true(known);
		if (v->advice[0] == '\0')
			fail_msg("%s does not say what to do", v->code);
		if (v->kind == VERDICT_CONFIGURATION || v->kind == VERDICT_CONTRACT)
			assert_true(v->fix[0] != '\0');
		/* Without a page: nothing has to be done, or it is decided where it stands. */
		if (v->fix[0] == '\0' && !str_starts(str_from(v->advice), STR("Nothing")) &&
		    !str_starts(str_from(v->code), STR("held_")) && !str_eq(str_from(v->code), STR("poison")))
			fail_msg("%s has no place that mends it", v->code);
	}
}

static void
not_partner_driven_says_what_to_check(void **state)
{
	const struct verdict *v = verdict_find(STR("ACTION_REF_NOT_FOUND"));
	struct str advice = str_from(v->advice);

	(void)state;
	assert_true(str_starts(str_from(v->sentence), STR("Not partner-driven:")));
	assert_true(str_find(advice, STR("ClickId")) < advice.n);
	assert_true(str_find(advice, STR("contact property")) < advice.n);
	assert_true(str_find(advice, STR("same CustomerId")) < advice.n);
	assert_int_equal(v->kind, VERDICT_FINAL);
}

static void
what_impact_com_refuses_for_its_set_up_or_ours_asks_for_a_person(void **state)
{
	static const char *const mended[] = { "http_400", "Validation", "OID_MISSING", "NO_ITEM", "http_402",
		"http_other", "Contract Error", "ACTIONTERMS_NOT_FOUND", "CONTRACT_NOT_FOUND", "PARTNER_NOT_ACTIVE",
		"SOMETHING_NEW" };
	static const char *const outcomes[] = { VERDICT_DIRECT, VERDICT_CLICK_NOT_FOUND, "NO_VALID_ACTION_REF",
		"CONV_DUPLICATE", "OTHER_REF_PRIORITIZED", "MAX_RECURRENCES_REACHED", "OUTSIDE_ASSOCIATION_WINDOW" };

	(void)state;
	for (size_t i = 0; i < sizeof(mended) / sizeof(mended[0]); i++) {
		enum verdict_class kind = verdict_find(str_from(mended[i]))->kind;

		if (kind != VERDICT_CONFIGURATION && kind != VERDICT_CONTRACT)
			fail_msg("%s", mended[i]);
	}
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		enum verdict_class kind = verdict_find(str_from(outcomes[i]))->kind;

		if (kind == VERDICT_CONFIGURATION || kind == VERDICT_CONTRACT)
			fail_msg("%s", outcomes[i]);
	}
}

static void
an_unknown_code_gets_a_row_that_says_so(void **state)
{
	(void)state;
	assert_non_null(verdict_find(STR("SOMETHING_NEW")));
	assert_string_equal(verdict_find(STR("SOMETHING_NEW"))->code, "");
	assert_string_equal(verdict_find(STR(""))->code, "");
	assert_string_equal(verdict_find(STR("CALL"))->code, "");
	assert_string_equal(verdict_find(STR("CALL_DUPLICATE"))->code, "CALL_*");
}

static void
the_first_of_several_reasons_counts(void **state)
{
	(void)state;
	assert_str(verdict_first(STR("CONV_DUPLICATE NO_ITEM")), "CONV_DUPLICATE");
	assert_str(verdict_first(STR("  A, B")), "A");
	assert_str(verdict_first(STR("A,B")), "A");
	assert_str(verdict_first(STR("A")), "A");
	assert_str(verdict_first(STR(" ,")), "");
	assert_str(verdict_first(STR("")), "");
	assert_str(verdict_code(STR("Contract Error")), "Contract Error");
	assert_str(verdict_code(STR("CONV_DUPLICATE NO_ITEM")), "CONV_DUPLICATE");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_documented_code_has_a_row),
		cmocka_unit_test(each_code_stands_once_with_a_whole_sentence),
		cmocka_unit_test(no_sentence_speaks_in_codes),
		cmocka_unit_test(what_can_be_mended_says_how_and_where),
		cmocka_unit_test(not_partner_driven_says_what_to_check),
		cmocka_unit_test(what_impact_com_refuses_for_its_set_up_or_ours_asks_for_a_person),
		cmocka_unit_test(an_unknown_code_gets_a_row_that_says_so),
		cmocka_unit_test(the_first_of_several_reasons_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
