/*
 * log.h - one line per event on standard error, key=value, written whole.
 *
 *   2026-11-21T10:00:00.123Z info worker tenant=7 send.accepted conversion=12 status=200
 *
 * Event names are fixed words.  Values are quoted and escaped when they hold anything but
 * [A-Za-z0-9_.:/-].  A reader that does not take a line loses it; the next one that is taken says how many were lost.
 * Never log bodies, tokens, or a person's data: log ids.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/str.h"

enum log_level {
	LOG_DEBUG,
	LOG_INFO,
	LOG_WARN,
	LOG_ERROR
};

struct log_field {
	const char *key;
	bool is_int;
	int64_t i;
	struct str s;
};

#define LOG_I(k, v) ((struct log_field){ .key = (k), .is_int = true, .i = (int64_t)(v) })
#define LOG_S(k, v) ((struct log_field){ .key = (k), .s = (v) })
#define LOG_C(k, v) ((struct log_field){ .key = (k), .s = str_from(v) })

/* log_event(LOG_INFO, "send.accepted", LOG_I("conversion", id)): at least one field. */
#define log_event(level, event, ...)                                                                                   \
	log_write((level), (event), (const struct log_field[]){ __VA_ARGS__ },                                         \
	    sizeof((const struct log_field[]){ __VA_ARGS__ }) / sizeof(struct log_field))

/* `program` must outlive the process.  Lines below `least` are dropped. */
void log_open(const char *program, enum log_level least);
bool log_level_parse(struct str name, enum log_level *out);
/* The tenant and the job or request that all following lines are about; 0 and empty for none.  Copied. */
void log_context(int64_t tenant_id, struct str work);
void log_write(enum log_level level, const char *event, const struct log_field *fields, size_t n);

#endif
