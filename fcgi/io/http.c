#include "io/http.h"

#include <assert.h>
#include <curl/curl.h>
#include <signal.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/http_in.h"
#include "base/http_out.h"
#include "io/http_fault.h"
#include "io/http_link.h"
#include "io/http_mail.h"
#include "io/http_poll.h"

#define ANSWER_MAX_BYTES ((size_t)8 * 1024 * 1024)
#define READ_BYTES       16384 /* the most that one TLS record holds: what is left of it is never hidden from epoll */
/* A far end that moves less than that in that time has stopped. */
#define SLOW_BYTES 1000
#define SLOW_MS    10000

/*
 * One request under way.
 *
 *   WAITING -> CONNECTING -> TALKING -> ENDED        https; over a kept connection without CONNECTING
 *                   ^-----------'                    a kept connection was dead: once more, over a new one
 *   WAITING -> MAILING -> ENDED                      an e-mail: libcurl does all of it
 */
enum stage {
	WAITING,
	CONNECTING,
	TALKING,
	MAILING,
	ENDED
};

struct transfer {
	struct transfer *next, **link; /* in h->waiting, h->running or h->ended */
	struct http *h;
	enum stage stage;
	struct arena *arena;
	struct http_answer *answer;
	http_done *done;
	void *arg;
	struct str url;
	struct http_bytes out;
	size_t n_out; /* of them, sent */
	struct http_in in;
	struct http_link *conn; /* CONNECTING, TALKING */
	struct http_mail mail;
	CURL *easy; /* MAILING */
	int64_t started_mono_ms, send_before_mono_ms, timeout_ms, end_mono_ms;
	int64_t slow_mono_ms; /* by then so much has moved, or it is too slow */
	size_t slow_bytes, moved;
	bool is_mail, once;
	bool released; /* a byte may have left */
	bool late; /* the window closed first */
	bool unheard; /* the far end takes nothing more */
	CURLcode result; /* MAILING */
	enum err_code code; /* why there is no whole answer */
	const char *why;
};

struct http {
	CURLM *multi;
	struct http_poll poll;
	struct http_links links;
	struct transfer *waiting, **waiting_end; /* accepted, not yet started */
	struct transfer *running;
	struct transfer *ended, **ended_end; /* to be told */
	size_t n_in_flight;
	size_t n_unsent; /* of those with a window to send: not a byte has left */
	int64_t check_mono_ms; /* when the first of those that talk may be too late */
	int64_t connect_ms, total_ms;
	char *read; /* READ_BYTES */
	bool stepping;
};

static void
push(struct transfer ***end, struct transfer *t)
{
	t->next = NULL;
	t->link = *end;
	**end = t;
	*end = &t->next;
}

/* Takes the first one out of a list that ends at *end. */
static struct transfer *
pop(struct transfer **list, struct transfer ***end)
{
	struct transfer *t = *list;

	if (t == NULL)
		return NULL;
	*list = t->next;
	if (t->next == NULL)
		*end = list;
	return t;
}

static void
run(struct transfer *t, enum stage stage)
{
	t->stage = stage;
	t->next = t->h->running;
	t->link = &t->h->running;
	if (t->next != NULL)
		t->next->link = &t->next;
	t->h->running = t;
}

static void
run_no_more(struct transfer *t)
{
	*t->link = t->next;
	if (t->next != NULL)
		t->next->link = t->link;
}

/* ---- the end of a transfer */

static void
end(struct transfer *t, enum err_code code, const char *why)
{
	t->code = code;
	t->why = why;
	t->stage = ENDED;
	push(&t->h->ended_end, t);
}

static void
hang_up(struct transfer *t)
{
	if (t->conn != NULL)
		http_link_close(&t->h->links, t->conn);
	t->conn = NULL;
}

/* A running transfer leaves its connection for good. */
static void
fail(struct transfer *t, enum err_code code, const char *why)
{
	hang_up(t);
	run_no_more(t);
	end(t, code, why);
}

