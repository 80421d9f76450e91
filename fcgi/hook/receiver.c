/* receiver.c - see receiver.h. */
#include "hook/receiver.h"

#include "base/arena.h"
#include "base/log.h"
#include "base/tally.h"
#include "hook/hubspot.h"
#include "io/fcgi.h"
#include "store/disk.h"
#include "store/pulse.h"

/* A batch, its packed copy and the parameters. */
#define DISK_ARENA  (64UL * 1024)
#define ARENA_EXTRA (4UL * 1024 * 1024)

struct receiver {
	const struct settings *settings;
	struct db *db;
	struct pulse pulse;
	bool disk_full; /* nothing is taken in: MariaDB aborts on a full disk (F-148) */
};

static void
look_at_disk(struct receiver *r)
{
	struct arena *a = arena_new(DISK_ARENA);
	struct err e = { .code = ERR_NONE };
	int64_t free_mb;

	if (disk_free_mb(r->db, a, r->settings, &free_mb, &e)) {
		bool full = free_mb < r->settings->disk_free_min_mb;

		if (full != r->disk_full)
			log_event(full ? LOG_ERROR : LOG_INFO, full ? "hook.disk_full" : "hook.disk_free",
			    LOG_I("free_mb", free_mb), LOG_I("disk_free_min_mb", r->settings->disk_free_min_mb));
		r->disk_full = full;
	}
	arena_free(a);
}

static void
on_tick(void *arg)
{
	struct receiver *r = arg;

	look_at_disk(r);
	if (!r->disk_full)
		pulse_beat(&r->pulse);
}

static struct hubspot_answer
dispatch(struct fcgi *f, struct arena *a, const struct receiver *r)
{
	const struct hubspot_answer full = { .status = 503,
		.text = STR("The disk is nearly full; please try again.\n") };
	struct str path = fcgi_param(f, "DOCUMENT_URI");

	if (str_eq(path, STR("/webhooks/hubspot")))
		return r->disk_full ? full : hubspot_receive(f, a, r->settings, r->db);
	return (struct hubspot_answer){ .status = 404, .text = STR("Nothing is received here.\n") };
}

static void
count(int status)
{
	tally_add(status < 300 ? TALLY_INTAKE_STORED : status < 500 ? TALLY_INTAKE_REFUSED : TALLY_INTAKE_AWAY, 1);
}

int
receiver_run(const struct settings *settings, struct db *db, struct str process)
{
	struct receiver r = { .settings = settings,
		.db = db,
		.pulse = { .db = db, .program = STR("connector-hooks"), .process = process } };
	struct arena *a = arena_new((size_t)settings->webhook_max_bytes * 3 + ARENA_EXTRA);
	struct err e = { .code = ERR_NONE };
	struct fcgi *f;

	if (!fcgi_open(&f, on_tick, &r, PULSE_MS, &e)) {
		log_event(LOG_ERROR, "hooks.failed", LOG_C("why", e.text));
		arena_free(a);
		return 1;
	}
	while (fcgi_accept(f)) {
		struct hubspot_answer w = dispatch(f, a, &r);
		struct str headers = w.status == 503 ? STR("Content-Type: text/plain\r\nRetry-After: 30\r\n")
		                                     : STR("Content-Type: text/plain\r\n");

		fcgi_reply(f, w.status, headers, w.text);
		count(w.status);
		arena_reset(a);
	}
	fcgi_close(f);
	pulse_end(&r.pulse);
	arena_free(a);
	return 0;
}
