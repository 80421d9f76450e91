#include "io/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libconfig.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/enc.h"

#define CONF_MAX_BYTES   ((size_t)256 * 1024)
#define FAULTS_MAX_BYTES ((size_t)64 * 1024)

/* The faults found so far; the first is also told in *e. */
struct faults {
	const char *path;
	struct buf text;
	struct err *first;
	size_t n;
};

static void
add_fault(struct faults *f, unsigned line, const char *what)
{
	if (f->n++ == 0)
		(void)err_set(f->first, ERR_INVALID, "%s:%u: %s", f->path, line, what);
	buf_addf(&f->text, "%s:%u: %s\n", f->path, line, what);
}

static bool
read_all(int fd, char *p, size_t n, size_t *got)
{
	for (*got = 0; *got < n;) {
		ssize_t rc = read(fd, p + *got, n - *got);
		if (rc < 0 && errno == EINTR)
			continue;
		if (rc < 0)
			return false;
		if (rc == 0)
			return true;
		*got += (size_t)rc;
	}
	return true;
}

/* Opens, looks at what was opened (not at the name a second time), reads. */
static bool
read_file(struct arena *a, const char *path, size_t max, bool secret, struct str *out, struct err *e)
{
	struct stat st;
	size_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
	bool ok;
	if (fstat(fd, &st) != 0) {
		ok = err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		ok = err_set(e, ERR_INVALID, "%s: is not a file", path);
	} else if (secret && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		ok = err_set(e, ERR_DENIED, "%s: holds secrets but others than its owner may use it; chmod 600", path);
	} else if (st.st_size < 0 || (uint64_t)st.st_size > max) {
		ok = err_set(e, ERR_LIMIT, "%s: is longer than %zu bytes", path, max);
	} else {
		char *p = arena_alloc(a, (size_t)st.st_size + 1);
		ok = read_all(fd, p, (size_t)st.st_size, &n) || err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
		*out = (struct str){ .p = p, .n = n };
	}
	(void)close(fd);
	return ok;
}

bool
conf_read_file(struct arena *a, const char *path, size_t max, struct str *out, struct err *e)
{
	return read_file(a, path, max, false, out, e);
}

/* A walk over the text of a configuration, for what libconfig does not tell. */
struct scan {
	struct str text;
	size_t at;
	unsigned line;
	struct faults *faults;
};

static char
peek(const struct scan *s, size_t ahead)
{
	return s->at + ahead < s->text.n ? s->text.p[s->at + ahead] : '\0';
}

static void
advance(struct scan *s, size_t n)
{
	for (; n > 0 && s->at < s->text.n; n--)
		s->line += s->text.p[s->at++] == '\n' ? 1 : 0;
}

/* Over a text in double quotes, or a comment; false when neither starts here. */
static bool
skip_text(struct scan *s)
{
	const char *end = "\n";

	if (peek(s, 0) == '"') {
		advance(s, 1);
		while (s->at < s->text.n && peek(s, 0) != '"')
			advance(s, peek(s, 0) == '\\' ? 2 : 1);
		advance(s, 1);
		return true;
	}
	if (peek(s, 0) == '/' && peek(s, 1) == '*') {
		end = "*/";
		advance(s, 2);
	} else if (peek(s, 0) != '#' && !(peek(s, 0) == '/' && peek(s, 1) == '/')) {
		return false;
	}
	while (s->at < s->text.n && !str_starts(str_slice(s->text, s->at, s->text.n), str_from(end)))
		advance(s, 1);
	return true;
}

static bool
is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
}

/* libconfig 1.5 cuts a number to 32 bits, or to 64 when an L stands behind it, without a word (F-158). */
static void
check_number(struct scan *s, struct str word)
{
	bool hex = str_starts(word, STR("0x")) || str_starts(word, STR("0X"));
	bool wide = str_ends(word, STR("L"));
	struct str digits = str_slice(word, hex ? 2 : 0, word.n);
	int64_t ignored;

	while (str_ends(digits, STR("L")))
		digits.n--;
	while (digits.n > 1 && digits.p[0] == '0')
		digits = str_slice(digits, 1, digits.n);
	bool fits = hex ? digits.n <= (wide ? 15 : 7) : str_to_int(digits, 0, wide ? INT64_MAX : INT32_MAX, &ignored);
	/* Real numbers and malformed ones are refused later, by their type. */
	bool number = hex || str_to_int(str_slice(digits, 0, 1), 0, 9, &ignored);
	for (size_t i = 0; i < digits.n && !hex; i++)
		number = number && digits.p[i] >= '0' && digits.p[i] <= '9';
	if (number && !fits)
		add_fault(s->faults, s->line,
		    wide ? "a whole number is too big"
		         : "a whole number over 2147483647 is written with an L behind it");
}