static void
fill_answer(struct transfer *t)
{
	struct http_answer *answer = t->answer;

	memset(answer, 0, sizeof *answer);
	answer->elapsed_ms = clock_mono_ms() - t->started_mono_ms;
	answer->outcome = t->released ? HTTP_UNKNOWN : HTTP_NOT_SENT;
	if (t->is_mail)
		http_mail_answer(&t->mail, t->easy, t->result, answer);
	if (!t->is_mail && t->in.state == HTTP_IN_DONE) {
		answer->outcome = HTTP_ANSWERED;
		answer->status = t->in.status;
		answer->body = str_copy(t->arena, (struct str){ .p = t->in.body, .n = t->in.body_n });
		answer->headers = t->in.headers;
		answer->n_headers = t->in.n_headers;
	}
	if (answer->outcome == HTTP_ANSWERED)
		return;
	if (t->late)
		(void)err_set(&answer->err, ERR_TIMEOUT,
		    "not sent: the window to send closed before the connection stood");
	else
		(void)err_set(&answer->err, t->code, "%s: %s",
		    answer->outcome == HTTP_UNKNOWN ? "no whole answer" : "not sent", t->why);
}

static void
transfer_free(struct transfer *t)
{
	http_out_wipe(&t->out);
	http_in_fini(&t->in);
	http_mail_fini(&t->mail);
	if (t->easy != NULL)
		http_links_easy_back(&t->h->links, t->easy);
	free(t);
}

static void
tell(struct transfer *t)
{
	http_done *done = t->done;
	void *arg = t->arg;
	struct http_answer *answer = t->answer;

	fill_answer(t);
	if (answer->outcome == HTTP_ANSWERED)
		http_fault("http.answered", t->url);
	t->h->n_in_flight--;
	t->h->n_unsent -= t->send_before_mono_ms != 0 && !t->released;
	transfer_free(t);
	done(arg, answer);
}

/* ---- e-mail */

static void
mail(struct transfer *t, int64_t connect_ms, int64_t total_ms)
{
	t->stage = MAILING;
	(void)curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
	(void)curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)total_ms);
	if (curl_multi_add_handle(t->h->multi, t->easy) != CURLM_OK)
		abort(); /* out of memory: no other reason is left */
}

/* ---- https */

static bool
window_closed(struct transfer *t, int64_t now)
{
	t->late = !t->released && t->send_before_mono_ms != 0 && now >= t->send_before_mono_ms;
	return t->late;
}

static void
over(struct transfer *t)
{
	bool keep = t->in.state == HTTP_IN_DONE && t->in.keep && !t->once && t->n_out == t->out.n;

	if (!keep) {
		fail(t, t->in.code, t->in.why);
		return;
	}
	http_link_keep(&t->h->links, t->conn);
	t->conn = NULL;
	run_no_more(t);
	end(t, ERR_NONE, NULL);
}

static void connect_anew(struct transfer *t);

/* The connection is gone.  One that was kept may have died before: what nobody answered is said once more. */
static void
lost(struct transfer *t, bool in_order)
{
	bool again = t->conn->used && !t->once && !t->in.any;

	if (again) {
		hang_up(t);
		run_no_more(t);
		connect_anew(t);
	} else if (in_order) {
		http_in_end(&t->in);
		over(t);
	} else {
		fail(t, ERR_IO, "the connection broke");
	}
}

static void
send_more(struct transfer *t)
{
	enum http_link_moved moved = HTTP_LINK_MOVED;
	size_t n;

	while (moved == HTTP_LINK_MOVED && t->n_out < t->out.n) {
		moved = http_link_send(t->conn, t->out.p + t->n_out, t->out.n - t->n_out, &n);
		if (moved == HTTP_LINK_MOVED) {
			t->n_out += n;
			t->moved += n;
		}
	}
	if (t->n_out == t->out.n)
		http_fault("http.sent", t->url);
	/* What the far end said before it hung up still counts. */
	t->unheard = moved == HTTP_LINK_BROKEN || moved == HTTP_LINK_CLOSED;
}

static void
receive(struct transfer *t)
{
	enum http_link_moved moved;
	size_t n;

	while ((moved = http_link_receive(t->conn, t->h->read, READ_BYTES, &n)) == HTTP_LINK_MOVED) {
		t->moved += n;
		if (!http_in_feed(&t->in, t->h->read, n)) {
			over(t);
			return;
		}
	}
	if (moved != HTTP_LINK_LATER)
		lost(t, moved == HTTP_LINK_CLOSED);
}

/* A connection may be read or written. */
static void
on_ready(void *arg, void *owner)
{
	struct http *h = arg;
	struct http_link *link = owner;
	struct transfer *t = link->by;

	if (t == NULL) {
		http_link_stirs(&h->links, link);
		return;
	}
	if (t->n_out < t->out.n && !t->unheard) {
		send_more(t);
		if (t->n_out == t->out.n || t->unheard)
			http_poll_watch(&h->poll, link->fd, false, link);
	}
	receive(t);
}

