#include "io/http.h"

#include <assert.h>
#include <curl/curl.h>
#include <signal.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "io/http_fault.h"
#include "io/http_mail.h"
#include "io/http_poll.h"

#define ANSWER_MAX_BYTES ((size_t)8 * 1024 * 1024)
#define HEADERS_MAX      100
#define HEADER_MAX_BYTES ((size_t)64 * 1024)
#define IDLE_MAX         64
#define SYSTEM_CA_FILE   "/etc/ssl/certs/ca-certificates.crt"

/* One request under way. */
struct transfer {
	struct transfer *next, **link; /* in h->waiting or h->running */
	struct http *h;
	CURL *easy;
	struct curl_slist *lines; /* header lines; one of them may hold a secret */
	struct arena *arena;
	struct http_mail mail;
	bool is_mail;
	struct http_answer *answer;
	http_done *done;
	void *arg;
	char *body; /* malloc, until it is whole */
	size_t body_n, body_cap, body_max;
	struct http_header headers[HEADERS_MAX];
	size_t n_headers, header_bytes;
	int64_t started_mono_ms, send_before_mono_ms, timeout_ms;
	bool released; /* connected in time: from here on a byte may have left */
	bool late;     /* the window closed first */
	bool all_sent; /* for tests: io/http_fault.h */
	bool headers_end;    /* the empty line behind them has come */
	const char *refused; /* why the answer was not taken */
};

struct http {
	CURLM *multi;
	struct http_poll poll;
	CURLSH *sessions; /* TLS sessions of all handles: a fresh connection resumes one, at a fraction of the work */
	struct transfer *waiting, **waiting_end; /* accepted, not yet started */
	struct transfer *running;
	CURL *idle[IDLE_MAX];
	size_t n_idle, n_in_flight;
	size_t n_unsent; /* of those with a window to send: not a byte has left */
	char *ca_file;
	int64_t connect_ms, total_ms;
	bool stepping;
};

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
	h->sessions = curl_share_init();
	if (h->multi == NULL || h->sessions == NULL)
		abort();
	http_poll_init(&h->poll, h->multi);
	(void)curl_share_setopt(h->sessions, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	struct str ca = s->ca_file.n == 0 ? STR(SYSTEM_CA_FILE) : s->ca_file;
	h->ca_file = strndup(ca.p, ca.n);
	if (h->ca_file == NULL)
		abort();
	h->waiting_end = &h->waiting;
	h->connect_ms = s->http_connect_ms;
	h->total_ms = s->http_total_ms;
	(void)curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, 64L);
	return h;
}

static void
transfer_link(struct transfer **list, struct transfer *t)
{
	t->next = *list;
	t->link = list;
	if (t->next != NULL)
		t->next->link = &t->next;
	*list = t;
}

static void
transfer_unlink(struct transfer *t)
{
	*t->link = t->next;
	if (t->next != NULL)
		t->next->link = t->link;
}

static void
transfer_free(struct transfer *t)
{
	struct http *h = t->h;

	for (struct curl_slist *line = t->lines; line != NULL; line = line->next)
		secret_wipe(line->data, strlen(line->data));
	if (t->easy != NULL) {
		curl_easy_reset(t->easy);
		if (h->n_idle < IDLE_MAX)
			h->idle[h->n_idle++] = t->easy;
		else
			curl_easy_cleanup(t->easy);
	}
	curl_slist_free_all(t->lines);
	http_mail_fini(&t->mail);
	free(t->body);
	free(t);
}

static size_t
on_body(char *p, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	size_t n = size * count;

	if (n > t->body_max - t->body_n) {
		t->refused = "the answer is too long";
		return 0;
	}
	if (t->body_n + n > t->body_cap) {
		size_t cap = t->body_cap == 0 ? 4096 : t->body_cap * 2;
		if (cap < t->body_n + n)
			cap = t->body_n + n;
		char *more = realloc(t->body, cap);
		if (more == NULL)
			return 0;
		t->body = more;
		t->body_cap = cap;
	}
	memcpy(t->body + t->body_n, p, n);
	t->body_n += n;
	return n;
}

static size_t
on_header(char *p, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	struct str line = { .p = p, .n = size * count };

	t->header_bytes += line.n;
	if (t->header_bytes > HEADER_MAX_BYTES) {
		t->refused = "the answer's headers are too long";
		return 0;
	}
	/* A new status line: what came before was an interim answer (100, 103). */
	if (str_starts(line, STR("HTTP/"))) {
		t->n_headers = 0;
		t->headers_end = false;
		return line.n;
	}
	if (str_trim(line).n == 0)
		t->headers_end = true;
	size_t colon = str_find_char(line, ':');
	if (colon == line.n)
		return line.n;
	if (t->n_headers == HEADERS_MAX) {
		t->refused = "the answer has too many headers";
		return 0;
	}
	t->headers[t->n_headers++] = (struct http_header){
		.name = str_lower(t->arena, str_trim(str_slice(line, 0, colon))),
		.value = str_copy(t->arena, str_trim(str_slice(line, colon + 1, line.n))),
	};
	return line.n;
}

