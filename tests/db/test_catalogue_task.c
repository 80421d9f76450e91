/* test_catalogue_task.c - task/catalogue: what HubSpot offers to map and to watch, kept per tenant (C-11, C-23). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/answer.h"
#include "lib/ground.h"
#include "store/cache.h"
#include "store/install.h"
#include "task/catalogue.h"

static struct ground g;

#define DEALS                                                                                                          \
	"{\"results\":[{\"name\":\"dealname\",\"label\":\"L\",\"type\":\"string\",\"fieldType\":\"text\","             \
	"\"groupName\":\"g\",\"options\":[]},{\"name\":\"dealstage\",\"label\":\"L\",\"type\":\"string\","             \
	"\"fieldType\":\"text\",\"groupName\":\"g\",\"options\":[]}]}"
#define MORE                                                                                                           \
	"{\"results\":[{\"name\":\"dealname\",\"label\":\"L\",\"type\":\"string\",\"fieldType\":\"text\","             \
	"\"groupName\":\"g\",\"options\":[]},{\"name\":\"dealstage\",\"label\":\"L\",\"type\":\"string\","             \
	"\"fieldType\":\"text\",\"groupName\":\"g\",\"options\":[]},{\"name\":\"brand_new\",\"label\":\"L\",\"type\":" \
	"\"string\",\"fieldType\":\"text\",\"groupName\":\"g\",\"options\":[]}]}"
#define CONTACTS                                                                                                       \
	"{\"results\":[{\"name\":\"email\",\"label\":\"L\",\"type\":\"string\",\"fieldType\":\"text\",\"groupName\":"  \
	"\"g\",\"options\":[]}]}"
#define NOTHING "{\"results\":[]}"
#define PIPELINES                                                                                                      \
	"{\"results\":[{\"id\":\"default\",\"label\":\"Sales\",\"stages\":[{\"id\":\"closedwon\",\"label\":\"Closed "  \
	"Won\",\"metadata\":{\"isClosed\":\"true\",\"probability\":\"1.0\"}}]}]}"
#define REFUSED "{\"status\":\"error\",\"category\":\"EXPIRED_AUTHENTICATION\"}"

static const struct str subscriptions = { "deals.dealstage contacts.email", 30 };

static bool
refresh(const struct http_answer *answers, size_t n)
{
	struct install in = { .tenant_id = g.tenant.tenant_id };
	size_t sent;
	bool ok;

	in.access_token = secret_copy(g.a, STR("access"));
	in.refresh_token = secret_copy(g.a, STR("refresh"));
	must(install_save(g.db, &g.vault, g.a, &in, 1800, &g.e));
	ok =
	    ground_steps(&g, catalogue_refresh_new(g.a, &g.parts, g.tenant.tenant_id, STR("deals")), answers, n, &sent);
	if (ok)
		assert_int_equal(sent, n);
	return ok;
}

static struct json *
view(int64_t tenant_id)
{
	struct json *out;

	must(catalogue_view(g.a, &g.parts, tenant_id, STR("deals"), subscriptions, &out, &g.e));
	return out;
}

static const struct json *
named(const struct json *v, const char *name)
{
	const struct json *list = json_get(v, "properties");

	for (size_t i = 0; i < json_length(list); i++)
		if (str_eq(json_text_at(g.a, json_at(list, i), "name"), str_from(name)))
			return json_at(list, i);
	return NULL;
}

static void
before_the_first_reading_there_is_nothing(void **state)
{
	(void)state;
	struct json *v = view(g.tenant.tenant_id);

	assert_int_equal(json_type(json_get(v, "fetched_at")), JSON_NULL);
	assert_int_equal(json_length(json_get(v, "properties")), 0);
}

static void
after_it_the_names_are_as_expressions_use_them(void **state)
{
	(void)state;
	const struct http_answer answers[] = { answer_of(200, DEALS), answer_of(200, CONTACTS), answer_of(200, NOTHING),
		answer_of(200, CONTACTS), answer_of(200, PIPELINES) };
	struct json *v;
	bool subscribed;

	must(refresh(answers, 5));
	v = view(g.tenant.tenant_id);
	assert_int_equal(json_type(json_get(v, "fetched_at")), JSON_STRING);
	assert_str(json_text_at(g.a, named(v, "contact.email"), "source"), "contact");
	assert_str(json_text_at(g.a, named(v, "line_item{i}.email"), "source"), "line_item");
	assert_str(json_text_at(g.a, named(v, "deal_[stage]_id"), "source"), "computed");
	assert_str(json_text_at(g.a, named(v, "account.currency"), "source"), "account");
	assert_true(json_bool(json_get(named(v, "dealstage"), "subscribed"), &subscribed) && subscribed);
	assert_true(json_bool(json_get(named(v, "dealname"), "subscribed"), &subscribed) && !subscribed);
	/* The app watches the contact's e-mail; a deal's trigger cannot. */
	assert_true(json_bool(json_get(named(v, "contact.email"), "subscribed"), &subscribed) && !subscribed);
	assert_int_equal(json_length(json_get(v, "pipelines")), 1);
	assert_int_equal(json_length(json_get(v, "new_since_last")), 0);
	assert_int_equal(json_length(json_get(view(g.other.tenant_id), "properties")), 0);
}

