#include "core/decimal.h"

#define PLACES       9
#define DIGITS_FRONT 18

static const int64_t powers[PLACES + 1] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000 };

/* 10^27: the first value with too many digits. */
static decimal_units
limit(void)
{
	return (decimal_units)1000000000000000000 * powers[PLACES];
}

static bool
in_range(decimal_units units)
{
	return units < limit() && units > -limit();
}

/* Rounded half away from zero; `by` is above 0. */
static decimal_units
divide_rounded(decimal_units units, decimal_units by)
{
	decimal_units half = by / 2;

	return units < 0 ? -((-units + half) / by) : (units + half) / by;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The digits before the point; zeros in front do not count. */
static bool
take_front(struct str s, size_t *at, decimal_units *units, struct err *e)
{
	size_t from = *at;
	size_t digits = 0;

	for (; *at < s.n && is_digit(s.p[*at]); (*at)++) {
		digits += digits > 0 || s.p[*at] != '0';
		if (digits > DIGITS_FRONT)
			return err_set(e, ERR_INVALID, "the number has more than %d digits", DIGITS_FRONT);
		*units = *units * 10 + (s.p[*at] - '0');
	}
	return *at > from || err_set(e, ERR_INVALID, "it is no number");
}

/* The digits behind the point; zeros at the end do not count. */
static bool
take_behind(struct str s, size_t *at, decimal_units *units, struct err *e)
{
	size_t from = *at;

	for (; *at < s.n && is_digit(s.p[*at]); (*at)++) {
		size_t place = *at - from;

		if (place < PLACES)
			*units += (decimal_units)(s.p[*at] - '0') * powers[PLACES - 1 - place];
		else if (s.p[*at] != '0')
			return err_set(e, ERR_INVALID, "the number has more than %d decimal places", PLACES);
	}
	return *at > from || err_set(e, ERR_INVALID, "it is no number");
}

bool
decimal_parse(struct str s, struct decimal *out, struct err *e)
{
	bool negative = s.n > 0 && s.p[0] == '-';
	size_t at = negative ? 1 : 0;
	decimal_units units = 0;

	if (!take_front(s, &at, &units, e))
		return false;
	units *= powers[PLACES];
	if (at < s.n && s.p[at] == '.') {
		at++;
		if (!take_behind(s, &at, &units, e))
			return false;
	}
	if (at != s.n)
		return err_set(e, ERR_INVALID, "it is no number");
	out->units = negative ? -units : units;
	return true;
}

/* `count` is a value with `places` digits behind the point. */
static struct str
write_count(struct arena *a, decimal_units count, int places)
{
	bool negative = count < 0;
	int64_t step = powers[places];
	decimal_units abs = negative ? -count : count;
	long long front = (long long)(abs / step);
	long long behind = (long long)(abs % step);
	const char *sign = negative && abs != 0 ? "-" : "";

	if (places == 0)
		return str_printf(a, "%s%lld", sign, front);
	return str_printf(a, "%s%lld.%0*lld", sign, front, places, behind);
}

struct str
decimal_write(struct arena *a, struct decimal d, int places)
{
	if (places < 0)
		places = 0;
	if (places > PLACES)
		places = PLACES;
	return write_count(a, divide_rounded(d.units, powers[PLACES - places]), places);
}

struct str
decimal_write_short(struct arena *a, struct decimal d)
{
	int places = 0;

	while (places < PLACES && d.units % powers[PLACES - places] != 0)
		places++;
	return decimal_write(a, d, places);
}

int
decimal_cmp(struct decimal a, struct decimal b)
{
	return (a.units > b.units) - (a.units < b.units);
}

bool
decimal_add(struct decimal a, struct decimal b, struct decimal *out)
{
	decimal_units sum;

	if (__builtin_add_overflow(a.units, b.units, &sum) || !in_range(sum))
		return false;
	out->units = sum;
	return true;
}

bool
decimal_mul(struct decimal a, struct decimal b, struct decimal *out)
{
	decimal_units product;

	/* A product in range is below 10^36, which fits; an overflow is out of range anyway. */
	if (__builtin_mul_overflow(a.units, b.units, &product))
		return false;
	product = divide_rounded(product, powers[PLACES]);
	if (!in_range(product))
		return false;
	out->units = product;
	return true;
}

bool
decimal_div(struct decimal a, struct decimal b, int places, struct decimal *out)
{
	decimal_units quotient;

	if (b.units == 0 || places < 0 || places > PLACES)
		return false;
	if (b.units < 0) {
		a.units = -a.units;
		b.units = -b.units;
	}
	/* Below 10^36 with its nine places, so nothing overflows. */
	quotient = divide_rounded(a.units * powers[places], b.units) * powers[PLACES - places];
	if (!in_range(quotient))
		return false;
	out->units = quotient;
	return true;
}

/* ISO 4217: codes of money in use, by digits behind the point. */
static const char *const currencies[] = {
	[0] = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
	[1] = "",
	[2] = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD "
	      "CAD CDF CHE CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL "
	      "GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR "
	      "LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB "
	      "PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP "
	      "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ZWL",
	[3] = "BHD IQD JOD KWD LYD OMR TND",
	[4] = "CLF UYW",
};

int
decimal_currency_places(struct str currency)
{
	if (currency.n != 3)
		return -1;
	for (size_t places = 0; places < sizeof(currencies) / sizeof(currencies[0]); places++) {
		struct str list = str_from(currencies[places]);
		struct str code;

		while (str_cut(&list, ' ', &code)) {
			if (str_eq(code, currency))
				return (int)places;
		}
	}
	return -1;
}
