/* site.c - see site.h. */
#include "web/site.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "io/db.h"
#include "io/fcgi.h"
#include "store/disk.h"
#include "store/pulse.h"
#include "web/download.h"
#include "web/routes.h"

/* A configuration as it came, as JSON and as it is stored, and a catalogue of thousands of properties. */
#define ARENA_MAX ((size_t)256 * 1024 * 1024)

struct site {
	const struct installation *installation;
	struct fcgi *fcgi;
	struct http *http;
	struct arena *arena;
	struct disk disk;
};

static bool
read_body(void *arg, struct arena *a, size_t max, struct str *out, struct err *e)
{
	return fcgi_body(arg, a, max, out, e);
}

/* The path of a request target, without the query. */
static struct str
path_of(struct str uri)
{
	return str_slice(uri, 0, str_find_char(uri, '?'));
}

static struct web_wire
wire_of(struct fcgi *f)
{
	return (struct web_wire){ .method = fcgi_param(f, "REQUEST_METHOD"),
		.path = path_of(fcgi_param(f, "REQUEST_URI")),
		.query = fcgi_param(f, "QUERY_STRING"),
		.content_type = fcgi_param(f, "CONTENT_TYPE"),
		.cookie = fcgi_param(f, "HTTP_COOKIE"),
		.origin = fcgi_param(f, "HTTP_ORIGIN"),
		.fetch_site = fcgi_param(f, "HTTP_SEC_FETCH_SITE"),
		.csrf_token = fcgi_param(f, "HTTP_X_CSRF_TOKEN"),
		.read_body = read_body,
		.arg = f };
}

static void
answer(struct site *s)
{
	int64_t began_ms = clock_mono_ms();
	struct web_wire wire = wire_of(s->fcgi);
	struct web_request rq = { .arena = s->arena,
		.wire = &wire,
		.installation = s->installation,
		.parts = &s->installation->parts,
		.http = s->http,
		.disk = &s->disk };
	struct web_reply rp = { .status = 0 };
	struct str headers, body;

	log_context(0, fcgi_param(s->fcgi, "REQUEST_ID"));
	(void)db_collided(rq.parts->db);
	web_serve(&rq, &rp);
	if (rp.file == NULL || !download_send(s->fcgi, s->arena, &rp)) {
		web_render(s->arena, &rp, &headers, &body);
		fcgi_reply(s->fcgi, rp.status, headers, body);
	}
	log_context(rq.tenant_id, fcgi_param(s->fcgi, "REQUEST_ID"));
	log_event(LOG_INFO, "request.done", LOG_S("method", wire.method), LOG_S("path", str_slice(wire.path, 0, 128)),
	    LOG_I("status", rp.status), LOG_I("ms", clock_mono_ms() - began_ms));
	log_context(0, STR(""));
}

struct ticking {
	struct disk *disk;
	struct pulse *pulse;
};

static void
on_tick(void *arg)
{
	const struct ticking *t = arg;

	(void)disk_is_full(t->disk);
	pulse_beat(t->pulse);
}

bool
site_run(const struct installation *installation, struct err *e)
{
	struct site s = { .installation = installation,
		.disk = disk_of(installation->parts.settings, installation->parts.db) };
	struct pulse pulse = { .db = installation->parts.db,
		.disk = &s.disk,
		.program = STR("connector-site"),
		.process = installation->parts.worker };

	db_set_wait(installation->parts.db, installation->parts.settings->database_site_wait_s);
	struct ticking ticking = { .disk = &s.disk, .pulse = &pulse };

	if (!fcgi_open(&s.fcgi, on_tick, &ticking, PULSE_MS, e))
		return false;
	s.http = http_new(installation->parts.settings);
	s.arena = arena_new(ARENA_MAX);
	log_event(LOG_INFO, "site.ready", LOG_S("process", installation->parts.worker));
	while (fcgi_accept(s.fcgi)) {
		answer(&s);
		/* A handler that failed inside a transaction leaves none behind. */
		db_rollback(installation->parts.db);
		arena_reset(s.arena);
	}
	http_free(s.http);
	arena_free(s.arena);
	fcgi_close(s.fcgi);
	pulse_end(&pulse);
	return true;
}
