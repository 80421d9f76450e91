/* The remote modules over the real HTTP client: windows to send, and what a 429 says.  test_hostile.c has the faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"
#include "core/retry.h"
#include "io/http.h"
#include "lib/answer.h"
#include "lib/far_end.h"
#include "remote/hubspot_crm.h"
#include "remote/hubspot_oauth.h"
#include "remote/impact.h"

#define CONNECT_MS 1500
#define PATIENT_MS 5000
#define SHORT_MS   700
#define SLACK_MS   1500

/* One conversation with each destination. */
struct calls {
	struct http_request request[3];
	struct http_answer answer[3];
	size_t done;
};

enum destination {
	READ, /* HubSpot, a batch read */
	TOKEN, /* HubSpot, a refresh */
	SEND, /* impact.com, a conversion */
	DESTINATIONS
};

static struct far_end far_end;
static struct arena *arena;
static struct settings settings;
static struct http *http;

static int
start(void **state)
{
	(void)state;
	if (!far_end_start(&far_end))
		return -1;
	arena = arena_new((size_t)256 << 20);
	settings = answer_settings(arena);
	settings.ca_file = str_from(far_end.ca_file);
	settings.http_connect_ms = CONNECT_MS;
	settings.http_total_ms = PATIENT_MS;
	settings.retry_told_cap_s = 3600;
	http = http_new(&settings);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	http_free(http);
	arena_free(arena);
	far_end_stop(&far_end);
	return 0;
}

static void
count_done(void *arg, const struct http_answer *answer)
{
	struct calls *calls = arg;

	(void)answer;
	calls->done++;
}

/* Runs one request to its end; the end must come. */
static void
run(struct http *client, struct calls *calls, size_t n, int64_t timeout_ms)
{
	int64_t give_up_ms = clock_mono_ms() + timeout_ms + SLACK_MS;
	struct err e = { 0 };

	calls->done = 0;
	for (size_t i = 0; i < n; i++) {
		calls->request[i].timeout_ms = timeout_ms;
		if (!http_submit(client, arena, &calls->request[i], &calls->answer[i], count_done, calls, &e))
			fail_msg("%s", e.text);
	}
	while (calls->done < n && clock_mono_ms() < give_up_ms)
		assert_true(http_step(client, 50, -1, &e));
	assert_int_equal(calls->done, n);
}

/* The three requests to a far end with this fault; each destination has a name of its own to be counted by. */
static void
build(struct calls *calls, int port, const char *fault)
{
	struct impact_account account = { .sid = STR("IRabc"), .token = secret_copy(arena, STR("canary")) };
	struct secret token = secret_copy(arena, STR("canary"));
	const struct str id = STR("301"), name = STR("amount");
	struct settings s = settings;

	s.hubspot_api_url = str_printf(arena, "https://localhost:%d/%s.read", port, fault);
	hubspot_crm_batch_read(arena, &s, &token, STR("deals"), (struct str_list){ &id, 1 },
	    (struct str_list){ &name, 1 }, &calls->request[READ]);
	s.hubspot_api_url = str_printf(arena, "https://localhost:%d/%s.token", port, fault);
	hubspot_oauth_refresh(arena, &s, &token, &calls->request[TOKEN]);
	s.impact_api_url = str_printf(arena, "https://localhost:%d/%s.send", port, fault);
	impact_conversion(arena, &s, &account, STR("CampaignId=1000&OrderId=o"), clock_mono_ms() + PATIENT_MS,
	    &calls->request[SEND]);
}

static void
no_secret_in(const struct err *e)
{
	assert_null(strstr(e->text, "canary"));
	assert_null(strstr(e->text, "hush"));
}

static enum retry_class
send_class(const struct http_answer *answer)
{
	struct impact_receipt receipt;
	struct err e = { 0 };
	bool understood = impact_read_receipt(arena, answer, &receipt, &e);

	no_secret_in(&e);
	enum retry_class c = retry_classify(RETRY_IMPACT_POST, answer);

	return c == RETRY_OK && !understood ? retry_unreadable(RETRY_IMPACT_POST) : c;
}

/* How many requests of that name the far end has seen. */
static int64_t
arrived(const char *fault, const char *destination)
{
	struct calls calls = { 0 };
	int64_t n = -1;

	calls.request[0] = (struct http_request){ .url = str_printf(arena, "https://localhost:%d/count/%s%s",
		                                      far_end.port, fault, destination) };
	run(http, &calls, 1, PATIENT_MS);
	assert_int_equal(calls.answer[0].status, 200);
	assert_true(str_to_int(calls.answer[0].body, 0, 1000, &n));
	return n;
}

static void
a_conversion_whose_window_has_closed_is_not_sent(void **state)
{
	struct calls calls = { 0 };

	(void)state;
	build(&calls, far_end.port, "ok-late");
	calls.request[0] = calls.request[SEND];
	calls.request[0].send_before_mono_ms = clock_mono_ms() - 1;
	run(http, &calls, 1, PATIENT_MS);
	assert_int_equal(send_class(&calls.answer[0]), RETRY_AGAIN);
	assert_int_equal(arrived("ok-late", ".send"), 0);
}

static void
a_429_says_how_long_to_wait(void **state)
{
	struct calls calls = { 0 };

	(void)state;
	build(&calls, far_end.port, "status-429-again");
	run(http, &calls, DESTINATIONS, PATIENT_MS);
	for (size_t i = 0; i < DESTINATIONS; i++)
		assert_int_equal(retry_hint_ms(&settings, &calls.answer[i], clock_wall_ms(), arena), 3000);
	assert_int_equal(impact_read_limit(&calls.answer[SEND], clock_wall_ms()).reset_in_ms, 3000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_conversion_whose_window_has_closed_is_not_sent),
		cmocka_unit_test(a_429_says_how_long_to_wait),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
