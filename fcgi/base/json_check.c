/*
 * json_check.c - is this text one well-formed JSON document (RFC 8259)?
 *
 * json-c alone is no judge: even in its strict mode it takes single quotes, NaN, raw control bytes, bad
 * UTF-8 and duplicate keys, clamps huge integers and cuts keys at \u0000.  This walk takes none of them;
 * it keeps no value, only the keys of the objects that are open.
 */
#include "base/json.h"

#include <sys/random.h>

#include "base/clock.h"

#define DEPTH_MAX     64
#define KEPT_KEYS_MAX 4096

const struct json_limits json_limits_input = { .max_depth = 16, .max_tokens = 20000 };
const struct json_limits json_limits_answer = { .max_depth = 32, .max_tokens = 2000000, .any_escape = true };

/* A key of an open object: where its text starts (behind the quote) in the document. */
struct key {
	uint64_t hash;
	size_t start, n;
	size_t owner; /* the byte at which its object began */
};

/*
 * The keys of all open objects, a stack; `slots` finds one by hash (index + 1; 0 is free).  Keys leave
 * in the reverse order of their coming, so a slot can simply be emptied: no later chain runs through it.
 */
struct keys {
	struct key *stack;
	size_t n, cap;
	uint32_t *slots;
	size_t n_slots; /* a power of two */
	uint64_t seed;
};

struct walk {
	const unsigned char *p;
	size_t n, at;
	struct json_limits limits;
	bool any_escape; /* in the string at hand */
	size_t tokens;
	struct keys keys;
	struct err *e;
};

struct open {
	bool object;
	size_t began;  /* byte position */
	size_t n_keys; /* keys on the stack when it was opened */
};

static bool
wrong(struct walk *w, const char *what)
{
	return err_set(w->e, ERR_INVALID, "JSON, byte %zu: %s", w->at, what);
}

static void
skip_space(struct walk *w)
{
	while (
	    w->at < w->n && (w->p[w->at] == ' ' || w->p[w->at] == '\t' || w->p[w->at] == '\n' || w->p[w->at] == '\r'))
		w->at++;
}

static bool
is_digit(const struct walk *w)
{
	return w->at < w->n && w->p[w->at] >= '0' && w->p[w->at] <= '9';
}

static bool
take(struct walk *w, char c)
{
	if (w->at < w->n && w->p[w->at] == (unsigned char)c) {
		w->at++;
		return true;
	}
	return false;
}

/* Integers must fit 64 bits: json-c would quietly clamp a bigger one. */
static bool
check_number(struct walk *w)
{
	size_t start = w->at;
	bool integer = true;

	(void)take(w, '-');
	if (!is_digit(w))
		return wrong(w, "not a number");
	if (!take(w, '0'))
		while (is_digit(w))
			w->at++;
	if (take(w, '.')) {
		integer = false;
		if (!is_digit(w))
			return wrong(w, "a digit must follow the point");
		while (is_digit(w))
			w->at++;
	}
	if (take(w, 'e') || take(w, 'E')) {
		integer = false;
		if (!take(w, '+'))
			(void)take(w, '-');
		if (!is_digit(w))
			return wrong(w, "a digit must be in the exponent");
		while (is_digit(w))
			w->at++;
	}
	int64_t ignored;
	struct str text = { .p = (const char *)w->p + start, .n = w->at - start };
	if (integer && !str_to_int(text, INT64_MIN, INT64_MAX, &ignored))
		return wrong(w, "integer out of range");
	return true;
}

static int
hex_digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The four digits behind \u at p; -1 when there are none. */
static int32_t
hex4(const unsigned char *p, size_t left)
{
	int32_t v = 0;

	if (left < 4)
		return -1;
	for (size_t i = 0; i < 4; i++) {
		int d = hex_digit(p[i]);
		if (d < 0)
			return -1;
		v = v * 16 + d;
	}
	return v;
}

