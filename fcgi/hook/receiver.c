/* receiver.c - see receiver.h. */
#include "hook/receiver.h"

#include "base/arena.h"
#include "base/log.h"
#include "base/tally.h"
#include "hook/hubspot.h"
#include "io/fcgi.h"
#include "store/pulse.h"

/* A batch, its packed copy and the parameters. */
#define ARENA_EXTRA (4UL * 1024 * 1024)

static struct hubspot_answer
dispatch(struct fcgi *f, struct arena *a, const struct settings *settings, struct db *db)
{
	struct str path = fcgi_param(f, "DOCUMENT_URI");

	if (str_eq(path, STR("/webhooks/hubspot")))
		return hubspot_receive(f, a, settings, db);
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
	struct pulse pulse = { .db = db, .program = STR("connector-hooks"), .process = process };
	struct arena *a = arena_new((size_t)settings->webhook_max_bytes * 3 + ARENA_EXTRA);
	struct err e = { .code = ERR_NONE };
	struct fcgi *f;

	if (!fcgi_open(&f, pulse_beat, &pulse, PULSE_MS, &e)) {
		log_event(LOG_ERROR, "hooks.failed", LOG_C("why", e.text));
		arena_free(a);
		return 1;
	}
	while (fcgi_accept(f)) {
		struct hubspot_answer w = dispatch(f, a, settings, db);
		struct str headers = w.status == 503 ? STR("Content-Type: text/plain\r\nRetry-After: 30\r\n")
		                                     : STR("Content-Type: text/plain\r\n");

		fcgi_reply(f, w.status, headers, w.text);
		count(w.status);
		arena_reset(a);
	}
	fcgi_close(f);
	pulse_end(&pulse);
	arena_free(a);
	return 0;
}
