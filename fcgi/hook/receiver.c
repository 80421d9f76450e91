/* receiver.c - see receiver.h. */
#include "hook/receiver.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/tally.h"
#include "hook/hubspot.h"
#include "io/fcgi.h"
#include "store/disk.h"
#include "store/pulse.h"

#define TICK_MS 1000
/* A batch, its packed copy and the parameters. */
#define ARENA_EXTRA (4UL * 1024 * 1024)

/* Requests that are stored together, while their bodies are not longer than that. */
#define TOGETHER       8
#define TOGETHER_BYTES (1024UL * 1024)

struct receiver {
	const struct settings *settings;
	struct db *db;
	struct pulse pulse;
	int64_t next_beat_ms; /* monotonic */
	struct disk disk;     /* full: nothing is taken in (F-148) */
};

/* Several times between two beats, so that a disk that has room again is found out; a change is told at once. */
static void
on_tick(void *arg)
{
	struct receiver *r = arg;
	bool before = r->disk.full;
	bool changed = disk_is_full(&r->disk) != before;

	if (!changed && clock_mono_ms() < r->next_beat_ms)
		return;
	pulse_beat(&r->pulse);
	r->next_beat_ms = clock_mono_ms() + PULSE_MS;
}

/* What one request comes to: a row that is to be stored, or an answer. */
static bool
dispatch(struct fcgi *f, struct arena *a, struct receiver *r, struct inbox_new *row, struct hubspot_answer *refusal)
{
	struct str path = fcgi_param(f, "DOCUMENT_URI");

	*refusal = (struct hubspot_answer){ .status = 404, .text = STR("Nothing is received here.\n") };
	if (!str_eq(path, STR("/webhooks/hubspot")))
		return false;
	*refusal =
	    (struct hubspot_answer){ .status = 503, .text = STR("The disk is nearly full; please try again.\n") };
	return !disk_is_full(&r->disk) && hubspot_receive(f, a, r->settings, row, refusal);
}

static void
count(int status)
{
	tally_add(status < 300 ? TALLY_INTAKE_STORED : status < 500 ? TALLY_INTAKE_REFUSED : TALLY_INTAKE_AWAY, 1);
}

static void
reply(struct fcgi *f, const struct hubspot_answer *w)
{
	fcgi_reply(f, w->status,
	    w->status == 503 ? STR("Content-Type: text/plain\r\nRetry-After: 30\r\n")
	                     : STR("Content-Type: text/plain\r\n"),
	    w->text);
	count(w->status);
}

/* Stores what came together and answers it. */
static void
store(const struct receiver *r, struct arena *a, struct fcgi *const *from, const struct inbox_new *rows, size_t n)
{
	struct hubspot_answer w = { .status = 200, .text = STR("ok\n") };
	struct err e = { .code = ERR_NONE };

	FAULT_POINT("hook.received");
	if (n > 0 && !inbox_put_all(r->db, a, rows, n, &e)) {
		w = (struct hubspot_answer){ .status = 503, .text = STR("Not stored; please try again.\n") };
		log_event(LOG_WARN, "hook.refused", LOG_I("status", w.status), LOG_I("batches", n),
		    LOG_C("why", e.text));
	}
	FAULT_POINT("hook.stored");
	for (size_t i = 0; i < n; i++)
		reply(from[i], &w);
	FAULT_POINT("hook.answered");
}

/*
 * From the request in hand on, what waits already is taken along, so that under load one commit serves several; a
 * request that comes alone is stored alone and at once.
 */
static void
take_in(struct receiver *r, struct arena *a, struct fcgi *const *requests)
{
	struct inbox_new rows[TOGETHER];
	struct fcgi *from[TOGETHER];
	size_t n = 0, bytes = 0;

	for (size_t i = 0; i < TOGETHER && (i == 0 || (bytes < TOGETHER_BYTES && fcgi_accept_now(requests[i]))); i++) {
		struct hubspot_answer refusal;

		if (!dispatch(requests[i], a, r, &rows[n], &refusal)) {
			reply(requests[i], &refusal);
			continue;
		}
		bytes += rows[n].body.n;
		from[n++] = requests[i];
	}
	store(r, a, from, rows, n);
}

int
receiver_run(const struct settings *settings, struct db *db, struct str process)
{
	struct receiver r = { .settings = settings,
		.db = db,
		.disk = disk_of(settings, db),
		.pulse = { .db = db, .program = STR("connector-hooks"), .process = process } };
	struct arena *a = arena_new(((size_t)settings->webhook_max_bytes * 3 + ARENA_EXTRA) * TOGETHER);
	struct err e = { .code = ERR_NONE };
	struct fcgi *requests[TOGETHER];

	r.pulse.disk = &r.disk;
	db_set_wait(db, settings->database_hooks_wait_s);
	if (!fcgi_open(&requests[0], on_tick, &r, TICK_MS, &e)) {
		log_event(LOG_ERROR, "hooks.failed", LOG_C("why", e.text));
		arena_free(a);
		return 1;
	}
	for (size_t i = 1; i < TOGETHER; i++)
		requests[i] = fcgi_sibling();
	while (fcgi_accept(requests[0])) {
		take_in(&r, a, requests);
		arena_reset(a);
	}
	for (size_t i = TOGETHER; i-- > 0;)
		fcgi_close(requests[i]);
	pulse_end(&r.pulse);
	arena_free(a);
	return 0;
}
