/* wire.c - see wire.h. */
#include "remote/wire.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/enc.h"
#include "core/date.h"

#define WIRE_URL_MAX 65536

static bool
only_dots(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '.')
			return false;
	}
	return true;
}

struct str
wire_url(struct arena *a, struct str base, const struct str *segments, size_t n, struct str query)
{
	struct err e = { 0 };
	struct str url = { 0 };
	struct buf b;

	while (base.n > 0 && base.p[base.n - 1] == '/')
		base.n--;
	buf_init(&b, a, WIRE_URL_MAX);
	buf_add(&b, base);
	for (size_t i = 0; i < n; i++) {
		buf_addc(&b, '/');
		buf_add(&b, only_dots(segments[i]) ? STR("-") : enc_percent(a, segments[i]));
	}
	if (query.n > 0) {
		buf_addc(&b, '?');
		buf_add(&b, query);
	}
	/* Too long a URL stays empty, and the client refuses to send it. */
	if (!buf_done(&b, &url, &e))
		return (struct str){ 0 };
	return url;
}

bool
wire_json(struct arena *a, const struct http_answer *answer, const char *who, struct json **out, struct err *e)
{
	struct err parse = { 0 };

	*out = NULL;
	if (answer->outcome != HTTP_ANSWERED) {
		*e = answer->err;
		if (e->code == ERR_NONE)
			return err_set(e, ERR_IO, "no answer from %s", who);
		return err_wrap(e, "%s", who);
	}
	if (answer->status < 200 || answer->status > 299)
		return err_set(e, wire_code(answer->status), "%s answered %d", who, answer->status);
	/* The parser's own words are left out: they may quote what came. */
	if (!json_parse(a, answer->body, &json_limits_answer, out, &parse))
		return err_set(e, ERR_REMOTE, "%s answered %d with something that is not JSON", who, answer->status);
	return true;
}

struct json *
wire_error_body(struct arena *a, const struct http_answer *answer)
{
	struct json *body = NULL;
	struct err e = { 0 };

	if (answer->outcome != HTTP_ANSWERED || !json_parse(a, answer->body, &json_limits_answer, &body, &e))
		return NULL;
	return body;
}

enum err_code
wire_code(int status)
{
	switch (status) {
	case 401:
	case 403:
		return ERR_DENIED;
	case 404:
		return ERR_NOT_FOUND;
	case 409:
		return ERR_CONFLICT;
	case 429:
		return ERR_LIMIT;
	default:
		return ERR_REMOTE;
	}
}

struct str
wire_text(struct arena *a, const struct json *object, const char *key)
{
	return str_trim(json_text(a, json_get_nocase(object, key)));
}

int64_t
wire_int(struct arena *a, const struct json *object, const char *key)
{
	int64_t n = 0;

	if (!str_to_int(wire_text(a, object, key), 0, INT64_MAX, &n))
		return 0;
	return n;
}

bool
wire_bool(struct arena *a, const struct json *object, const char *key)
{
	return str_eq_nocase(wire_text(a, object, key), STR("true"));
}

int64_t
wire_time(struct arena *a, const struct json *object, const char *key)
{
	struct str text = wire_text(a, object, key);
	struct err e = { 0 };
	int64_t ms = 0;

	if (text.n == 0 || !date_parse(text, &ms, &e))
		return 0;
	return ms;
}

size_t
wire_list_length(const struct json *list)
{
	if (json_type(list) == JSON_OBJECT)
		return 1;
	return json_length(list);
}

const struct json *
wire_list_at(const struct json *list, size_t i)
{
	if (json_type(list) == JSON_OBJECT)
		return i == 0 ? list : NULL;
	return json_at(list, i);
}

struct str
wire_cut(struct arena *a, struct str s, size_t max)
{
	size_t n = s.n;
	char *p;

	if (n > max) {
		n = max;
		while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
			n--;
	}
	if (n == 0)
		return (struct str){ 0 };
	p = arena_alloc(a, n);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		p[i] = s.p[i];
		if (c < 0x20 || c == 0x7f)
			p[i] = ' ';
	}
	return (struct str){ .p = p, .n = n };
}
