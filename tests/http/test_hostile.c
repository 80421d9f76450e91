/*
 * More than 500 faults of a far end at each destination (G-05, F-088..F-103): tests/data/far-end-faults.jsonl tells what
 * it says and what that means, tests/lib/hostile.mjs plays it, and here the product's own client, readers and retry
 * classes meet it.  Right class each; no crash; what hangs is left at its deadline, its connection given up; nothing is
 * sent twice; no redirect is followed.
 *
 * All faults are under way side by side, so that those which end by their deadline wait together.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "core/retry.h"
#include "io/http.h"
#include "lib/answer.h"
#include "lib/far_end.h"
#include "remote/hubspot_crm.h"
#include "remote/hubspot_oauth.h"
#include "remote/hubspot_write.h"
#include "remote/impact.h"

#define LIST          "tests/data/far-end-faults.jsonl"
#define FAULTS_LEAST  500
#define DESTINATIONS  6
#define DEADLINE_MS   2500  /* of what is slow on purpose */
#define PATIENT_MS    60000 /* of all others: none of them needs it */
#define UNSENT_MAX    24    /* that connect at once */
#define UNDER_WAY_MAX 1000
#define TRIES_MAX     4
#define ARENA_MAX     ((size_t)96 << 20)

struct fault {
	const char *id, *is;
	int port;
	bool slow;
};

/* One fault at one destination. */
struct call {
	const struct fault *fault;
	int line, destination, tries;
	struct arena *arena; /* until it is judged */
	struct http_answer answer;
	struct hubspot_change change;
	bool again, done;
};

static struct far_end far_end;
static struct arena *all;
static struct settings settings;
static struct http *http;
static struct fault *faults;
static size_t n_faults;
static struct call *calls;
static size_t n_wrong;

/* ---- the list */

static int
port_of(struct str line, struct str name)
{
	struct str word;
	int64_t port = 0;

	while (str_cut(&line, ' ', &word))
		if (str_eq(word, name) && str_cut(&line, ' ', &word))
			(void)str_to_int(str_trim(word), 1, 65535, &port);
	return (int)port;
}

