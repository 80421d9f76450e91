/*
 * json.h - JSON, read strictly and written plainly (json-c behind it).
 *
 * json_parse() first walks the text with its own RFC 8259 check, because json-c accepts single quotes,
 * NaN, duplicate keys, bad UTF-8 and cuts keys at \u0000.  Values are borrowed from their document and
 * live as long as the arena given to json_parse() or json_object().
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/err.h"
#include "base/str.h"

struct json; /* a value; never freed by the caller */

enum json_type {
	JSON_NULL,
	JSON_BOOL,
	JSON_INT,
	JSON_DOUBLE,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

struct json_limits {
	size_t max_depth;  /* nested arrays and objects */
	size_t max_tokens; /* values and keys */
	bool any_escape;   /* string values may hold \u0000 and half surrogates (read as U+FFFD); keys never */
};

/*
 * Depth 16, 20,000 tokens: what arrives from outside.  Depth 32, 2,000,000 tokens, any escape: answers of
 * remote APIs, where one odd value of one record must not cost the 99 others.
 */
extern const struct json_limits json_limits_input;
extern const struct json_limits json_limits_answer;

/*
 * True when `text` is one well-formed RFC 8259 document: strict UTF-8, no duplicate keys, no \u0000, no
 * lone surrogates, numbers by the grammar, integers within int64, nothing behind it.  Else ERR_INVALID, or
 * ERR_LIMIT for depth and number of values, with the byte position.
 */
bool json_check(struct str text, const struct json_limits *limits, struct err *e) CC_MUST_USE;
bool json_parse(struct arena *a, struct str text, const struct json_limits *limits, struct json **out,
    struct err *e) CC_MUST_USE;

/* Reading.  A NULL value reads as JSON null, so chains need no checks. */
enum json_type json_type(const struct json *j);
struct json *json_get(const struct json *object, const char *key);
/* Whether it has that member, which json_get() does not tell of one that is null. */
bool json_has(const struct json *object, const char *key);
/* As json_get(), keys compared without ASCII case (impact.com writes Errors and errors). */
struct json *json_get_nocase(const struct json *object, const char *key);
size_t json_length(const struct json *array); /* 0 when it is no array */
struct json *json_at(const struct json *array, size_t i);
/* Exact types: false when the value is of another one. */
bool json_string(const struct json *j, struct str *out);
bool json_int(const struct json *j, int64_t *out);
bool json_bool(const struct json *j, bool *out);
/* Any scalar as text ("42", "true"); null and containers give the empty slice. */
struct str json_text(struct arena *a, const struct json *j);
struct str json_text_at(struct arena *a, const struct json *object, const char *key);

/* Walks the members of an object in document order: struct json_walk w = json_walk(o); while (json_next(&w)) ... */
struct json_walk {
	struct str key;
	struct json *value;
	void *state;
};
struct json_walk json_walk(const struct json *object);
bool json_next(struct json_walk *w);

/* Writing.  A value may have one parent only. */
struct json *json_object(struct arena *a);
struct json *json_array(struct arena *a);
void json_set(struct json *object, const char *key, struct json *value); /* value NULL writes null */
void json_set_str(struct json *object, const char *key, struct str value);
void json_set_int(struct json *object, const char *key, int64_t value);
void json_set_bool(struct json *object, const char *key, bool value);
void json_push(struct json *array, struct json *value);
void json_push_str(struct json *array, struct str value);
/* A deep copy that may get a parent of its own. */
struct json *json_copy(struct arena *a, const struct json *j);
bool json_equal(const struct json *a, const struct json *b);
/* Plain text without white space; members in the order they were set. */
struct str json_write(struct arena *a, const struct json *j);
/* The same over many lines, for people. */
struct str json_write_readable(struct arena *a, const struct json *j);

#endif
