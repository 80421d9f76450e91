/* test_credentials.c - task/credentials: are impact.com's credentials right, in words (I-22..I-25). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/answer.h"
#include "lib/ground.h"
#include "store/cache.h"
#include "store/config.h"
#include "store/credential.h"
#include "task/credentials.h"

static struct ground g;
/* To the questions whether the token may read these. */
static struct http_answer actions, submissions;

#define COMPANY "{\"CompanyName\":\"Acme\",\"Currency\":\"USD\",\"Timezone\":\"x\"}"
#define PROGRAM "{\"Id\":\"1000\",\"Name\":\"Partners\",\"State\":\"ACTIVE\"}"
#define CLOSED  "{\"Id\":\"1000\",\"Name\":\"Partners\",\"State\":\"CLOSED\"}"
#define LIST    "{\"@page\":\"1\",\"@numpages\":\"1\",\"Campaigns\":[" PROGRAM "]}"
#define NONE    "{\"Actions\":[]}"
#define NO      "{\"Status\":\"ERROR\",\"Message\":\"no\"}"

/* Checks with the answers to company, program and list. */
static struct credentials *
check(const char *token, struct http_answer company, struct http_answer program, struct http_answer list, bool *ok)
{
	const struct http_answer answers[] = { company, program, list, actions, submissions };
	struct credentials *c = credentials_new(g.a, &g.parts,
	    &(struct person){ .tenant_id = g.tenant.tenant_id, .email = STR("ada@example.com") }, STR(" IR123 "),
	    str_from(token), STR("1000"));
	size_t sent;

	*ok = ground_steps(&g, &c->step, answers, 5, &sent);
	return c;
}

static struct str
state_of(const struct credentials *c, const char *id)
{
	for (size_t i = 0; i < json_length(c->checks); i++)
		if (str_eq(json_text_at(g.a, json_at(c->checks, i), "id"), str_from(id)))
			return json_text_at(g.a, json_at(c->checks, i), "state");
	return STR("");
}

static int64_t
revision(void)
{
	struct config_revision r;

	must(config_current(g.db, g.a, g.tenant.tenant_id, &r, &g.e));
	return r.revision;
}

static void
I_22_wrong_forms_are_told_without_asking_anybody(void **state)
{
	(void)state;
	struct credentials *c =
	    credentials_new(g.a, &g.parts, &(struct person){ .tenant_id = g.tenant.tenant_id, .email = STR("ada") },
	        STR("IR 1;"), STR("a b"), STR("12x"));
	size_t sent;

	must(ground_steps(&g, &c->step, NULL, 0, &sent));
	assert_false(c->saved);
	assert_true(json_get(c->fields, "account_sid") != NULL && json_get(c->fields, "auth_token") != NULL &&
	            json_get(c->fields, "program_id") != NULL);
	c = credentials_new(g.a, &g.parts, &(struct person){ .tenant_id = g.tenant.tenant_id, .email = STR("ada") },
	    STR(""), STR(""), STR(""));
	must(ground_steps(&g, &c->step, NULL, 0, &sent));
	assert_true(json_get(c->fields, "auth_token") != NULL);
}

static void
I_23_a_wrong_token_is_said_at_the_token_and_nothing_is_saved(void **state)
{
	(void)state;
	struct credential_facts facts;
	struct credentials *c;
	bool ok;

	c = check("wrong", answer_of(401, NO), answer_of(401, NO), answer_of(401, NO), &ok);
	must(ok);
	assert_false(c->saved);
	assert_str(state_of(c, "company"), "failed");
	assert_true(json_get(c->fields, "auth_token") != NULL);
	must(credential_facts(g.db, g.a, g.tenant.tenant_id, STR("impact.auth_token"), &facts, &g.e));
	assert_false(facts.set);
	assert_int_equal(revision(), 1);
}

static void
I_24_a_wrong_program_is_said_at_the_program(void **state)
{
	(void)state;
	struct credentials *c;
	bool ok;

	c = check("token", answer_of(200, COMPANY), answer_of(404, NO), answer_of(200, "{\"Campaigns\":[]}"), &ok);
	must(ok);
	assert_false(c->saved);
	assert_str(state_of(c, "program"), "failed");
	assert_true(json_get(c->fields, "program_id") != NULL && json_get(c->fields, "auth_token") == NULL);
}

static void
I_25_right_ones_are_saved_sealed_and_as_a_revision(void **state)
{
	(void)state;
	struct config_revision r;
	struct credentials *c;
	struct secret token;
	struct str text;
	int64_t at;
	bool ok;

	c = check("token-of-acme-1f2c", answer_of(200, COMPANY), answer_of(200, PROGRAM), answer_of(200, LIST), &ok);
	must(ok);
	assert_true(c->saved);
	assert_int_equal(c->revision, 2);
	assert_str(state_of(c, "company"), "ok");
	assert_str(state_of(c, "program"), "ok");
	assert_str(state_of(c, "conversions"), "unproved");
	must(config_current(g.db, g.a, g.tenant.tenant_id, &r, &g.e));
	assert_true(str_find(r.document, STR("\"account_sid\":\"IR123\"")) < r.document.n);
	assert_true(str_find(r.document, STR("token-of-acme")) == r.document.n);
	must(credential_load(g.db, &g.vault, g.a, g.tenant.tenant_id, STR("impact.auth_token"), &token, &g.e));
	assert_true(secret_eq(&token, STR("token-of-acme-1f2c")));
	must(cache_get(g.db, g.a, g.tenant.tenant_id, STR("impact.check"), &text, &at, &g.e));
	assert_true(str_find(text, STR("token-of-acme")) == text.n);
}