/* One escape, w->at behind the backslash. */
static bool
check_escape(struct walk *w)
{
	if (w->at < w->n && w->p[w->at] != '\0' && strchr("\"\\/bfnrt", w->p[w->at]) != NULL) {
		w->at++;
		return true;
	}
	if (!take(w, 'u'))
		return wrong(w, "no such escape");
	int32_t unit = hex4(w->p + w->at, w->n - w->at);
	if (unit < 0)
		return wrong(w, "\\u needs four hex digits");
	if (w->any_escape) {
		w->at += 4;
		return true;
	}
	if (unit == 0)
		return wrong(w, "\\u0000 is not taken");
	w->at += 4;
	if (unit < 0xd800 || unit > 0xdfff)
		return true;
	if (unit > 0xdbff || !take(w, '\\') || !take(w, 'u'))
		return wrong(w, "half of a surrogate pair");
	unit = hex4(w->p + w->at, w->n - w->at);
	if (unit < 0xdc00 || unit > 0xdfff)
		return wrong(w, "half of a surrogate pair");
	w->at += 4;
	return true;
}

/* A string, w->at behind its opening quote; *start and *length give what stands between the quotes. */
static bool
check_string(struct walk *w, size_t *start, size_t *length)
{
	bool ascii = true;

	*start = w->at;
	while (w->at < w->n && w->p[w->at] != '"') {
		unsigned char c = w->p[w->at];
		if (c < 0x20)
			return wrong(w, "control character in a string");
		if (c >= 0x80)
			ascii = false;
		w->at++;
		if (c == '\\' && !check_escape(w))
			return false;
	}
	*length = w->at - *start;
	if (!take(w, '"'))
		return wrong(w, "the string does not end");
	if (!ascii && !str_is_utf8((struct str){ .p = (const char *)w->p + *start, .n = *length })) {
		w->at = *start;
		return wrong(w, "the string is not UTF-8");
	}
	return true;
}

/* The next UTF-16 unit or raw byte of a checked string: enough to compare what two spellings mean. */
static uint32_t
next_unit(const unsigned char *p, size_t *i)
{
	static const char plain[] = "bfnrt", meant[] = "\b\f\n\r\t";

	if (p[*i] != '\\')
		return p[(*i)++];
	unsigned char c = p[*i + 1];
	*i += 2;
	if (c != 'u') {
		const char *at = strchr(plain, c);
		return at == NULL ? c : (unsigned char)meant[at - plain];
	}
	uint32_t unit = (uint32_t)hex4(p + *i, 4);
	*i += 4;
	return unit;
}

/* Bytes of the character that starts at p[*i], as UTF-8 whatever its spelling. */
static size_t
next_char(const unsigned char *p, size_t *i, unsigned char out[4])
{
	bool escaped_unit = p[*i] == '\\' && p[*i + 1] == 'u';
	uint32_t c = next_unit(p, i);

	if (!escaped_unit || c < 0x80) {
		out[0] = (unsigned char)c;
		return 1;
	}
	if (c >= 0xd800 && c <= 0xdbff)
		c = 0x10000 + ((c - 0xd800) << 10) + (next_unit(p, i) - 0xdc00);
	if (c < 0x800) {
		out[0] = (unsigned char)(0xc0 | c >> 6);
		out[1] = (unsigned char)(0x80 | (c & 63));
		return 2;
	}
	size_t n = c < 0x10000 ? 3 : 4;
	for (size_t k = n - 1; k > 0; k--, c >>= 6)
		out[k] = (unsigned char)(0x80 | (c & 63));
	out[0] = (unsigned char)((n == 3 ? 0xe0 : 0xf0) | c);
	return n;
}

/* A cursor over the meant bytes of a key. */
struct meaning {
	const unsigned char *p;
	size_t i, n;
	unsigned char bytes[4];
	size_t have, used;
};

