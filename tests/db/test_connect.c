/* test_connect.c - task/connect: from HubSpot's code to a tenant, its tokens and a person (I-18..I-21, C-22, F-006, F-007). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/answer.h"
#include "lib/ground.h"
#include "store/install.h"
#include "task/connect.h"

static struct ground g;

#define TOKENS                                                                                                         \
	"{\"access_token\":\"access-1\",\"refresh_token\":\"refresh-1\",\"expires_in\":1800,\"hub_id\":4711,\"user_"   \
	"id\":9}"
#define ADA                                                                                                            \
	"{\"active\":true,\"hub_id\":4711,\"user_id\":9,\"app_id\":39522895,\"user\":\"ada@acme.example\",\"hub_"      \
	"domain\":\"acme.example\",\"scopes\":[\"oauth\",\"crm.objects.deals.read\"]}"
#define BOB                                                                                                            \
	"{\"active\":true,\"hub_id\":4711,\"user_id\":10,\"app_id\":39522895,\"user\":\"bob@acme.example\",\"hub_"     \
	"domain\":\"acme.example\",\"scopes\":[\"oauth\",\"crm.objects.deals.read\"]}"
#define FEW                                                                                                            \
	"{\"active\":true,\"hub_id\":4711,\"user_id\":9,\"app_id\":39522895,\"user\":\"ada@acme.example\",\"hub_"      \
	"domain\":\"acme.example\",\"scopes\":[\"oauth\"]}"
#define ACCOUNT                                                                                                        \
	"{\"portalId\":4711,\"timeZone\":\"US/Eastern\",\"companyCurrency\":\"USD\",\"uiDomain\":\"app.hubspot.com\"}"

static struct connect *
come_back(const struct http_answer *answers, size_t n, bool *ok)
{
	struct connect *c =
	    connect_new(g.a, &g.parts, STR("https://connector.test/oauth/hubspot/callback"), STR("code-1"));
	size_t sent;

	*ok = ground_steps(&g, &c->step, answers, n, &sent);
	assert_int_equal(sent, n);
	return c;
}

static void
refused_with(const struct http_answer *answers, size_t n, const char *problem)
{
	int64_t before = ground_number(&g, "SELECT COUNT(*) FROM install");
	struct connect *c;
	bool ok;

	c = come_back(answers, n, &ok);
	assert_false(ok);
	assert_string_equal(c->problem, problem);
	g.e = (struct err){ .code = ERR_NONE };
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM install"), before);
}

static void
the_first_login_makes_tenant_tokens_and_owner(void **state)
{
	(void)state;
	const struct http_answer answers[] = { answer_of(200, TOKENS), answer_of(200, ADA), answer_of(200, ACCOUNT) };
	struct install install;
	struct connect *c;
	bool ok;

	c = come_back(answers, 3, &ok);
	must(ok);
	assert_true(c->created);
	assert_int_equal(c->tenant.portal_id, 4711);
	assert_int_equal(c->person.role, PERSON_OWNER);
	must(install_load(g.db, &g.vault, g.a, c->tenant.tenant_id, &install, &g.e));
	assert_true(secret_eq(&install.refresh_token, STR("refresh-1")));
	assert_str(install.scopes, "oauth crm.objects.deals.read");
	must(tenant_load(g.db, g.a, c->tenant.tenant_id, &c->tenant, &g.e));
	assert_str(c->tenant.currency, "USD");
	assert_str(c->tenant.hub_domain, "acme.example");
}

static void
C_22_another_person_refreshes_the_tokens_and_joins_as_editor(void **state)
{
	(void)state;
	const struct http_answer answers[] = { answer_of(200, TOKENS), answer_of(200, BOB), answer_of(200, ACCOUNT) };
	struct connect *c;
	bool ok;

	c = come_back(answers, 3, &ok);
	must(ok);
	assert_false(c->created);
	assert_int_equal(c->person.role, PERSON_EDITOR);
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM install"), 1);
	assert_int_equal(ground_number(&g, "SELECT version FROM install"), 1);
}

static void
I_58_a_new_login_brings_a_disconnected_account_back_with_its_settings(void **state)
{
	(void)state;
	const struct http_answer answers[] = { answer_of(200, TOKENS), answer_of(200, ADA), answer_of(200, ACCOUNT) };
	struct install in;
	struct connect *c;
	struct tenant t;
	bool ok;

	must(tenant_by_portal(g.db, g.a, 4711, &t, &g.e));
	must(install_facts(g.db, g.a, t.tenant_id, &in, &g.e));
	must(install_disconnected(g.db, g.a, &(struct person){ .tenant_id = t.tenant_id }, in.version, INSTALL_REMOVED,
	    &g.e));
	c = come_back(answers, 3, &ok);
	must(ok);
	must(tenant_load(g.db, g.a, t.tenant_id, &t, &g.e));
	assert_int_equal(t.state, TENANT_ACTIVE);
	assert_int_equal(t.config_revision, 1);
	assert_int_equal(c->person.role, PERSON_OWNER);
}

static void
I_60_a_login_at_the_very_moment_of_erasing_leaves_no_app_behind(void **state)
{
	(void)state;
	const struct http_answer answers[] = { answer_of(200, TOKENS), answer_of(200, ADA), answer_of(200, ACCOUNT),
		answer_of(204, "") };
	struct connect *c;
	bool ok;

	ground_run(&g, "CREATE TRIGGER meanwhile BEFORE UPDATE ON install FOR EACH ROW "
	               "UPDATE tenant SET state = 'deleting' WHERE tenant_id = NEW.tenant_id");
	c = come_back(answers, 4, &ok);
	assert_false(ok);
	assert_string_equal(c->problem, "account_deleting");
	g.e = (struct err){ .code = ERR_NONE };
	ground_run(&g, "DROP TRIGGER meanwhile");
	ground_run(&g, "UPDATE tenant SET state = 'active'");
}

static void
each_refusal_has_its_word_and_writes_nothing(void **state)
{
	(void)state;
	const struct http_answer used[] = { answer_of(400,
	    "{\"status\":\"BAD_AUTH_CODE\",\"error\":\"invalid_grant\"}") };
	const struct http_answer ours[] = { answer_of(400,
	    "{\"status\":\"BAD_CLIENT_SECRET\",\"error\":\"invalid_client\"}") };
	const struct http_answer away[] = { answer_lost(HTTP_NOT_SENT) };
	const struct http_answer busy[] = { answer_of(502, "<html>") };
	const struct http_answer few[] = { answer_of(200, TOKENS), answer_of(200, FEW), answer_of(200, ACCOUNT) };
	const struct http_answer dead[] = { answer_of(200, TOKENS), answer_of(200, "{\"active\":false}"),
		answer_of(200, ACCOUNT) };
	const struct http_answer other[] = { answer_of(200, TOKENS), answer_of(200, ADA),
		answer_of(200, "{\"portalId\":1}") };

	refused_with(used, 1, "code_refused");
	refused_with(ours, 1, "app_misconfigured");
	refused_with(away, 1, "hubspot_unavailable");
	refused_with(busy, 1, "hubspot_unavailable");
	refused_with(few, 3, "scopes_missing");
	refused_with(dead, 3, "hubspot_unavailable");
	refused_with(other, 3, "hubspot_unavailable");
}

static void
scopes_are_whole_words(void **state)
{
	(void)state;
	assert_true(connect_scopes_cover(STR("a b c"), STR("c a")));
	assert_true(connect_scopes_cover(STR("a"), STR("")));
	assert_false(connect_scopes_cover(STR("ab c"), STR("a")));
	assert_false(connect_scopes_cover(STR(""), STR("a")));
}

static int
setup(void **state)
{
	(void)state;
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
		cmocka_unit_test(the_first_login_makes_tenant_tokens_and_owner),
		cmocka_unit_test(C_22_another_person_refreshes_the_tokens_and_joins_as_editor),
		cmocka_unit_test(I_58_a_new_login_brings_a_disconnected_account_back_with_its_settings),
		cmocka_unit_test(I_60_a_login_at_the_very_moment_of_erasing_leaves_no_app_behind),
		cmocka_unit_test(each_refusal_has_its_word_and_writes_nothing),
		cmocka_unit_test(scopes_are_whole_words),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