static void
left_out_the_stored_token_is_used_and_the_revision_stays(void **state)
{
	(void)state;
	struct credentials *c;
	bool ok;

	c = check("", answer_of(200, COMPANY), answer_of(200, PROGRAM), answer_of(200, LIST), &ok);
	must(ok);
	assert_true(c->saved);
	assert_true(secret_eq(&c->account.token, STR("token-of-acme-1f2c")));
	assert_int_equal(revision(), 2);
}

static void
a_missing_scope_is_a_warning_two_are_a_refusal(void **state)
{
	(void)state;
	struct credentials *c;
	bool ok;

	c = check("token", answer_of(200, COMPANY), answer_of(403, NO), answer_of(403, NO), &ok);
	must(ok);
	assert_true(c->saved);
	assert_str(state_of(c, "program"), "no_scope");
	c = check("token", answer_of(403, NO), answer_of(200, PROGRAM), answer_of(200, LIST), &ok);
	must(ok);
	assert_true(c->saved);
	assert_str(state_of(c, "company"), "no_scope");
	c = check("token", answer_of(403, NO), answer_of(403, NO), answer_of(403, NO), &ok);
	must(ok);
	assert_false(c->saved);
}

static void
a_program_that_is_not_active_is_saved_with_a_warning(void **state)
{
	(void)state;
	struct credentials *c;
	bool ok;

	c = check("token", answer_of(200, COMPANY), answer_of(200, CLOSED), answer_of(403, NO), &ok);
	must(ok);
	assert_true(c->saved);
	assert_str(state_of(c, "program"), "unproved");
}

static void
token_and_account_change_together_or_not_at_all(void **state)
{
	(void)state;
	int64_t at = revision(), audits = ground_number(&g, "SELECT COUNT(*) FROM audit");
	struct secret before, after;
	bool ok;

	must(credential_load(g.db, &g.vault, g.a, g.tenant.tenant_id, STR("impact.auth_token"), &before, &g.e));
	ground_run(&g, "UPDATE config SET document = REPLACE(document, 'IR123', 'IR9')");
	/* The next revision cannot be written. */
	ground_run(&g, "INSERT INTO config (tenant_id, revision, author, saved_at, document) "
	               "SELECT tenant_id, config_revision + 1, '', UTC_TIMESTAMP(3), '{}' FROM tenant");
	(void)check("another-token", answer_of(200, COMPANY), answer_of(200, PROGRAM), answer_of(200, LIST), &ok);
	assert_false(ok);
	g.e = (struct err){ .code = ERR_NONE };
	must(credential_load(g.db, &g.vault, g.a, g.tenant.tenant_id, STR("impact.auth_token"), &after, &g.e));
	assert_true(secret_eq(&after, secret_reveal(&before)));
	assert_int_equal(revision(), at);
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM audit"), audits);
	ground_run(&g, "DELETE FROM config WHERE document = '{}'");
	(void)check("another-token", answer_of(200, COMPANY), answer_of(200, PROGRAM), answer_of(200, LIST), &ok);
	must(ok);
	assert_int_equal(revision(), at + 1);
}

/* Conversions would go out, and nobody could tell what becomes of them. */
static void
I_25_what_following_needs_is_asked_for_and_named(void **state)
{
	(void)state;
	struct credentials *c;
	bool ok;

	c = check("token", answer_of(200, COMPANY), answer_of(200, PROGRAM), answer_of(200, LIST), &ok);
	must(ok);
	assert_str(state_of(c, "actions"), "ok");
	assert_str(state_of(c, "submissions"), "ok");
	actions = answer_of(403, NO);
	submissions = answer_lost(HTTP_UNKNOWN);
	c = check("token", answer_of(200, COMPANY), answer_of(200, PROGRAM), answer_of(200, LIST), &ok);
	must(ok);
	assert_true(c->saved);
	assert_str(state_of(c, "actions"), "no_scope");
	assert_str(state_of(c, "submissions"), "unproved");
	actions = answer_of(200, NONE);
	submissions = answer_of(404, NO);
}

static void
no_answer_is_no_judgement(void **state)
{
	(void)state;
	bool ok;

	(void)check("token", answer_lost(HTTP_NOT_SENT), answer_of(200, PROGRAM), answer_of(200, LIST), &ok);
	must_fail(ok, ERR_REMOTE);
	(void)check("token", answer_of(503, ""), answer_of(200, PROGRAM), answer_of(200, LIST), &ok);
	must_fail(ok, ERR_REMOTE);
	(void)check("token", answer_of(429, NO), answer_of(200, PROGRAM), answer_of(200, LIST), &ok);
	must_fail(ok, ERR_REMOTE);
	(void)check("token", answer_of(200, "<html>"), answer_of(200, PROGRAM), answer_of(200, LIST), &ok);
	must_fail(ok, ERR_REMOTE);
}

static int
setup(void **state)
{
	(void)state;
	actions = answer_of(200, NONE);
	submissions = answer_of(404, NO);
	return ground_open(&g) ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	ground_close(&g);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(I_22_wrong_forms_are_told_without_asking_anybody),
		cmocka_unit_test(I_23_a_wrong_token_is_said_at_the_token_and_nothing_is_saved),
		cmocka_unit_test(I_24_a_wrong_program_is_said_at_the_program),
		cmocka_unit_test(I_25_right_ones_are_saved_sealed_and_as_a_revision),
		cmocka_unit_test(left_out_the_stored_token_is_used_and_the_revision_stays),
		cmocka_unit_test(a_missing_scope_is_a_warning_two_are_a_refusal),
		cmocka_unit_test(a_program_that_is_not_active_is_saved_with_a_warning),
		cmocka_unit_test(token_and_account_change_together_or_not_at_all),
		cmocka_unit_test(I_25_what_following_needs_is_asked_for_and_named),
		cmocka_unit_test(no_answer_is_no_judgement),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
