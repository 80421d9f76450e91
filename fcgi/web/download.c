/* download.c - see download.h. */
#include "web/download.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "io/fcgi.h"

/* Piece by piece, the first one made already.  False: cut it. */
static bool
send_pieces(struct fcgi *f, struct arena *a, const struct web_file *file, struct str piece, bool last)
{
	int64_t give_up_ms = clock_mono_ms() + DOWNLOAD_MAX_MS;
	struct err e = { .code = ERR_NONE };

	while (fcgi_write(f, piece)) {
		if (last)
			return true;
		if (clock_mono_ms() > give_up_ms) {
			log_event(LOG_WARN, "download.too_slow", LOG_S("file", file->name));
			return false;
		}
		arena_reset(a);
		if (!file->produce(file->arg, a, &piece, &last, &e)) {
			log_event(LOG_ERROR, "download.failed", LOG_S("file", file->name), LOG_C("why", e.text));
			return false;
		}
	}
	log_event(LOG_INFO, "download.left", LOG_S("file", file->name));
	return false;
}

bool
download_send(struct fcgi *f, struct arena *a, struct web_reply *rp)
{
	struct arena *pieces = arena_new(WEB_PIECE_MAX);
	struct err e = { .code = ERR_NONE };
	struct str piece, headers, body;
	bool last = false, began = rp->file->produce(rp->file->arg, pieces, &piece, &last, &e);

	if (!began) {
		if (web_status(e.code) >= 500)
			log_event(LOG_ERROR, "download.failed", LOG_S("file", rp->file->name), LOG_C("why", e.text));
		web_fail(a, rp, &e);
	} else {
		web_render(a, rp, &headers, &body);
		fcgi_begin(f, rp->status, headers);
		if (send_pieces(f, pieces, rp->file, piece, last))
			fcgi_end(f);
		else
			fcgi_cut(f);
	}
	arena_free(pieces);
	return began;
}