/* The connection stands: from here on a byte may leave. */
static void
talk(struct transfer *t)
{
	struct http *h = t->h;
	int64_t now = clock_mono_ms();

	if (window_closed(t, now)) {
		fail(t, ERR_TIMEOUT, "");
		return;
	}
	h->n_unsent -= t->send_before_mono_ms != 0 && !t->released;
	t->released = true;
	t->stage = TALKING;
	t->n_out = 0;
	t->slow_mono_ms = now + SLOW_MS;
	t->slow_bytes = t->moved;
	if (t->slow_mono_ms < h->check_mono_ms)
		h->check_mono_ms = t->slow_mono_ms;
	if (t->end_mono_ms < h->check_mono_ms)
		h->check_mono_ms = t->end_mono_ms;
	http_fault("http.connected", t->url);
	send_more(t);
	/* A kept one is watched for what it has to tell already. */
	if (!t->conn->used || t->n_out < t->out.n)
		http_poll_watch(&h->poll, t->conn->fd, t->n_out < t->out.n && !t->unheard, t->conn);
}

/* Connecting, TLS included, ends with the window to send, if that is sooner. */
static void
connect_anew(struct transfer *t)
{
	struct http *h = t->h;
	int64_t now = clock_mono_ms(), left = t->end_mono_ms - now, connect = h->connect_ms;

	run(t, CONNECTING);
	if (window_closed(t, now) || left <= 0) {
		fail(t, ERR_TIMEOUT, "Timeout was reached");
		return;
	}
	if (!t->released && t->send_before_mono_ms != 0 && t->send_before_mono_ms - now < connect)
		connect = t->send_before_mono_ms - now;
	t->unheard = false;
	if (t->is_mail)
		mail(t, connect, left);
	else
		t->conn = http_link_open(&h->links, http_out_origin(t->url), connect, left, t);
}

static void
start(struct transfer *t)
{
	t->end_mono_ms = clock_mono_ms() + t->timeout_ms;
	if (!t->is_mail && !t->once)
		t->conn = http_link_find(&t->h->links, http_out_origin(t->url), t);
	if (t->conn == NULL) {
		connect_anew(t);
		return;
	}
	run(t, TALKING);
	talk(t);
}

/* ---- turning */

static enum err_code
code_of(CURLcode result)
{
	return result == CURLE_OPERATION_TIMEDOUT ? ERR_TIMEOUT : ERR_IO;
}

/* What libcurl has done with: a connection is made or not, an e-mail gone or not. */
static void
take_messages(struct http *h)
{
	struct transfer *t = NULL;
	const CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(h->multi, &left)) != NULL) {
		if (message->msg != CURLMSG_DONE)
			continue;
		CURLcode result = message->data.result;

		(void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&t);
		if (t->stage == MAILING) {
			(void)curl_multi_remove_handle(h->multi, t->easy);
			t->result = result;
			fail(t, code_of(result), curl_easy_strerror(result));
		} else if (result == CURLE_OK && http_link_made(t->conn)) {
			talk(t);
		} else {
			fail(t, code_of(result), curl_easy_strerror(result));
		}
	}
}

/* Those that talk and have no time left, or move nothing. */
static void
check(struct http *h)
{
	int64_t now = clock_mono_ms(), first = INT64_MAX;
	struct transfer *next;

	if (now < h->check_mono_ms)
		return;
	for (struct transfer *t = h->running; t != NULL; t = next) {
		next = t->next;
		if (t->stage != TALKING)
			continue;
		if (now >= t->slow_mono_ms && t->moved - t->slow_bytes >= SLOW_BYTES) {
			t->slow_mono_ms = now + SLOW_MS;
			t->slow_bytes = t->moved;
		}
		int64_t until = t->end_mono_ms < t->slow_mono_ms ? t->end_mono_ms : t->slow_mono_ms;

		if (now >= until)
			fail(t, ERR_TIMEOUT, "Timeout was reached");
		else if (until < first)
			first = until;
	}
	h->check_mono_ms = first;
}

static size_t
tell_all(struct http *h)
{
	struct transfer *t;
	size_t n = 0;

	while ((t = pop(&h->ended, &h->ended_end)) != NULL) {
		tell(t);
		n++;
	}
	return n;
}

