/* dates.c - dates in expressions and conditions: what a value says, in which zone. */
#include "core/date.h"
#include "core/zone.h"
#include "lang/functions.h"

struct str
lang_account_zone(const struct lang_run *run)
{
	struct str zone = { 0 };
	struct err ignored = { 0 };

	return run->lookup(run->arg, STR("account.timeZone"), 0, &zone, &ignored) ? str_trim(zone) : (struct str){ 0 };
}

bool
lang_date(struct str s, struct str zone, int64_t *ms, struct err *e)
{
	const struct zone *z;
	bool local;

	if (!date_parse_local(str_trim(s), ms, &local, e))
		return err_set(e, ERR_INVALID, "the value is no date");
	if (!local)
		return true;
	if (!zone_find(zone, &z, e))
		return false;
	*ms = zone_moment_ms(z, *ms);
	return *ms >= 0 || err_set(e, ERR_INVALID, "the value is no date");
}

bool
lang_apply_date(const struct lang_run *run, const struct lang_call *call, struct str in, struct str *out, struct err *e)
{
	struct str format = call->n_args > 0 ? call->args[0].text : (struct str){ 0 };
	struct str zone = call->n_args > 1 ? str_trim(call->args[1].text) : (struct str){ 0 };
	const struct zone *z;
	int64_t ms;

	if (zone.n == 0)
		zone = lang_account_zone(run);
	if (!lang_date(in, zone, &ms, e))
		return false;
	if (format.n == 0) {
		*out = date_iso(run->arena, ms);
		return true;
	}
	return zone_find(zone, &z, e) && date_format(run->arena, ms, zone_offset_ms(z, ms), format, out, e);
}

const char *
lang_check_date(struct arena *a, const struct lang_call *call)
{
	const struct zone *z;
	struct err e = { 0 };
	struct str s;

	if (call->n_args > 0 &&
	    (!date_format(a, 0, 0, call->args[0].text, &s, &e) || (call->args[0].text.n == 0 && call->n_args == 1)))
		return "needs a format of %Y %m %d %H %M %S %y %j %z %%";
	if (call->n_args > 1 && !zone_find(str_trim(call->args[1].text), &z, &e))
		return str_printf(a, "needs a time zone such as Europe/Berlin: %s", e.text).p;
	return NULL;
}

bool
lang_writes_local_date(const struct lang *l)
{
	for (size_t i = 0; i < l->n_parts; i++) {
		for (size_t k = 0; k < l->parts[i].n_calls; k++) {
			const struct lang_call *call = &l->parts[i].calls[k];

			if (strcmp(lang_function_name(call->function), "date") == 0 && call->n_args > 1 &&
			    call->args[0].text.n > 0 && str_find(call->args[0].text, STR("%z")) == call->args[0].text.n)
				return true;
		}
	}
	return false;
}