/* libconfig would also read other files for @include, and cuts its input at a NUL. */
static bool
check_text(struct faults *f, struct str text)
{
	struct scan s = { .text = text, .line = 1, .faults = f };

	while (s.at < text.n) {
		char c = peek(&s, 0);
		if (skip_text(&s))
			continue;
		if (c == '@')
			add_fault(f, s.line, "@include is not allowed");
		if (c == '\0')
			add_fault(f, s.line, "a NUL byte");
		size_t n = 0;
		while (is_word(peek(&s, n)))
			n++;
		if (c >= '0' && c <= '9')
			check_number(&s, str_slice(text, s.at, s.at + n));
		advance(&s, n == 0 ? 1 : n);
	}
	if (str_find_char(text, '\0') < text.n && f->n == 0)
		add_fault(f, 1, "a NUL byte");
	return f->n == 0;
}

/* The value as text, when its type is the one the key wants. */
static bool
value_text(struct arena *a, const config_setting_t *c, enum settings_type wanted, struct str *out)
{
	switch (config_setting_type(c)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		*out = str_printf(a, "%lld", config_setting_get_int64(c));
		return wanted == SETTINGS_INT;
	case CONFIG_TYPE_BOOL:
		*out = config_setting_get_bool(c) != 0 ? STR("true") : STR("false");
		return wanted == SETTINGS_BOOL;
	case CONFIG_TYPE_STRING:
		*out = str_from(config_setting_get_string(c));
		return wanted != SETTINGS_INT && wanted != SETTINGS_BOOL;
	default:
		return false;
	}
}

static const char *
type_name(enum settings_type type)
{
	switch (type) {
	case SETTINGS_INT:
		return "a whole number";
	case SETTINGS_BOOL:
		return "true or false";
	case SETTINGS_STRING:
	case SETTINGS_URL:
	case SETTINGS_RELAY:
	case SETTINGS_SECRET:
	case SETTINGS_PLAN:
	case SETTINGS_LEVEL:
		break;
	}
	return "a text in double quotes";
}

static void
read_setting(struct arena *a, const config_setting_t *c, struct settings *out, struct faults *f, bool *given)
{
	unsigned line = (unsigned)config_setting_source_line(c);
	const char *name = config_setting_name(c);
	const struct settings_key *key = settings_find(str_from(name));
	struct err e;
	struct str text;
	char what[200];

	if (key == NULL) {
		(void)snprintf(what, sizeof what, "%.100s: there is no such key", name);
		add_fault(f, line, what);
		return;
	}
	given[key - settings_table] = true;
	if (!value_text(a, c, key->type, &text)) {
		(void)snprintf(what, sizeof what, "%s: must be %s", name, type_name(key->type));
		add_fault(f, line, what);
	} else if (!settings_set(out, a, key, text, &e)) {
		add_fault(f, line, e.text);
	}
}

static void
read_settings(struct arena *a, const config_t *config, struct settings *out, struct faults *f)
{
	const config_setting_t *root = config_root_setting(config);
	bool *given = arena_array(a, settings_table_n, sizeof *given);
	int n = config_setting_length(root);
	char what[200];

	for (int i = 0; i < n; i++)
		read_setting(a, config_setting_get_elem(root, (unsigned)i), out, f, given);
	for (size_t i = 0; i < settings_table_n; i++) {
		if (settings_table[i].fallback != NULL || given[i])
			continue;
		(void)snprintf(what, sizeof what, "%s: must be given (%s)", settings_table[i].name,
		    settings_table[i].help);
		add_fault(f, 1, what);
	}
}

bool
conf_load(struct arena *a, const char *path, struct settings *out, struct str *faults, struct err *e)
{
	struct faults f = { .path = path, .first = e };
	struct str text = STR("");
	struct err ignored;
	config_t config;

	*faults = STR("");
	memset(out, 0, sizeof *out);
	settings_defaults(out, a);
	if (!read_file(a, path, CONF_MAX_BYTES, true, &text, e)) {
		*faults = str_printf(a, "%s\n", e->text);
		return false;
	}
	buf_init(&f.text, a, FAULTS_MAX_BYTES);
	if (check_text(&f, text)) {
		config_init(&config);
		if (config_read_string(&config, text.p) != CONFIG_TRUE)
			add_fault(&f, (unsigned)config_error_line(&config), config_error_text(&config));
		else
			read_settings(a, &config, out, &f);
		config_destroy(&config);
	}
	if (!buf_done(&f.text, faults, &ignored))
		*faults = str_from(e->text);
	return f.n == 0;
}

bool
conf_master_key(struct arena *a, const char *path, struct secret *out, struct err *e)
{
	struct str text = STR(""), bytes = STR("");

	if (!read_file(a, path, 200, true, &text, e))
		return false;
	struct secret wiped = secret_copy(a, str_trim(text));
	struct str hex = secret_reveal(&wiped);
	bool ok = hex.n == 64 && enc_unhex(a, hex, &bytes);
	if (ok) {
		*out = secret_copy(a, bytes);
		secret_wipe((void *)(uintptr_t)bytes.p, bytes.n);
	}
	secret_wipe((void *)(uintptr_t)text.p, text.n);
	return ok || err_set(e, ERR_INVALID, "%s: must be 64 hex digits", path);
}