static struct str
read_list(void)
{
	int fd = open(LIST, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p;

	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	assert_true(p != MAP_FAILED);
	(void)close(fd);
	return (struct str){ .p = p, .n = (size_t)st.st_size };
}

static void
load(struct str ports)
{
	struct str text = read_list(), line;
	struct err e = { .code = ERR_NONE };

	faults = arena_array(all, text.n / 40, sizeof(*faults));
	while (str_cut(&text, '\n', &line)) {
		struct fault *f = &faults[n_faults];
		struct json *j;

		if (line.n == 0)
			continue;
		if (!json_parse(all, line, &json_limits_answer, &j, &e))
			fail_msg("line %zu: %s", n_faults + 1, e.text);
		f->id = str_c(all, json_text_at(all, j, "id"));
		f->is = str_c(all, json_text_at(all, j, "is"));
		f->port = port_of(ports, json_text_at(all, j, "port"));
		(void)json_bool(json_get(j, "slow"), &f->slow);
		assert_true(f->port > 0 && strlen(f->is) == DESTINATIONS);
		n_faults++;
	}
	assert_true(n_faults >= FAULTS_LEAST);
}

static int
start(void **state)
{
	struct rlimit files = { .rlim_cur = 8192, .rlim_max = 8192 };
	char line[2000];
	struct str ports, word;
	FILE *out;

	(void)state;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	all = arena_new((size_t)512 << 20);
	if (!far_end_run(&far_end, "tests/lib/hostile.mjs", LIST, &out))
		return -1;
	if (fgets(line, sizeof(line), out) == NULL)
		return -1;
	(void)fclose(out);
	ports = str_copy(all, str_from(line));
	settings = answer_settings(all);
	settings.http_connect_ms = PATIENT_MS;
	settings.http_total_ms = PATIENT_MS;
	if (!str_cut(&ports, ' ', &word) || !str_cut(&ports, ' ', &settings.ca_file))
		return -1;
	load(ports);
	calls = arena_array(all, n_faults * DESTINATIONS, sizeof(*calls));
	http = http_new(&settings);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	http_free(http);
	far_end_stop(&far_end);
	arena_free(all);
	return 0;
}

/* ---- what is asked */

static void
build(struct call *c, struct http_request *q)
{
	struct arena *a = c->arena;
	struct impact_account account = { .sid = STR("IRabc"), .token = secret_copy(a, STR("canary")) };
	struct secret token = secret_copy(a, STR("canary"));
	struct str *id = arena_alloc(a, sizeof(*id));
	struct settings s = settings;

	*id = STR("301");
	s.hubspot_api_url = s.impact_api_url =
	    str_printf(a, "https://localhost:%d/%d.%d", c->fault->port, c->line, c->destination);
	switch (c->destination) {
	case 0:
		hubspot_crm_batch_read(a, &s, &token, STR("deals"), (struct str_list){ id, 1 },
		    (struct str_list){ id, 1 }, q);
		break;
	case 1:
		c->change = (struct hubspot_change){ .id = *id, .trace = STR("1"), .properties = json_object(a) };
		hubspot_crm_batch_update(a, &s, &token, STR("deals"), &c->change, 1, q);
		break;
	case 2:
		hubspot_oauth_refresh(a, &s, &token, q);
		break;
	case 3:
		impact_conversion(a, &s, &account, STR("CampaignId=1000&OrderId=o"), 0, q);
		break;
	case 4:
		impact_submission(a, &s, &account, STR("A-1"), q);
		break;
	default:
		impact_actions(a, &s, &account, STR("1000"), 1795219200000, 1795219200000, 1, q);
		break;
	}
}

/* ---- what it means */

static const char letters[RETRY__CLASSES + 1] = "oawsfhgrumb";

static char
letter_of(enum retry_destination to, enum retry_class c, bool readable)
{
	return letters[c == RETRY_OK && !readable ? retry_unreadable(to) : c];
}

/* A record of which a good answer says nothing is written again. */
static char
written(struct call *c, struct err *e)
{
	enum retry_class class = hubspot_classify(c->arena, RETRY_HUBSPOT_WRITE, &c->answer, e);
	struct hubspot_outcome outcome = { 0 };
	bool readable = class == RETRY_OK &&
	                hubspot_crm_read_outcomes(c->arena, &c->answer, &c->change, 1, &outcome, e) && outcome.written;

	return letter_of(RETRY_HUBSPOT_WRITE, class, readable);
}

static char
token(struct call *c, struct err *e)
{
	static const char results[] = { [HUBSPOT_OAUTH_OK] = 'o',
		[HUBSPOT_OAUTH_DISCONNECTED] = 'd',
		[HUBSPOT_OAUTH_ACCOUNT_GONE] = 'd',
		[HUBSPOT_OAUTH_CODE_REFUSED] = 'c',
		[HUBSPOT_OAUTH_MISCONFIGURED] = 'm',
		[HUBSPOT_OAUTH_RETRY] = 'a' };
	struct hubspot_oauth_tokens tokens;

	return results[hubspot_oauth_read_tokens(c->arena, &c->answer, &tokens, e)];
}

static char
meaning(struct call *c, struct err *e)
{
	struct arena *a = c->arena;
	struct hubspot_record *records;
	struct impact_receipt receipt;
	struct impact_submission_info submission;
	struct impact_action_info *actions;
	enum retry_class class;
	int64_t next;
	size_t n;

	switch (c->destination) {
	case 0:
		class = hubspot_classify(a, RETRY_HUBSPOT_READ, &c->answer, e);
		return letter_of(RETRY_HUBSPOT_READ, class,
		    class == RETRY_OK && hubspot_crm_read_records(a, &c->answer, &records, &n, e));
	case 1:
		return written(c, e);
	case 2:
		return token(c, e);
	case 3:
		return letter_of(RETRY_IMPACT_POST, retry_classify(RETRY_IMPACT_POST, &c->answer),
		    impact_read_receipt(a, &c->answer, &receipt, e));
	case 4:
		return letter_of(RETRY_IMPACT_READ, retry_classify(RETRY_IMPACT_READ, &c->answer),
		    impact_read_submission(a, &c->answer, &submission, e));
	default:
		return letter_of(RETRY_IMPACT_READ, retry_classify(RETRY_IMPACT_READ, &c->answer),
		    impact_read_actions(a, &c->answer, 1, &actions, &n, &next, e));
	}
}

static void
judge(struct call *c)
{
	static const char *const names[DESTINATIONS] = { "HubSpot read", "HubSpot write", "HubSpot token",
		"impact.com conversion", "impact.com submission", "impact.com listing" };
	struct err e = { .code = ERR_NONE };
	char is = meaning(c, &e);

	if (is != c->fault->is[c->destination]) {
		n_wrong++;
		print_error("%s at %s: %c instead of %c (status %d, %s)\n", c->fault->id, names[c->destination], is,
		    c->fault->is[c->destination], c->answer.status, c->answer.err.text);
	}
	/* What came never gets a secret into words. */
	assert_null(strstr(e.text, "canary"));
	assert_null(strstr(e.text, "hush"));
	/* What hangs is ended by its deadline, and by nothing else. */
	if (c->fault->slow)
		assert_int_equal(c->answer.err.code, ERR_TIMEOUT);
}

/* A slow fault on a busy machine: the connection did not stand in time, so nothing of the fault was seen. */
static bool
too_soon(const struct call *c)
{
	return c->fault->slow && c->answer.outcome == HTTP_NOT_SENT && c->fault->is[3] == 'u' && c->tries < TRIES_MAX;
}

static void
on_done(void *arg, const struct http_answer *answer)
{
	struct call *c = arg;

	(void)answer;
	assert_false(c->done);
	c->again = too_soon(c);
	c->done = !c->again;
	if (c->done)
		judge(c);
	arena_free(c->arena);
	c->arena = NULL;
}

static void
submit(struct call *c)
{
	struct err e = { .code = ERR_NONE };
	struct http_request q;

	c->again = false;
	c->arena = arena_new(ARENA_MAX);
	build(c, &q);
	q.timeout_ms = c->fault->slow ? (int64_t)DEADLINE_MS << (2 * c->tries) : PATIENT_MS;
	q.once = true; /* else a read may meet a kept connection that its last fault has just ended */
	q.send_before_mono_ms = clock_mono_ms() + PATIENT_MS;
	c->tries++;
	if (!http_submit(http, c->arena, &q, &c->answer, on_done, c, &e))
		fail_msg("%s: %s", c->fault->id, e.text);
}

static void
step(void)
{
	struct err e = { .code = ERR_NONE };

	if (!http_step(http, 100, -1, &e))
		fail_msg("%s", e.text);
}

/* Few connect at once, so that a deadline is the far end's to miss and not ours. */
static void
run(bool slow)
{
	for (size_t i = 0; i < n_faults; i++)
		for (int d = 0; d < DESTINATIONS; d++) {
			struct call *c = &calls[i * DESTINATIONS + (size_t)d];

			if (faults[i].slow != slow)
				continue;
			*c = (struct call){ .fault = &faults[i], .line = (int)i, .destination = d };
			submit(c);
			while (http_unsent(http) >= UNSENT_MAX || http_in_flight(http) >= UNDER_WAY_MAX)
				step();
		}
}

static void
finish(void)
{
	bool again = true;

	while (again || http_in_flight(http) > 0) {
		again = false;
		for (size_t i = 0; i < n_faults * DESTINATIONS; i++)
			if (calls[i].again) {
				again = true;
				submit(&calls[i]);
			}
		step();
	}
}

static void
on_counted(void *arg, const struct http_answer *answer)
{
	(void)arg;
	assert_int_equal(answer->outcome, HTTP_ANSWERED);
}

/* What the far end saw. */
static void
count(int64_t *open, int64_t *twice, int64_t *followed)
{
	struct http_request q = { .url = str_printf(all, "https://localhost:%d/count/", faults[0].port), .once = true };
	struct http_answer answer;
	struct err e = { .code = ERR_NONE };
	struct str word, rest;

	if (!http_submit(http, all, &q, &answer, on_counted, NULL, &e))
		fail_msg("%s", e.text);
	while (http_in_flight(http) > 0)
		step();
	rest = answer.body;
	assert_true(str_cut(&rest, ' ', &word) && str_to_int(word, 0, INT32_MAX, open));
	assert_true(str_cut(&rest, ' ', &word) && str_to_int(word, 0, INT32_MAX, twice));
	assert_true(str_to_int(rest, 0, INT32_MAX, followed));
}

static void
each_fault_has_its_class_at_each_destination(void **state)
{
	int64_t open = 1, twice = -1, followed = -1;

	(void)state;
	run(true);
	run(false);
	finish();
	for (size_t i = 0; i < n_faults * DESTINATIONS; i++)
		if (!calls[i].done)
			fail_msg("%s did not end", calls[i].fault->id);
	if (n_wrong > 0)
		fail_msg("%zu of %zu", n_wrong, n_faults * DESTINATIONS);
	/* What is given up is closed, also where the far end would have gone on for ever. */
	while (open > 0)
		count(&open, &twice, &followed);
	assert_int_equal(twice, 0);
	assert_int_equal(followed, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_has_its_class_at_each_destination),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