/* Called when the connection, TLS included, is ready and before the first byte of the request. */
static int
on_connected(void *arg, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
	struct transfer *t = arg;

	(void)remote_ip, (void)local_ip, (void)remote_port, (void)local_port;
	if (t->send_before_mono_ms != 0 && clock_mono_ms() >= t->send_before_mono_ms) {
		t->late = true;
		return CURL_PREREQFUNC_ABORT;
	}
	t->h->n_unsent -= t->send_before_mono_ms != 0 && !t->released;
	t->released = true;
	http_fault("http.connected", t->easy);
	return CURL_PREREQFUNC_OK;
}

static bool
is_clean(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\r' || s.p[i] == '\n' || s.p[i] == '\0')
			return false;
	return true;
}

static bool
add_line(struct transfer *t, struct str name, const char *between, struct str value, struct err *e)
{
	if (!is_clean(name) || !is_clean(value))
		return err_set(e, ERR_INVALID, "a request header holds a line end");
	size_t n = name.n + strlen(between);
	char *line = malloc(n + value.n + 1);
	if (line == NULL)
		abort();
	(void)snprintf(line, n + 1, STR_FMT "%s", STR_ARG(name), between);
	if (value.n > 0)
		memcpy(line + n, value.p, value.n);
	line[n + value.n] = '\0';
	struct curl_slist *more = curl_slist_append(t->lines, line);
	if (more == NULL)
		abort();
	t->lines = more;
	secret_wipe(line, n + value.n); /* it may hold a token */
	free(line);
	return true;
}

static bool
add_authorization(struct transfer *t, const struct http_request *rq, struct err *e)
{
	struct str secret = secret_reveal(&rq->secret);

	if (rq->auth == HTTP_AUTH_NONE)
		return true;
	if (rq->auth == HTTP_AUTH_BEARER)
		return add_line(t, STR("Authorization"), ": Bearer ", secret, e);
	if (str_find_char(rq->user, ':') < rq->user.n)
		return err_set(e, ERR_INVALID, "a user name for basic authorization holds a colon");
	struct arena *a = arena_new((size_t)64 * 1024);
	struct secret pair = secret_copy(a, str_printf(a, STR_FMT ":" STR_FMT, STR_ARG(rq->user), STR_ARG(secret)));
	struct secret code = secret_copy(a, enc_base64(a, secret_reveal(&pair)));
	bool ok = add_line(t, STR("Authorization"), ": Basic ", secret_reveal(&code), e);
	arena_free(a);
	return ok;
}

static bool
add_headers(struct transfer *t, const struct http_request *rq, struct err *e)
{
	for (size_t i = 0; i < rq->n_headers; i++)
		if (!add_line(t, rq->headers[i].name, ": ", rq->headers[i].value, e))
			return false;
	/* "Name:" without a value keeps libcurl from adding its own. */
	if (!add_line(t, STR("Expect"), ":", STR(""), e))
		return false;
	if (!add_line(t, STR("Content-Type"), rq->content_type.n > 0 ? ": " : ":", rq->content_type, e))
		return false;
	return add_authorization(t, rq, e);
}

/*
 * What every request has in common.  A handle is reset after each: it would remember how often it had to try again,
 * and what the last request sent.
 */
static void
set_common(const struct http *h, CURL *easy)
{
	(void)curl_easy_setopt(easy, CURLOPT_SHARE, h->sessions);
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* Where a request may go: to the host it names, by https, and nowhere else. */
	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
	(void)curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
	(void)curl_easy_setopt(easy, CURLOPT_DEFAULT_PROTOCOL, "https");
	(void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(easy, CURLOPT_MAXREDIRS, 0L);
	(void)curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_UNRESTRICTED_AUTH, 0L);
	/* The environment and home folder must not change traffic (F-162). */
	(void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	/* HTTP/1.1 alone: one request a connection, so "was it sent" has one answer. */
	(void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	(void)curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	(void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	(void)curl_easy_setopt(easy, CURLOPT_CAINFO, h->ca_file);
	/* Without a CA folder libcurl keeps the parsed bundle: 0.5 ms instead of 27 ms a fresh connection. */
	(void)curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
#if LIBCURL_VERSION_NUM >= 0x075700
	(void)curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 3600L);
#endif
	(void)curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 100L);
	(void)curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, 10L);
	(void)curl_easy_setopt(easy, CURLOPT_USERAGENT, "hubspot-impact-connector/1");
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	(void)curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
}

