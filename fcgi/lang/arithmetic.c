/* arithmetic.c - the functions of the mapping language that calculate; always in decimals. */
#include "core/decimal.h"
#include "lang/functions.h"

bool
lang_decimal(struct str s, struct decimal *out)
{
	struct err ignored = { 0 };
	size_t point;

	s = str_trim(s);
	point = str_find_char(s, '.');
	if (s.n > point + 10) {
		for (size_t i = point + 10; i < s.n; i++) {
			if (s.p[i] < '0' || s.p[i] > '9')
				return false;
		}
		s = str_slice(s, 0, point + 10);
	}
	return decimal_parse(s, out, &ignored);
}

bool
lang_apply_number(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out,
    struct err *e)
{
	struct decimal d;

	if (!lang_decimal(in, &d))
		return err_set(e, ERR_INVALID, "the value is no number");
	*out = call->n_args == 0 ? decimal_write_short(run->arena, d)
	                         : decimal_write(run->arena, d, (int)lang_int_arg(call, 0, 2));
	return true;
}

bool
lang_apply_round(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out,
    struct err *e)
{
	struct decimal d;

	if (!lang_decimal(in, &d) || !lang_decimal(decimal_write(run->arena, d, (int)lang_int_arg(call, 0, 0)), &d))
		return err_set(e, ERR_INVALID, "the value is no number");
	*out = decimal_write_short(run->arena, d);
	return true;
}

/* The argument as a number: itself, or the field it names.  *empty when that field has no value. */
static bool
operand(const struct lang_run *run, const struct lang_call *call, struct decimal *out, bool *empty, struct err *e)
{
	struct str name = str_trim(call->args[0].text);
	struct str value;

	*empty = false;
	*out = (struct decimal){ 0 };
	if (lang_decimal(name, out))
		return true;
	if (!lang_run_field(run, name, &value, e))
		return false;
	*empty = str_trim(value).n == 0;
	if (!*empty && !lang_decimal(value, out))
		return err_set(e, ERR_INVALID, "{" STR_FMT "} is no number", STR_ARG(str_slice(name, 0, 80)));
	return true;
}

enum operation {
	ADD,
	SUB,
	MUL,
	DIV,
	MIN,
	MAX
};

static bool
calculate(enum operation op, struct decimal by, int places, struct decimal *d)
{
	switch (op) {
	case ADD:
		return decimal_add(*d, by, d);
	case SUB:
		by.units = -by.units;
		return decimal_add(*d, by, d);
	case MUL:
		return decimal_mul(*d, by, d);
	case DIV:
		return decimal_div(*d, by, places, d);
	case MIN:
		*d = decimal_cmp(by, *d) < 0 ? by : *d;
		return true;
	case MAX:
		*d = decimal_cmp(by, *d) > 0 ? by : *d;
		return true;
	}
	return false;
}

/* A field without value: counts as 0 in a sum, does not count as a bound, and makes a product empty. */
static bool
arithmetic(enum operation op, const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out,
    struct err *e)
{
	struct decimal d;
	struct decimal by;
	bool empty;

	if (!lang_decimal(in, &d))
		return err_set(e, ERR_INVALID, "the value is no number");
	if (!operand(run, call, &by, &empty, e))
		return false;
	*out = (struct str){ 0 };
	if (empty && (op == MUL || op == DIV))
		return true;
	if (op == DIV && by.units == 0)
		return err_set(e, ERR_INVALID, "nothing can be divided by 0");
	if (!(empty && (op == MIN || op == MAX)) && !calculate(op, by, (int)lang_int_arg(call, 1, 2), &d))
		return err_set(e, ERR_INVALID, "the result has more than 18 digits");
	*out = decimal_write_short(run->arena, d);
	return true;
}

bool
lang_apply_add(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	return arithmetic(ADD, run, call, in, out, e);
}

bool
lang_apply_sub(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	return arithmetic(SUB, run, call, in, out, e);
}

bool
lang_apply_mul(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	return arithmetic(MUL, run, call, in, out, e);
}

bool
lang_apply_div(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	return arithmetic(DIV, run, call, in, out, e);
}

bool
lang_apply_min(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	return arithmetic(MIN, run, call, in, out, e);
}

bool
lang_apply_max(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	return arithmetic(MAX, run, call, in, out, e);
}

bool
lang_apply_abs(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	struct decimal d;

	(void)call;
	if (!lang_decimal(in, &d))
		return err_set(e, ERR_INVALID, "the value is no number");
	d.units = d.units < 0 ? -d.units : d.units;
	*out = decimal_write_short(run->arena, d);
	return true;
}

const char *
lang_check_places(struct arena *a, const struct lang_call *call)
{
	(void)a;
	return lang_int_within(call, 0, 0, 9) ? NULL : "needs a number of decimal places from 0 to 9";
}

const char *
lang_check_div(struct arena *a, const struct lang_call *call)
{
	struct decimal by;

	(void)a;
	if (lang_decimal(call->args[0].text, &by) && by.units == 0)
		return "cannot divide by 0";
	return lang_int_within(call, 1, 0, 9) ? NULL
	                                      : "needs a number of decimal places from 0 to 9 behind the divisor";
}
