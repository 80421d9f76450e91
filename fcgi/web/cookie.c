/* cookie.c - see cookie.h. */
#include "web/cookie.h"

#include "store/session.h"

static bool
is_https(struct str public_url)
{
	return str_starts(public_url, STR("https://"));
}

struct str
cookie_origin(struct str url)
{
	size_t host = str_find(url, STR("://")) + 3;
	struct str rest = str_slice(url, host, url.n);

	return str_slice(url, 0, host + str_find_char(rest, '/'));
}

/* "8080" of http://localhost:8080; "80" when none is said. */
static struct str
port_of(struct str public_url)
{
	struct str origin = cookie_origin(public_url),
	           host = str_slice(origin, str_find(origin, STR("://")) + 3, origin.n);
	size_t colon = str_find_char(host, ':');

	return colon < host.n ? str_slice(host, colon + 1, host.n) : STR("80");
}

struct str
cookie_name(struct arena *a, struct str public_url, enum cookie which)
{
	const char *name = which == COOKIE_SESSION ? "connector" : "connector-login";

	if (is_https(public_url))
		return str_printf(a, "__Host-%s", name);
	return str_printf(a, "%s-" STR_FMT, name, STR_ARG(port_of(public_url)));
}

static bool
is_ours(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
		        c == '_'))
			return false;
	}
	return s.n == SESSION_ID_LENGTH;
}

bool
cookie_value(struct str header, struct str name, struct str *value)
{
	struct str pair;
	bool found = false;

	while (str_cut(&header, ';', &pair)) {
		size_t eq;

		pair = str_trim(pair);
		eq = str_find_char(pair, '=');
		if (eq == pair.n || !str_eq(str_slice(pair, 0, eq), name))
			continue;
		if (found)
			return false;
		found = true;
		*value = str_slice(pair, eq + 1, pair.n);
	}
	return found && is_ours(*value);
}

struct str
cookie_set(struct arena *a, struct str public_url, enum cookie which, struct str value, int64_t max_age_s)
{
	struct str age = max_age_s < 0 ? STR("") : str_printf(a, "; Max-Age=%lld", (long long)max_age_s);

	return str_printf(a, STR_FMT "=" STR_FMT "; Path=/; HttpOnly; SameSite=Lax%s" STR_FMT,
	    STR_ARG(cookie_name(a, public_url, which)), STR_ARG(value), is_https(public_url) ? "; Secure" : "",
	    STR_ARG(age));
}