/* What belongs to one request. */
static void
set_request(struct transfer *t, const struct http_request *rq)
{
	static const char *const methods[] = {
		[HTTP_GET] = "GET",
		[HTTP_POST] = "POST",
		[HTTP_PUT] = "PUT",
		[HTTP_PATCH] = "PATCH",
		[HTTP_DELETE] = "DELETE",
	};
	bool body = rq->content_type.n > 0 || rq->method == HTTP_POST;
	CURL *easy = t->easy;

	(void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)t->timeout_ms);
	(void)curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)t->body_max);
	(void)curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
	(void)curl_easy_setopt(easy, CURLOPT_PREREQDATA, t);
	if (t->is_mail) {
		http_mail_set(easy, &t->mail, t->arena, rq);
		return;
	}
	(void)curl_easy_setopt(easy, CURLOPT_URL, str_c(t->arena, rq->url));
	if (body) {
		(void)curl_easy_setopt(easy, CURLOPT_POST, 1L);
		(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)rq->body.n);
		(void)curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, rq->body.p == NULL ? "" : rq->body.p);
	} else {
		(void)curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	}
	(void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, methods[rq->method]);
	(void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->lines);
	/* On a kept connection that dies unanswered libcurl sends a POST again by itself (F-096). */
	(void)curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, rq->once ? 1L : 0L);
	(void)curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, rq->once ? 1L : 0L);
}

bool
http_submit(struct http *h, struct arena *a, const struct http_request *request, struct http_answer *answer,
    http_done *done, void *arg, struct err *e)
{
	bool is_mail = request->mail_to.n > 0;
	if (is_mail ? !http_mail_check(request, e) : !str_starts(request->url, STR("https://")))
		return is_mail ? false : err_set(e, ERR_INVALID, "only https is spoken");
	for (size_t i = 0; i < request->url.n; i++)
		if (request->url.p[i] <= ' ' || request->url.p[i] == 0x7f)
			return err_set(e, ERR_INVALID, "a URL holds a space or control character");
	struct transfer *t = calloc(1, sizeof *t);
	if (t == NULL)
		abort();
	t->h = h;
	t->arena = a;
	t->answer = answer;
	t->done = done;
	t->is_mail = is_mail;
	t->arg = arg;
	t->started_mono_ms = clock_mono_ms();
	t->send_before_mono_ms = request->send_before_mono_ms;
	t->timeout_ms = request->timeout_ms > 0 ? request->timeout_ms : h->total_ms;
	t->body_max = request->max_answer_bytes > 0 ? request->max_answer_bytes : ANSWER_MAX_BYTES;
	if (!is_mail && !add_headers(t, request, e)) {
		transfer_free(t);
		return false;
	}
	t->easy = h->n_idle > 0 ? h->idle[--h->n_idle] : curl_easy_init();
	if (t->easy == NULL)
		abort();
	set_common(h, t->easy);
	set_request(t, request);
	/* Started by http_step(), in the order of coming. */
	t->link = h->waiting_end;
	*h->waiting_end = t;
	h->waiting_end = &t->next;
	h->n_in_flight++;
	h->n_unsent += t->send_before_mono_ms != 0;
	return true;
}

static enum err_code
code_of(CURLcode result)
{
	switch (result) {
	case CURLE_OPERATION_TIMEDOUT:
		return ERR_TIMEOUT;
	case CURLE_FILESIZE_EXCEEDED:
	case CURLE_WRITE_ERROR:
		return ERR_LIMIT;
	default:
		return ERR_IO;
	}
}

static void
fill_answer(struct transfer *t, CURLcode result)
{
	struct http_answer *answer = t->answer;
	long status = 0, request_bytes = 0;
	curl_off_t uploaded = 0;

	memset(answer, 0, sizeof *answer);
	answer->elapsed_ms = clock_mono_ms() - t->started_mono_ms;
	(void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	if (t->is_mail && http_mail_status(t->easy, result) > 0) {
		answer->outcome = HTTP_ANSWERED;
		answer->status = http_mail_status(t->easy, result);
		return;
	}
	/* libcurl takes headers that were cut for an answer with an empty body. */
	if (result == CURLE_OK && !t->headers_end)
		t->refused = "the answer ended within its headers";
	if (result == CURLE_OK && status >= 100 && t->refused == NULL) {
		struct http_header *headers = arena_array(t->arena, t->n_headers, sizeof *headers);
		memcpy(headers, t->headers, t->n_headers * sizeof *headers);
		answer->outcome = HTTP_ANSWERED;
		answer->status = (int)status;
		answer->body = str_copy(t->arena, (struct str){ .p = t->body, .n = t->body_n });
		answer->headers = headers;
		answer->n_headers = t->n_headers;
		return;
	}
	(void)curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &request_bytes);
	(void)curl_easy_getinfo(t->easy, CURLINFO_SIZE_UPLOAD_T, &uploaded);
	bool sent = t->released || request_bytes > 0 || uploaded > 0;
	answer->outcome = sent ? HTTP_UNKNOWN : HTTP_NOT_SENT;
	if (t->late)
		(void)err_set(&answer->err, ERR_TIMEOUT,
		    "not sent: the window to send closed before the connection stood");
	else
		(void)err_set(&answer->err, code_of(result), "%s: %s", sent ? "no whole answer" : "not sent",
		    t->refused != NULL ? t->refused : curl_easy_strerror(result));
}

