/* decimal.h - exact decimal numbers as text; never doubles.  At most 18 digits before and 9 behind the point. */
#ifndef CORE_DECIMAL_H
#define CORE_DECIMAL_H

#include "base/err.h"
#include "base/str.h"

__extension__ typedef __int128 decimal_units;

struct decimal {
	decimal_units units; /* value * 10^9 */
};

/* "-12.50"; no exponent, no grouping, no plus sign; digits on both sides of a point. */
bool decimal_parse(struct str s, struct decimal *out, struct err *e) CC_MUST_USE;
/* Rounded half away from zero to `places` (0..9) digits, all of them written. */
struct str decimal_write(struct arena *a, struct decimal d, int places);
/* The shortest exact form. */
struct str decimal_write_short(struct arena *a, struct decimal d);
int decimal_cmp(struct decimal a, struct decimal b);
bool decimal_add(struct decimal a, struct decimal b, struct decimal *out);
/* Rounded half away from zero to 9 places.  All are false when the result has more than 18 digits. */
bool decimal_mul(struct decimal a, struct decimal b, struct decimal *out);
/* The same, rounded to `places` (0..9); false for a divisor of 0. */
bool decimal_div(struct decimal a, struct decimal b, int places, struct decimal *out);
/* Digits behind the point of an ISO 4217 currency (JPY 0, BHD 3); -1 when the code is unknown. */
int decimal_currency_places(struct str currency);

#endif
