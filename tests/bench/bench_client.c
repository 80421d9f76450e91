/*
 * bench_client.c - the HTTP client on kept connections: as many requests under way as told, each slot asks again as
 * soon as it is answered.  Prints requests, seconds and CPU seconds of this process.
 *
 *   bench_client -c FILE URL CONCURRENCY SECONDS
 */
#include <stdlib.h>
#include <sys/resource.h>

#include "base/arena.h"
#include "base/clock.h"
#include "io/http.h"
#include "program.h"

#define ARENA_MAX (1024UL * 1024)
#define WARM_MS   500

struct slot {
	struct arena *a;
	struct http_answer answer;
	bool free;
	int64_t answered, failed;
};

static const char body[] =
    "{\"properties\":[\"dealname\",\"dealstage\",\"amount\",\"closedate\"],\"propertiesWithHistory\":[],"
    "\"inputs\":[{\"id\":\"332507367156\"},{\"id\":\"332507367163\"},{\"id\":\"332507367170\"}]}";

static void
on_answer(void *arg, const struct http_answer *answer)
{
	struct slot *slot = arg;

	slot->free = true;
	if (answer->outcome == HTTP_ANSWERED && answer->status == 200)
		slot->answered++;
	else
		slot->failed++;
}

static bool
ask(struct http *http, struct slot *slot, struct str url, const struct secret *token, struct err *e)
{
	struct http_request q = { .method = HTTP_POST,
		.url = url,
		.auth = HTTP_AUTH_BEARER,
		.secret = *token,
		.content_type = STR("application/json"),
		.body = str_from(body) };

	arena_reset(slot->a);
	slot->free = false;
	return http_submit(http, slot->a, &q, &slot->answer, on_answer, slot, e);
}

static double
cpu_seconds(void)
{
	struct rusage used;

	(void)getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* Keeps every slot busy until that moment. */
static bool
ask_until(struct http *http, struct slot *slots, size_t n, struct str url, const struct secret *token, int64_t end_ms,
    struct err *e)
{
	while (clock_mono_ms() < end_ms) {
		for (size_t i = 0; i < n; i++)
			if (slots[i].free && !ask(http, &slots[i], url, token, e))
				return false;
		if (!http_step(http, 100, -1, e))
			return false;
	}
	return true;
}

static int64_t
count(const struct slot *slots, size_t n, int64_t *failed)
{
	int64_t answered = 0;

	*failed = 0;
	for (size_t i = 0; i < n; i++) {
		answered += slots[i].answered;
		*failed += slots[i].failed;
	}
	return answered;
}

static bool
run(struct program *p, struct str url, size_t n, int64_t seconds, struct err *e)
{
	struct slot *slots = arena_array(p->arena, n, sizeof(*slots));
	struct secret token = secret_copy(p->arena, STR("CJSP5qf1KhICAQEYs-gDIIGOBii1hQIyGQAf3xBKmlwHjX7OIpuIFEavB2"));
	struct http *http = http_new(&p->installation.settings);
	int64_t failed;

	for (size_t i = 0; i < n; i++)
		slots[i] = (struct slot){ .a = arena_new(ARENA_MAX), .free = true };
	bool ok = ask_until(http, slots, n, url, &token, clock_mono_ms() + WARM_MS, e);
	int64_t before = count(slots, n, &failed), began = clock_mono_ms();
	double cpu = cpu_seconds();

	ok = ok && ask_until(http, slots, n, url, &token, began + seconds * 1000, e);
	(void)printf("%lld %.3f %.6f\n", (long long)(count(slots, n, &failed) - before),
	    (double)(clock_mono_ms() - began) / 1000, cpu_seconds() - cpu);
	http_free(http);
	if (ok && failed > (int64_t)n) /* those that http_free() cut off */
		ok = err_set(e, ERR_IO, "%lld requests failed", (long long)failed);
	for (size_t i = 0; i < n; i++)
		arena_free(slots[i].a);
	return ok;
}

int
main(int argc, char **argv)
{
	struct err e = { .code = ERR_NONE };
	struct program p;

	if (!program_open(&p, "bench_client", argc, argv) || p.rest_argc != 3)
		return PROGRAM_EXIT_CONFIG;
	bool ok = run(&p, str_from(p.rest_argv[0]), (size_t)strtoul(p.rest_argv[1], NULL, 10),
	    strtoll(p.rest_argv[2], NULL, 10), &e);

	if (!ok)
		(void)fprintf(stderr, "bench_client: %s\n", e.text);
	program_close(&p);
	return ok ? 0 : 1;
}