static int
next_byte(struct meaning *m)
{
	if (m->used == m->have) {
		if (m->i >= m->n)
			return -1;
		m->have = next_char(m->p, &m->i, m->bytes);
		m->used = 0;
	}
	return m->bytes[m->used++];
}

static uint64_t
hash_key(const struct walk *w, size_t start, size_t n)
{
	struct meaning m = { .p = w->p + start, .n = n };
	uint64_t h = w->keys.seed ^ 0xcbf29ce484222325U;
	int byte;

	while ((byte = next_byte(&m)) >= 0)
		h = (h ^ (uint64_t)byte) * 0x100000001b3U;
	return h ^ h >> 29;
}

static bool
same_key(const struct walk *w, const struct key *a, const struct key *b)
{
	struct meaning x = { .p = w->p + a->start, .n = a->n }, y = { .p = w->p + b->start, .n = b->n };
	int left, right;

	do {
		left = next_byte(&x);
		right = next_byte(&y);
	} while (left == right && left >= 0);
	return left == right;
}

static size_t
slot_of(const struct keys *k, const struct key *key)
{
	return (size_t)(key->hash + key->owner * 0x9e3779b97f4a7c15U) & (k->n_slots - 1);
}

static void
insert_slot(struct keys *k, size_t index)
{
	size_t s = slot_of(k, &k->stack[index]);

	while (k->slots[s] != 0)
		s = (s + 1) & (k->n_slots - 1);
	k->slots[s] = (uint32_t)index + 1;
}

/* Room for one more key; the slots stay at most half full. */
static bool
grow(struct walk *w)
{
	struct keys *k = &w->keys;

	if (k->n < k->cap)
		return true;
	size_t cap = k->cap == 0 ? 64 : k->cap * 2;
	struct key *stack = realloc(k->stack, cap * sizeof *stack);
	if (stack == NULL)
		return err_set(w->e, ERR_LIMIT, "no memory for %zu keys", cap);
	k->stack = stack;
	uint32_t *slots = calloc(cap * 2, sizeof *slots);
	if (slots == NULL)
		return err_set(w->e, ERR_LIMIT, "no memory for %zu keys", cap);
	free(k->slots);
	k->slots = slots;
	k->cap = cap;
	k->n_slots = cap * 2;
	for (size_t i = 0; i < k->n; i++)
		insert_slot(k, i);
	return true;
}

static bool
add_key(struct walk *w, size_t owner, size_t start, size_t n)
{
	struct keys *k = &w->keys;
	struct key key = { .hash = hash_key(w, start, n), .start = start, .n = n, .owner = owner };

	if (!grow(w))
		return false;
	size_t s = slot_of(k, &key);
	for (; k->slots[s] != 0; s = (s + 1) & (k->n_slots - 1)) {
		const struct key *other = &k->stack[k->slots[s] - 1];
		if (other->hash == key.hash && other->owner == owner && same_key(w, other, &key)) {
			w->at = start;
			return wrong(w, "the key is there twice");
		}
	}
	k->stack[k->n++] = key;
	k->slots[s] = (uint32_t)k->n;
	return true;
}

/* The object ends: its keys leave, the last one first. */
static void
drop_keys(struct keys *k, size_t down_to)
{
	while (k->n > down_to) {
		size_t s = slot_of(k, &k->stack[k->n - 1]);
		while (k->slots[s] != k->n)
			s = (s + 1) & (k->n_slots - 1);
		k->slots[s] = 0;
		k->n--;
	}
}

static bool
count_token(struct walk *w)
{
	if (++w->tokens > w->limits.max_tokens)
		return err_set(w->e, ERR_LIMIT, "JSON, byte %zu: over %zu values", w->at, w->limits.max_tokens);
	return true;
}

static bool
check_word(struct walk *w, struct str word)
{
	struct str rest = { .p = (const char *)w->p + w->at, .n = w->n - w->at };

	if (!str_starts(rest, word))
		return wrong(w, "not a value");
	w->at += word.n;
	return true;
}

