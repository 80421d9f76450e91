/* json-c has types of these names, our header has functions: inside this file its types are called json_c_*. */
#define json_object json_c_object
#define json_type   json_c_type
#define json_bool   json_c_bool
#include <json-c/json.h>
#undef json_object
#undef json_type
#undef json_bool

#include "base/json.h"

#include <assert.h>

#include "base/arena.h"

/*
 * A struct json is json-c's object under another name.  Each value made or parsed here holds one
 * reference that its arena gives back; a parent takes a reference of its own.  So no value is freed
 * twice, and a value may sit in a parent of another arena.
 */
static json_c_object *
raw(const struct json *j)
{
	union {
		const struct json *in;
		json_c_object *out;
	} cast = { .in = j };

	return cast.out;
}

static struct json *
wrapped(json_c_object *o)
{
	return (struct json *)o;
}

static void
put_deferred(void *arg)
{
	json_object_put(arg);
}

static struct json *
owned(struct arena *a, json_c_object *o)
{
	if (o == NULL)
		return NULL;
	arena_defer(a, put_deferred, o);
	return wrapped(o);
}

/* json-c returns NULL only when malloc does. */
static json_c_object *
made(json_c_object *o)
{
	if (o == NULL)
		abort();
	return o;
}

bool
json_parse(struct arena *a, struct str text, const struct json_limits *limits, struct json **out, struct err *e)
{
	if (!json_check(text, limits, e))
		return false;
	struct json_tokener *tok = json_tokener_new_ex((int)limits->max_depth + 2);
	if (tok == NULL)
		abort();
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	json_c_object *root = json_tokener_parse_ex(tok, text.p, (int)text.n);
	/* A number at the very end is complete only when something follows. */
	if (json_tokener_get_error(tok) == json_tokener_continue)
		root = json_tokener_parse_ex(tok, "", 1);
	enum json_tokener_error error = json_tokener_get_error(tok);
	json_tokener_free(tok);
	if (error != json_tokener_success)
		return err_set(e, ERR_INVALID, "JSON: %s", json_tokener_error_desc(error));
	*out = owned(a, root);
	return true;
}

enum json_type
json_type(const struct json *j)
{
	switch (json_object_get_type(raw(j))) {
	case json_type_boolean:
		return JSON_BOOL;
	case json_type_double:
		return JSON_DOUBLE;
	case json_type_int:
		return JSON_INT;
	case json_type_object:
		return JSON_OBJECT;
	case json_type_array:
		return JSON_ARRAY;
	case json_type_string:
		return JSON_STRING;
	case json_type_null:
		break;
	}
	return JSON_NULL;
}

struct json *
json_get(const struct json *object, const char *key)
{
	json_c_object *value = NULL;

	if (json_type(object) != JSON_OBJECT)
		return NULL;
	(void)json_object_object_get_ex(raw(object), key, &value);
	return wrapped(value);
}

bool
json_has(const struct json *object, const char *key)
{
	return json_type(object) == JSON_OBJECT && json_object_object_get_ex(raw(object), key, NULL);
}

struct json *
json_get_nocase(const struct json *object, const char *key)
{
	struct json_walk w = json_walk(object);

	while (json_next(&w))
		if (str_eq_nocase(w.key, str_from(key)))
			return w.value;
	return NULL;
}

size_t
json_length(const struct json *array)
{
	return json_type(array) == JSON_ARRAY ? json_object_array_length(raw(array)) : 0;
}

struct json *
json_at(const struct json *array, size_t i)
{
	return i < json_length(array) ? wrapped(json_object_array_get_idx(raw(array), i)) : NULL;
}

bool
json_string(const struct json *j, struct str *out)
{
	if (json_type(j) != JSON_STRING)
		return false;
	*out = (struct str){
		.p = json_object_get_string(raw(j)),
		.n = (size_t)json_object_get_string_len(raw(j)),
	};
	return true;
}

bool
json_int(const struct json *j, int64_t *out)
{
	if (json_type(j) != JSON_INT)
		return false;
	*out = json_object_get_int64(raw(j));
	return true;
}

