/* email.c - see email.h. */
#include "core/email.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/enc.h"

#define LOCAL_MAX   64
#define LINE_BYTES  57 /* 76 characters of base64 */
#define WORD_BYTES  42 /* an encoded word may have 75 characters, all told */
#define MESSAGE_MAX ((size_t)256 * 1024)

static bool
all_of(struct str s, const char *others)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c != '\0' && strchr(others, c) != NULL)))
			return false;
	}
	return true;
}

/* Pieces between dots, none of them empty. */
static bool
dotted(struct str s, const char *others)
{
	struct str piece;

	while (str_cut(&s, '.', &piece))
		if (piece.n == 0 || !all_of(piece, others))
			return false;
	return true;
}

static bool
is_domain(struct str s)
{
	struct str rest = s, label;
	size_t labels = 0;

	for (; str_cut(&rest, '.', &label); labels++)
		if (label.n > 63 || str_starts(label, STR("-")) || str_ends(label, STR("-")))
			return false;
	return labels > 1 && dotted(s, "-");
}

bool
email_normal(struct arena *a, struct str typed, struct str *out, struct err *e)
{
	struct str s = str_lower(a, str_trim(typed));
	size_t at = str_find_char(s, '@');
	struct str local = str_slice(s, 0, at), domain = str_slice(s, at + 1, s.n);

	if (s.n == 0)
		return err_set(e, ERR_INVALID, "Enter an e-mail address.");
	if (s.n > EMAIL_MAX || local.n > LOCAL_MAX)
		return err_set(e, ERR_INVALID, "This is longer than an e-mail address can be.");
	if (at == s.n || local.n == 0 || !dotted(local, "!#$%&'*+-/=?^_`{|}~") || !is_domain(domain))
		return err_set(e, ERR_INVALID, "This is not an e-mail address like name@example.com.");
	*out = s;
	return true;
}

static bool
is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return s.n <= WORD_BYTES && str_find(s, STR("=?")) == s.n;
}

/* RFC 2047; characters stay whole, as each word is decoded by itself. */
static void
add_subject(struct buf *b, struct arena *a, struct str s)
{
	size_t from = 0, i = 0;

	if (is_plain(s)) {
		buf_add(b, s);
		return;
	}
	while (i < s.n) {
		size_t length = str_utf8_length(s, i);

		length = length == 0 ? 1 : length;
		if (i + length - from > WORD_BYTES) {
			buf_addf(b, "=?UTF-8?B?" STR_FMT "?=\r\n ", STR_ARG(enc_base64(a, str_slice(s, from, i))));
			from = i;
		}
		i += length;
	}
	buf_addf(b, "=?UTF-8?B?" STR_FMT "?=", STR_ARG(enc_base64(a, str_slice(s, from, s.n))));
}

static struct str
date_of(struct arena *a, int64_t ms)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
		"Nov", "Dec" };
	time_t s = (time_t)(ms / 1000);
	struct tm t;

	(void)gmtime_r(&s, &t);
	return str_printf(a, "%s, %d %s %d %02d:%02d:%02d +0000", days[t.tm_wday], t.tm_mday, months[t.tm_mon],
	    t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

static struct str
host_of(struct str address)
{
	return str_slice(address, str_find_char(address, '@') + 1, address.n);
}

struct str
email_message(struct arena *a, const struct email_message *m)
{
	struct err e = { .code = ERR_NONE };
	struct str out = STR("");
	struct buf b;

	buf_init(&b, a, MESSAGE_MAX);
	buf_addf(&b, "From: <" STR_FMT ">\r\nTo: <" STR_FMT ">\r\nSubject: ", STR_ARG(m->from), STR_ARG(m->to));
	add_subject(&b, a, m->subject);
	buf_addf(&b, "\r\nDate: " STR_FMT "\r\nMessage-ID: <" STR_FMT "@" STR_FMT ">\r\n",
	    STR_ARG(date_of(a, m->at_ms)), STR_ARG(m->id), STR_ARG(host_of(m->from)));
	buf_add(&b, STR("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
	                "Content-Transfer-Encoding: base64\r\nAuto-Submitted: auto-generated\r\n\r\n"));
	for (size_t i = 0; i < m->text.n; i += LINE_BYTES)
		buf_addf(&b, STR_FMT "\r\n", STR_ARG(enc_base64(a, str_slice(m->text, i, i + LINE_BYTES))));
	return buf_done(&b, &out, &e) ? out : STR("");
}
