/* cookie.h - the two cookies of the site: the session, and before it the browser that began a log-in. */
#ifndef WEB_COOKIE_H
#define WEB_COOKIE_H

#include "base/str.h"

enum cookie {
	COOKIE_SESSION,
	COOKIE_LOGIN
};

/*
 * "__Host-connector" on https; on plain-http localhost a name without prefix that carries the port, because
 * cookies do not know ports and two checkouts run side by side.
 */
struct str cookie_name(struct arena *a, struct str public_url, enum cookie which);
/*
 * Its value in a Cookie header.  False when it is missing, given twice, or no 43 characters of base64url: a
 * value of another shape was not made by us.
 */
bool cookie_value(struct str header, struct str name, struct str *value);
/* A whole Set-Cookie value.  max_age_s 0 ends the cookie; negative: as long as the browser runs. */
struct str cookie_set(struct arena *a, struct str public_url, enum cookie which, struct str value, int64_t max_age_s);
/* Scheme, host and port of a URL, as browsers write an Origin. */
struct str cookie_origin(struct str url);

#endif
