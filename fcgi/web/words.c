/* words.c - see words.h. */
#include "web/words.h"

#include "base/arena.h"
#include "core/date.h"
#include "core/effect.h"
#include "core/event.h"
#include "core/state.h"
#include "core/verdict.h"

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
	"Dec" };

struct str
words_date(struct arena *a, int64_t ms)
{
	struct str iso = date_iso(a, ms); /* 2027-01-12T... */
	int64_t month = 1, day = 1;

	if (!str_to_int(str_slice(iso, 5, 7), 1, 12, &month) || !str_to_int(str_slice(iso, 8, 10), 1, 31, &day))
		return iso;
	return str_printf(a, "%lld %s " STR_FMT, (long long)day, months[month - 1], STR_ARG(str_slice(iso, 0, 4)));
}

static bool
is_conversion(const struct activity_row *row)
{
	return str_eq(row->decision, STR("CONVERSION")) && row->conversion.conversion_id != 0;
}

struct str
words_code(const struct activity_row *row)
{
	const struct activity_conversion *c = &row->conversion;

	if (!is_conversion(row))
		return row->code;
	if (c->code.n > 0)
		return verdict_code(c->code);
	if (str_eq(c->state, STR("UNKNOWN")))
		return STR("no_answer");
	if (str_eq(c->action_state, STR("REVERSED")))
		return c->action_detail.n > 0 ? c->action_detail : STR("REJECTED");
	return STR("");
}

struct str
words_advice(const struct activity_row *row)
{
	struct str code = words_code(row);

	return code.n == 0 ? STR("") : str_from(verdict_find(code)->advice);
}

struct str
words_fix(const struct activity_row *row)
{
	struct str code = words_code(row);

	return code.n == 0 ? STR("") : str_from(verdict_find(code)->fix);
}

/* " 42.00 USD" behind a word, when there is an amount. */
static struct str
amount(struct arena *a, const char *word, struct str value, struct str currency)
{
	if (value.n == 0)
		return STR("");
	return str_printf(a, ", %s " STR_FMT "%s" STR_FMT, word, STR_ARG(value), currency.n > 0 ? " " : "",
	    STR_ARG(currency));
}

static struct str
credited(struct arena *a, const struct activity_conversion *c)
{
	struct str who = c->partner_name.n > 0 ? c->partner_name : c->partner_id;
	struct str when = STR("");

	if (c->cleared_ms > 0)
		when = str_printf(a, ", paid out " STR_FMT, STR_ARG(words_date(a, c->cleared_ms)));
	else if (c->locking_ms > 0)
		when = str_printf(a, ", locks " STR_FMT, STR_ARG(words_date(a, c->locking_ms)));
	if (who.n == 0)
		who = STR("a partner");
	if (str_eq(c->action_state, STR("TEST")))
		return str_printf(a,
		    "impact.com made a test action of it%s" STR_FMT
		    ". It pays nothing; approve or reject it there under Engage > Transactions > Test Actions.",
		    c->partner_id.n > 0 ? " for partner " : "", STR_ARG(c->partner_id));
	return str_printf(a, "Credited to " STR_FMT STR_FMT STR_FMT ".", STR_ARG(who),
	    STR_ARG(amount(a, "payout", c->payout, c->currency)), STR_ARG(when));
}

static struct str
of_conversion(struct arena *a, const struct activity_row *row)
{
	const struct activity_conversion *c = &row->conversion;
	struct str code = words_code(row);
	enum state state;

	if (!state_parse(c->state, &state))
		return STR("");
	if (code.n > 0)
		return str_from(verdict_find(code)->sentence);
	switch (state) {
	case STATE_READY:
		return STR("Ready to be sent.");
	case STATE_SENDING:
		return STR("Being sent to impact.com.");
	case STATE_ACCEPTED:
		return STR("impact.com has accepted it; its verdict is awaited.");
	case STATE_CONFIRMED:
		return credited(a, c);
	case STATE_REJECTED:
		return STR("impact.com did not take this conversion.");
	case STATE_HELD:
		return str_from(verdict_find(STR("held_other_order"))->sentence);
	case STATE_PARKED:
		return STR("Waits until sending is possible again.");
	case STATE_SHADOW:
		return STR("Built, not sent: the trigger only watches.");
	case STATE_DEAD:
		return STR("Sent twice without an answer. Whether it arrived is not known.");
	case STATE_ERASED:
		return STR("Erased.");
	case STATE_UNKNOWN:
	case STATE__COUNT:
		break;
	}
	return STR("");
}

struct str
words_sentence(struct arena *a, const struct activity_row *row)
{
	if (is_conversion(row) && str_starts(row->conversion.order_id, STR(EFFECT_TEST_PREFIX)))
		return str_printf(a, "Test: " STR_FMT, STR_ARG(of_conversion(a, row)));
	if (is_conversion(row))
		return of_conversion(a, row);
	if (row->code.n == 0)
		return STR("Waiting to be decided.");
	/* These name what they are about: each object type has its own consent (C-12, C-16). */
	if (str_eq(row->code, STR("no_consent")) && row->object_type.n > 0)
		return str_printf(a, "No consent for " STR_FMT ".", STR_ARG(row->object_type));
	if (str_eq(row->code, STR("no_contact")) && row->object_type.n > 0)
		return str_printf(a, "No contact on the " STR_FMT " yet.",
		    STR_ARG(event_object_singular(row->object_type)));
	return str_from(verdict_find(row->code)->sentence);
}