static bool
turn(struct http *h, int64_t wait_ms, int fd, size_t *told, struct err *e)
{
	struct transfer *t;

	while ((t = pop(&h->waiting, &h->waiting_end)) != NULL)
		start(t);
	int64_t left = h->ended != NULL                ? 0
	               : h->check_mono_ms == INT64_MAX ? wait_ms
	                                               : h->check_mono_ms - clock_mono_ms();

	if (!http_poll_turn(&h->poll, left < wait_ms ? left : wait_ms, fd, e))
		return false;
	take_messages(h);
	check(h);
	*told = tell_all(h);
	return true;
}

static bool
step(struct http *h, int64_t wait_ms, int fd, struct err *e)
{
	size_t told = 0;

	if (!turn(h, 0, fd, &told, e))
		return false;
	/* What `done` has submitted is started before anybody waits. */
	return turn(h, told > 0 || h->waiting != NULL ? 0 : wait_ms, fd, &told, e);
}

bool
http_step(struct http *h, int64_t wait_ms, int fd, struct err *e)
{
	assert(!h->stepping); /* not from inside `done` */
	h->stepping = true;
	bool ok = step(h, wait_ms, fd, e);
	h->stepping = false;
	return ok;
}

size_t
http_in_flight(const struct http *h)
{
	return h->n_in_flight;
}

size_t
http_unsent(const struct http *h)
{
	return h->n_unsent;
}

/* ---- beginning and end */

struct http *
http_new(const struct settings *s)
{
	struct http *h = calloc(1, sizeof *h);

	(void)signal(SIGPIPE, SIG_IGN);
	/* Would make libcurl write the keys of every connection into a file. */
	(void)unsetenv("SSLKEYLOGFILE");
	if (h == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
	h->multi = curl_multi_init();
	h->read = malloc(READ_BYTES);
	if (h->multi == NULL || h->read == NULL)
		abort();
	http_poll_init(&h->poll, h->multi, on_ready, h);
	http_links_init(&h->links, s, h->multi, &h->poll);
	h->waiting_end = &h->waiting;
	h->ended_end = &h->ended;
	h->check_mono_ms = INT64_MAX;
	h->connect_ms = s->http_connect_ms;
	h->total_ms = s->http_total_ms;
	return h;
}

bool
http_submit(struct http *h, struct arena *a, const struct http_request *rq, struct http_answer *answer, http_done *done,
    void *arg, struct err *e)
{
	struct http_bytes out = { .p = NULL };
	bool is_mail = rq->mail_to.n > 0;

	if (is_mail ? !http_mail_check(rq, e) : !http_out_request(rq, &out, e))
		return false;
	struct transfer *t = calloc(1, sizeof *t);
	if (t == NULL)
		abort();
	t->h = h;
	t->arena = a;
	t->answer = answer;
	t->done = done;
	t->arg = arg;
	t->is_mail = is_mail;
	t->once = rq->once;
	t->url = str_copy(a, rq->url);
	t->out = out;
	t->started_mono_ms = clock_mono_ms();
	t->send_before_mono_ms = rq->send_before_mono_ms;
	t->timeout_ms = rq->timeout_ms > 0 ? rq->timeout_ms : h->total_ms;
	http_in_init(&t->in, a, rq->max_answer_bytes > 0 ? rq->max_answer_bytes : ANSWER_MAX_BYTES);
	if (is_mail) {
		t->easy = http_links_easy(&h->links);
		http_mail_set(t->easy, &t->mail, a, rq);
		(void)curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	}
	/* Started by http_step(), in the order of coming. */
	push(&h->waiting_end, t);
	h->n_in_flight++;
	h->n_unsent += t->send_before_mono_ms != 0;
	return true;
}

void
http_free(struct http *h)
{
	struct transfer *t;

	if (h == NULL)
		return;
	while ((t = h->running) != NULL) {
		if (t->stage == MAILING)
			(void)curl_multi_remove_handle(h->multi, t->easy);
		t->result = CURLE_ABORTED_BY_CALLBACK;
		fail(t, ERR_IO, "the client ends");
	}
	(void)tell_all(h);
	/* Last, because a `done` above may have submitted one more. */
	while ((t = pop(&h->waiting, &h->waiting_end)) != NULL) {
		end(t, ERR_IO, "the client ends");
		(void)tell_all(h);
	}
	http_links_fini(&h->links);
	(void)curl_multi_cleanup(h->multi);
	http_poll_fini(&h->poll);
	http_links_free(&h->links);
	curl_global_cleanup();
	free(h->read);
	free(h);
}