/* Ends a transfer that is in no list and not in the multi handle any more. */
static void
finish(struct transfer *t, CURLcode result)
{
	http_done *done = t->done;
	void *arg = t->arg;
	struct http_answer *answer = t->answer;

	fill_answer(t, result);
	http_fault("http.answered", t->easy);
	t->h->n_in_flight--;
	t->h->n_unsent -= t->send_before_mono_ms != 0 && !t->released;
	transfer_free(t);
	done(arg, answer);
}

static struct transfer *
next_waiting(struct http *h)
{
	struct transfer *t = h->waiting;

	if (t == NULL)
		return NULL;
	h->waiting = t->next;
	if (h->waiting == NULL)
		h->waiting_end = &h->waiting;
	return t;
}

/* Takes the first running transfer out of its list. */
static struct transfer *
next_running(struct http *h)
{
	struct transfer *t = h->running;

	if (t == NULL)
		return NULL;
	h->running = t->next;
	if (t->next != NULL)
		t->next->link = &h->running;
	return t;
}

/* Connecting, TLS included, ends with the window to send, if that is sooner. */
static void
start_waiting(struct http *h)
{
	struct transfer *t;

	while ((t = next_waiting(h)) != NULL) {
		int64_t left = h->connect_ms;
		if (t->send_before_mono_ms != 0 && t->send_before_mono_ms - clock_mono_ms() < left)
			left = t->send_before_mono_ms - clock_mono_ms();
		if (left <= 0) {
			t->late = true;
			finish(t, CURLE_OPERATION_TIMEDOUT);
			continue;
		}
		(void)curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)left);
		transfer_link(&h->running, t);
		if (curl_multi_add_handle(h->multi, t->easy) != CURLM_OK) {
			transfer_unlink(t);
			finish(t, CURLE_FAILED_INIT);
		}
	}
}

static size_t
finish_done(struct http *h)
{
	struct transfer *t = NULL;
	const CURLMsg *message;
	size_t n = 0;
	int left;

	while ((message = curl_multi_info_read(h->multi, &left)) != NULL) {
		if (message->msg != CURLMSG_DONE)
			continue;
		CURLcode result = message->data.result;
		CURL *easy = message->easy_handle;
		(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&t);
		(void)curl_multi_remove_handle(h->multi, easy);
		transfer_unlink(t);
		finish(t, result);
		n++;
	}
	return n;
}

static bool
turn(struct http *h, int64_t wait_ms, int fd, size_t *finished, struct err *e)
{
	start_waiting(h);
	if (!http_poll_turn(&h->poll, wait_ms, fd, e))
		return false;
	for (struct transfer *t = h->running; t != NULL; t = t->next)
		http_fault_sent(t->easy, &t->all_sent);
	*finished = finish_done(h);
	return true;
}

static bool
step(struct http *h, int64_t wait_ms, int fd, struct err *e)
{
	size_t before = h->n_in_flight, finished = 0;

	if (!turn(h, 0, fd, &finished, e))
		return false;
	/* What `done` has submitted is started before anybody waits. */
	if (finished > 0 || h->waiting != NULL || h->n_in_flight < before)
		wait_ms = 0;
	return turn(h, wait_ms, fd, &finished, e);
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

void
http_free(struct http *h)
{
	struct transfer *t;

	if (h == NULL)
		return;
	while ((t = next_running(h)) != NULL) {
		(void)curl_multi_remove_handle(h->multi, t->easy);
		finish(t, CURLE_ABORTED_BY_CALLBACK);
	}
	/* Last, because a `done` above may have submitted one more. */
	while ((t = next_waiting(h)) != NULL)
		finish(t, CURLE_ABORTED_BY_CALLBACK);
	for (size_t i = 0; i < h->n_idle; i++)
		curl_easy_cleanup(h->idle[i]);
	(void)curl_multi_cleanup(h->multi);
	http_poll_fini(&h->poll);
	(void)curl_share_cleanup(h->sessions);
	curl_global_cleanup();
	free(h->ca_file);
	free(h);
}
