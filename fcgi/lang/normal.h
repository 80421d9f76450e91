/* normal.h - values in the form that impact.com takes: UTC dates, plain numbers, hashed e-mail addresses (C-09). */
#ifndef LANG_NORMAL_H
#define LANG_NORMAL_H

#include "core/catalogue.h"

struct normal_options {
	bool email_sha256;   /* else SHA-1 */
	struct str currency; /* of the order; empty when unknown */
	struct str time_zone; /* of dates that name no offset */
};

/*
 * A value that cannot be brought into form comes back as it is: the check names it.  Amounts get the
 * currency's decimal places, two at most (impact.md 2.3).  False with a sentence when the time zone of a date is
 * needed and not known.
 */
bool normal_value(struct arena *a, const struct catalogue_field *field, const struct normal_options *options,
    struct str value, struct str *out, struct err *e) CC_MUST_USE;
/* Whether an e-mail address stands anywhere in the text. */
bool normal_has_email(struct str s);
/* Whether the text is one address and nothing else. */
bool normal_is_email(struct str s);
/* Trimmed, lower-cased, hashed. */
struct str normal_email_hash(struct arena *a, const struct normal_options *options, struct str address);

#endif