bool
json_bool(const struct json *j, bool *out)
{
	if (json_type(j) != JSON_BOOL)
		return false;
	*out = json_object_get_boolean(raw(j)) != 0;
	return true;
}

struct str
json_text(struct arena *a, const struct json *j)
{
	struct str s;

	switch (json_type(j)) {
	case JSON_STRING:
		return json_string(j, &s) ? str_copy(a, s) : STR("");
	case JSON_BOOL:
	case JSON_INT:
	case JSON_DOUBLE:
		return str_copy(a, str_from(json_object_get_string(raw(j))));
	case JSON_NULL:
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	return STR("");
}

struct str
json_text_at(struct arena *a, const struct json *object, const char *key)
{
	return json_text(a, json_get(object, key));
}

struct json_walk
json_walk(const struct json *object)
{
	struct json_walk w = { .value = NULL };

	if (json_type(object) == JSON_OBJECT)
		w.state = json_object_get_object(raw(object))->head;
	return w;
}

bool
json_next(struct json_walk *w)
{
	struct lh_entry *entry = w->state;

	if (entry == NULL)
		return false;
	w->key = str_from(lh_entry_k(entry));
	w->value = lh_entry_v(entry);
	w->state = entry->next;
	return true;
}

struct json *
json_object(struct arena *a)
{
	return owned(a, made(json_object_new_object()));
}

struct json *
json_array(struct arena *a)
{
	return owned(a, made(json_object_new_array()));
}

/* Gives `value`, whose reference is handed over, to the object. */
static void
set_member(struct json *object, const char *key, json_c_object *value)
{
	assert(json_type(object) == JSON_OBJECT);
	if (json_object_object_add(raw(object), key, value) != 0)
		abort();
}

static json_c_object *
new_string(struct str s)
{
	assert(s.n <= INT32_MAX);
	return made(json_object_new_string_len(s.p == NULL ? "" : s.p, (int)s.n));
}

void
json_set(struct json *object, const char *key, struct json *value)
{
	assert(value != object);
	set_member(object, key, json_object_get(raw(value)));
}

void
json_set_str(struct json *object, const char *key, struct str value)
{
	set_member(object, key, new_string(value));
}

void
json_set_int(struct json *object, const char *key, int64_t value)
{
	set_member(object, key, made(json_object_new_int64(value)));
}

void
json_set_bool(struct json *object, const char *key, bool value)
{
	set_member(object, key, made(json_object_new_boolean(value)));
}

static void
push(struct json *array, json_c_object *value)
{
	assert(json_type(array) == JSON_ARRAY);
	if (json_object_array_add(raw(array), value) != 0)
		abort();
}

void
json_push(struct json *array, struct json *value)
{
	assert(value != array);
	push(array, json_object_get(raw(value)));
}

void
json_push_str(struct json *array, struct str value)
{
	push(array, new_string(value));
}

struct json *
json_copy(struct arena *a, const struct json *j)
{
	json_c_object *copy = NULL;

	if (j == NULL)
		return NULL;
	if (json_object_deep_copy(raw(j), &copy, NULL) != 0)
		abort();
	return owned(a, copy);
}

bool
json_equal(const struct json *a, const struct json *b)
{
	return json_object_equal(raw(a), raw(b)) != 0;
}

static struct str
write_as(struct arena *a, const struct json *j, int flags)
{
	size_t n = 0;

	if (j == NULL)
		return STR("null");
	const char *text = json_object_to_json_string_length(raw(j), flags | JSON_C_TO_STRING_NOSLASHESCAPE, &n);
	if (text == NULL)
		abort();
	return str_copy(a, (struct str){ .p = text, .n = n });
}

struct str
json_write(struct arena *a, const struct json *j)
{
	return write_as(a, j, JSON_C_TO_STRING_PLAIN);
}

struct str
json_write_readable(struct arena *a, const struct json *j)
{
	return write_as(a, j, JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_PRETTY);
}
