#include "base/err.h"

#include <assert.h>
#include <stdarg.h>

bool
err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list args;

	e->code = code;
	va_start(args, fmt);
	(void)vsnprintf(e->text, sizeof e->text, fmt, args);
	va_end(args);
	return false;
}

bool
err_wrap(struct err *e, const char *fmt, ...)
{
	char what[sizeof e->text], rest[sizeof e->text];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(what, sizeof what, fmt, args);
	va_end(args);
	/* Cut, not refused, when both do not fit: the front says where it went wrong. */
	memcpy(rest, e->text, sizeof rest);
	size_t n = strnlen(what, sizeof what - 3), left = sizeof e->text - 1 - n - 2;
	size_t kept = strnlen(rest, left);
	memcpy(e->text, what, n);
	memcpy(e->text + n, ": ", 2);
	memcpy(e->text + n + 2, rest, kept);
	e->text[n + 2 + kept] = '\0';
	return false;
}

const char *
err_name(enum err_code code)
{
	static const char *const names[ERR__COUNT] = {
		[ERR_NONE] = "NONE",
		[ERR_INVALID] = "INVALID",
		[ERR_DENIED] = "DENIED",
		[ERR_NOT_FOUND] = "NOT_FOUND",
		[ERR_EXISTS] = "EXISTS",
		[ERR_CONFLICT] = "CONFLICT",
		[ERR_LIMIT] = "LIMIT",
		[ERR_TIMEOUT] = "TIMEOUT",
		[ERR_REMOTE] = "REMOTE",
		[ERR_IO] = "IO",
		[ERR_DB] = "DB",
		[ERR_FAULT] = "FAULT",
	};

	assert((unsigned)code < ERR__COUNT);
	return names[code];
}