static void
new_names_are_named(void **state)
{
	(void)state;
	const struct http_answer answers[] = { answer_of(200, MORE), answer_of(200, CONTACTS), answer_of(200, NOTHING),
		answer_of(200, NOTHING), answer_of(200, PIPELINES) };
	struct json *v;

	must(refresh(answers, 5));
	v = view(g.tenant.tenant_id);
	assert_int_equal(json_length(json_get(v, "new_since_last")), 1);
	assert_str(json_text(g.a, json_at(json_get(v, "new_since_last"), 0)), "brand_new");
}

static void
a_401_refreshes_the_token_and_asks_again(void **state)
{
	(void)state;
	const struct http_answer answers[] = { answer_of(401, REFUSED), answer_of(401, REFUSED),
		answer_of(401, REFUSED), answer_of(401, REFUSED), answer_of(401, REFUSED),
		answer_of(200, "{\"access_token\":\"fresh\",\"refresh_token\":\"r\",\"expires_in\":1800}"),
		answer_of(200, DEALS), answer_of(200, CONTACTS), answer_of(200, NOTHING), answer_of(200, NOTHING),
		answer_of(200, PIPELINES) };

	must(refresh(answers, 11));
}

static void
a_missing_scope_of_an_associated_type_leaves_that_out(void **state)
{
	(void)state;
	const struct http_answer some[] = { answer_of(200, DEALS), answer_of(200, CONTACTS), answer_of(200, NOTHING),
		answer_of(403, "{\"category\":\"MISSING_SCOPES\"}"), answer_of(200, PIPELINES) };
	const struct http_answer none[] = { answer_of(403, "{\"category\":\"MISSING_SCOPES\"}"),
		answer_of(200, CONTACTS), answer_of(200, NOTHING), answer_of(200, NOTHING), answer_of(200, PIPELINES) };

	must(refresh(some, 5));
	must_fail(refresh(none, 5), ERR_REMOTE);
}

static void
subscriptions_are_whole_names(void **state)
{
	(void)state;
	assert_true(catalogue_subscribed(subscriptions, STR("deals"), STR("dealstage")));
	assert_false(catalogue_subscribed(subscriptions, STR("deals"), STR("stage")));
	assert_false(catalogue_subscribed(subscriptions, STR("contacts"), STR("dealstage")));
	assert_false(catalogue_subscribed(subscriptions, STR("deal"), STR("s.dealstage")));
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
		cmocka_unit_test(before_the_first_reading_there_is_nothing),
		cmocka_unit_test(after_it_the_names_are_as_expressions_use_them),
		cmocka_unit_test(new_names_are_named),
		cmocka_unit_test(a_401_refreshes_the_token_and_asks_again),
		cmocka_unit_test(a_missing_scope_of_an_associated_type_leaves_that_out),
		cmocka_unit_test(subscriptions_are_whole_names),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