static bool
check_scalar(struct walk *w)
{
	size_t start = 0, n = 0;

	if (w->at >= w->n)
		return wrong(w, "a value is missing");
	switch (w->p[w->at]) {
	case '"':
		w->at++;
		w->any_escape = w->limits.any_escape;
		return check_string(w, &start, &n);
	case 't':
		return check_word(w, STR("true"));
	case 'f':
		return check_word(w, STR("false"));
	case 'n':
		return check_word(w, STR("null"));
	default:
		return check_number(w);
	}
}

/* "key": of the object that began at `owner`. */
static bool
check_key(struct walk *w, size_t owner)
{
	size_t start = 0, n = 0;

	skip_space(w);
	if (!count_token(w))
		return false;
	if (!take(w, '"'))
		return wrong(w, "a key in double quotes is missing");
	w->any_escape = false;
	if (!check_string(w, &start, &n) || !add_key(w, owner, start, n))
		return false;
	skip_space(w);
	return take(w, ':') || wrong(w, "a colon is missing");
}

/* Opens containers as long as one starts here, then takes the scalar (or the empty container) inside. */
static bool
check_value(struct walk *w, struct open *stack, size_t *depth)
{
	for (;;) {
		skip_space(w);
		if (!count_token(w))
			return false;
		bool object = w->at < w->n && w->p[w->at] == '{';
		if (!object && !(w->at < w->n && w->p[w->at] == '['))
			return check_scalar(w);
		if (*depth >= w->limits.max_depth || *depth >= DEPTH_MAX)
			return err_set(w->e, ERR_LIMIT, "JSON, byte %zu: nested too deep", w->at);
		struct open *o = &stack[(*depth)++];
		*o = (struct open){ .object = object, .began = w->at, .n_keys = w->keys.n };
		w->at++;
		skip_space(w);
		if (w->at < w->n && w->p[w->at] == (object ? '}' : ']'))
			return true; /* empty; after_value() closes it */
		if (object && !check_key(w, o->began))
			return false;
	}
}

/* Behind a value: closes what ends here, or steps over a comma to the next value. */
static bool
after_value(struct walk *w, struct open *stack, size_t *depth)
{
	while (*depth > 0) {
		struct open *o = &stack[*depth - 1];
		skip_space(w);
		if (take(w, o->object ? '}' : ']')) {
			drop_keys(&w->keys, o->n_keys);
			(*depth)--;
			continue;
		}
		if (!take(w, ','))
			return wrong(w, o->object ? "a comma or } is missing" : "a comma or ] is missing");
		return !o->object || check_key(w, o->began);
	}
	return true;
}

static bool
check_document(struct walk *w)
{
	struct open stack[DEPTH_MAX];
	size_t depth = 0;

	do {
		if (!check_value(w, stack, &depth) || !after_value(w, stack, &depth))
			return false;
	} while (depth > 0);
	skip_space(w);
	return w->at == w->n || wrong(w, "something stands behind the document");
}

bool
json_check(struct str text, const struct json_limits *limits, struct err *e)
{
	struct walk w = { .p = (const unsigned char *)text.p, .n = text.n, .limits = *limits, .e = e };
	static struct keys kept; /* its room serves the next document; a batch of events is a hundred small ones */
	static uint64_t seed;

	/* A hash that nobody outside can foresee; without one, keys could be chosen to collide. */
	if (seed == 0 && getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
		seed = (uint64_t)clock_mono_ms() | 1;
	if (text.n > UINT32_MAX)
		return err_set(e, ERR_LIMIT, "JSON of %zu bytes", text.n);
	w.keys = kept;
	w.keys.seed = seed;
	bool ok = check_document(&w);
	drop_keys(&w.keys, 0);
	kept = w.keys;
	if (kept.cap > KEPT_KEYS_MAX) {
		free(kept.stack);
		free(kept.slots);
		kept = (struct keys){ .n = 0 };
	}
	return ok;
}
