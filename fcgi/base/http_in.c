/* http_in.c - see http_in.h. */
#include "base/http_in.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define HEADERS_FIRST    16
#define HEADERS_MAX      100
#define HEAD_MAX_BYTES   ((size_t)64 * 1024)
#define BODY_FIRST_BYTES 4096
#define CHUNK_DIGITS_MAX 15

static void
refuse(struct http_in *w, enum err_code code, const char *why)
{
	w->state = HTTP_IN_REFUSED;
	w->code = code;
	w->why = why;
}

void
http_in_init(struct http_in *w, struct arena *a, size_t body_max)
{
	*w = (struct http_in){ .arena = a, .body_max = body_max, .length = -1 };
}

void
http_in_fini(struct http_in *w)
{
	free(w->body);
	free(w->line);
	w->body = w->line = NULL;
}

static void
add_body(struct http_in *w, const char *p, size_t n)
{
	if (n > w->body_max - w->body_n) {
		refuse(w, ERR_LIMIT, "the answer is too long");
		return;
	}
	if (w->body_n + n > w->body_cap) {
		size_t cap = w->body_cap == 0 ? BODY_FIRST_BYTES : w->body_cap * 2;
		char *more = realloc(w->body, cap = cap < w->body_n + n ? w->body_n + n : cap);

		if (more == NULL)
			abort();
		w->body = more;
		w->body_cap = cap;
	}
	memcpy(w->body + w->body_n, p, n);
	w->body_n += n;
}

/* "HTTP/1.1 200 OK": three digits, and what is behind them says nothing. */
static void
status_line(struct http_in *w, struct str line)
{
	int64_t status;

	if (line.n < 12 || !str_eq_nocase(str_slice(line, 0, 7), STR("HTTP/1.")) ||
	    (line.p[7] != '1' && line.p[7] != '0') || line.p[8] != ' ' ||
	    !str_to_int(str_slice(line, 9, 12), 100, 999, &status) || (line.n > 12 && line.p[12] != ' ')) {
		refuse(w, ERR_IO, "no HTTP answer came");
		return;
	}
	w->status = (int)status;
	w->keep = line.p[7] == '1';
	w->n_headers = 0;
	w->length = -1;
	w->chunked = false;
	w->state = HTTP_IN_HEADERS;
}

static void
content_length(struct http_in *w, struct str value)
{
	int64_t length;

	if (!str_to_int(value, 0, INT64_MAX, &length) || (w->length >= 0 && w->length != length))
		refuse(w, ERR_IO, "the answer's length is in doubt");
	else if ((uint64_t)length > w->body_max)
		refuse(w, ERR_LIMIT, "the answer is too long");
	else
		w->length = length;
}

static bool
names(struct str list, struct str token)
{
	struct str one;

	while (str_cut(&list, ',', &one))
		if (str_eq_nocase(str_trim(one), token))
			return true;
	return false;
}

/* Headers that say where the answer ends. */
static void
framing(struct http_in *w, const struct http_header *h)
{
	if (str_eq(h->name, STR("content-length"))) {
		content_length(w, h->value);
	} else if (str_eq(h->name, STR("transfer-encoding"))) {
		if (w->chunked || !str_eq_nocase(h->value, STR("chunked")))
			refuse(w, ERR_IO, "the answer is in a coding nobody asked for");
		w->chunked = true;
	} else if (str_eq(h->name, STR("connection")) && names(h->value, STR("close"))) {
		w->keep = false;
	}
}

static void
add_header(struct http_in *w, struct str line)
{
	size_t colon = str_find_char(line, ':');

	if (str_find_char(line, '\0') < line.n) {
		refuse(w, ERR_IO, "the answer's headers hold a NUL byte");
		return;
	}
	/* Nothing's; or a line that goes on with the one before, which is obsolete and never of one that matters here. */
	if (colon == 0 || line.p[0] == ' ' || line.p[0] == '\t')
		return;
	if (colon == line.n) {
		refuse(w, ERR_IO, "the answer's headers are garbled");
		return;
	}
	if (w->n_headers == HEADERS_MAX) {
		refuse(w, ERR_LIMIT, "the answer has too many headers");
		return;
	}
	if (w->n_headers == w->headers_cap) {
		size_t cap = w->headers_cap == 0 ? HEADERS_FIRST : HEADERS_MAX;
		struct http_header *more = arena_array(w->arena, cap, sizeof(*more));

		if (w->n_headers > 0)
			memcpy(more, w->headers, w->n_headers * sizeof(*more));
		w->headers = more;
		w->headers_cap = cap;
	}
	struct http_header *h = &w->headers[w->n_headers++];

	h->name = str_lower(w->arena, str_trim(str_slice(line, 0, colon)));
	h->value = str_copy(w->arena, str_trim(str_slice(line, colon + 1, line.n)));
	framing(w, h);
}

