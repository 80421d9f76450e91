/*
 * signature.h - prove that a webhook was sent by the holder of the app's client secret.
 * Algorithms: hubspot.md 2.5; v3 is the default, v1 and v2 have no replay protection and are refused unless configured.
 */
#ifndef CORE_SIGNATURE_H
#define CORE_SIGNATURE_H

#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

/* One received webhook as the wire gave it to us.  Nothing is owned. */
struct signature_input {
	struct str method; /* upper case */
	struct str url;    /* the configured public URL + raw request target */
	struct str body;
	struct str v3;        /* X-HubSpot-Signature-v3 */
	struct str timestamp; /* X-HubSpot-Request-Timestamp, 13 digits, ms */
	struct str old;       /* X-HubSpot-Signature */
	struct str version;   /* X-HubSpot-Signature-Version */
};

struct signature_rules {
	const struct secret *secret;   /* current */
	const struct secret *previous; /* NULL, or the one before (rotation) */
	struct str versions;           /* "v3", or "v3 v2 v1" */
	int64_t window_ms;
};

/*
 * True when it was signed with one of the secrets within the window around now_ms.  ERR_DENIED otherwise;
 * the text repeats neither secret nor expected value.  Constant time in secret and header contents.
 */
bool signature_check(const struct signature_input *in, const struct signature_rules *rules, int64_t now_ms,
    struct arena *a, struct err *e) CC_MUST_USE;

#endif