/* The empty line behind the headers: what comes now? */
static void
headers_end(struct http_in *w)
{
	if (w->status == 101) {
		refuse(w, ERR_IO, "the far end changes the protocol");
	} else if (w->status < 200) {
		w->state = HTTP_IN_STATUS;
	} else if (w->status == 204 || w->status == 304) {
		w->state = HTTP_IN_DONE;
	} else if (w->chunked) {
		w->keep = w->keep && w->length < 0; /* two ways to find the end */
		w->state = HTTP_IN_CHUNK;
	} else if (w->length >= 0) {
		w->left = (uint64_t)w->length;
		w->state = w->left == 0 ? HTTP_IN_DONE : HTTP_IN_LENGTH;
	} else {
		w->keep = false;
		w->state = HTTP_IN_CLOSE;
	}
}

/* "1a2b;whatever": how long the next chunk is, 0 behind the last one. */
static void
chunk_line(struct http_in *w, struct str line)
{
	struct str digits = str_trim(str_slice(line, 0, str_find_char(line, ';')));
	uint64_t n = 0;

	for (size_t i = 0; i < digits.n; i++) {
		char c = digits.p[i];
		int v = c >= '0' && c <= '9'   ? c - '0'
		        : c >= 'a' && c <= 'f' ? c - 'a' + 10
		        : c >= 'A' && c <= 'F' ? c - 'A' + 10
		                               : -1;

		if (v < 0 || i == CHUNK_DIGITS_MAX) {
			digits.n = 0;
			break;
		}
		n = n * 16 + (uint64_t)v;
	}
	if (digits.n == 0) {
		refuse(w, ERR_IO, "the answer's pieces are garbled");
		return;
	}
	w->left = n;
	w->state = n == 0 ? HTTP_IN_TRAILERS : HTTP_IN_DATA;
}

static void
take_line(struct http_in *w, struct str line)
{
	switch (w->state) {
	case HTTP_IN_STATUS:
		status_line(w, line);
		break;
	case HTTP_IN_HEADERS:
		if (line.n == 0)
			headers_end(w);
		else
			add_header(w, line);
		break;
	case HTTP_IN_CHUNK:
		chunk_line(w, line);
		break;
	case HTTP_IN_DATA_END:
		if (line.n > 0)
			refuse(w, ERR_IO, "the answer's pieces are garbled");
		else
			w->state = HTTP_IN_CHUNK;
		break;
	case HTTP_IN_TRAILERS:
		if (line.n == 0)
			w->state = HTTP_IN_DONE;
		break;
	case HTTP_IN_LENGTH:
	case HTTP_IN_DATA:
	case HTTP_IN_CLOSE:
	case HTTP_IN_DONE:
	case HTTP_IN_REFUSED:
		abort(); /* not made of lines */
	}
}

/* Keeps the beginning of a line until its end comes; returns the bytes used up. */
static size_t
feed_line(struct http_in *w, const char *p, size_t n)
{
	const char *end = memchr(p, '\n', n);
	size_t used = end == NULL ? n : (size_t)(end - p) + 1;
	struct str line = { .p = p, .n = used };

	/* The sizes of chunks are many in a long answer and bounded by it; all other lines are head. */
	w->head_bytes += w->state == HTTP_IN_CHUNK || w->state == HTTP_IN_DATA_END ? 0 : used;
	if (w->head_bytes > HEAD_MAX_BYTES || w->line_n + used > HEAD_MAX_BYTES) {
		refuse(w, ERR_LIMIT, "the answer's headers are too long");
		return used;
	}
	if (end == NULL || w->line_n > 0) {
		char *more = realloc(w->line, w->line_n + used);

		if (more == NULL)
			abort();
		memcpy(more + w->line_n, p, used);
		w->line = more;
		w->line_n += used;
		if (end == NULL)
			return used;
		line = (struct str){ .p = w->line, .n = w->line_n };
		w->line_n = 0;
	}
	line.n -= 1;
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n -= 1;
	take_line(w, line);
	return used;
}

static size_t
feed_body(struct http_in *w, const char *p, size_t n)
{
	size_t used = w->state == HTTP_IN_CLOSE || n < w->left ? n : (size_t)w->left;

	add_body(w, p, used);
	if (w->state == HTTP_IN_CLOSE || w->state == HTTP_IN_REFUSED)
		return used;
	w->left -= used;
	if (w->left == 0)
		w->state = w->state == HTTP_IN_LENGTH ? HTTP_IN_DONE : HTTP_IN_DATA_END;
	return used;
}

bool
http_in_feed(struct http_in *w, const char *p, size_t n)
{
	size_t at = 0;

	w->any = w->any || n > 0;
	while (at < n && w->state != HTTP_IN_DONE && w->state != HTTP_IN_REFUSED)
		at += w->state == HTTP_IN_LENGTH || w->state == HTTP_IN_DATA || w->state == HTTP_IN_CLOSE
		          ? feed_body(w, p + at, n - at)
		          : feed_line(w, p + at, n - at);
	/* Bytes that belong to no answer: whose would they be on the next request? */
	w->keep = w->keep && at == n;
	return w->state != HTTP_IN_DONE && w->state != HTTP_IN_REFUSED;
}

void
http_in_end(struct http_in *w)
{
	if (w->state == HTTP_IN_CLOSE)
		w->state = HTTP_IN_DONE;
	else if (w->state != HTTP_IN_DONE && w->state != HTTP_IN_REFUSED)
		refuse(w, ERR_IO, w->any ? "the answer was cut off" : "the far end closed without an answer");
}
