/* erase.c - see erase.h. */
#include "task/erase.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "remote/hubspot_webhook.h"
#include "store/erase.h"
#include "store/quarantine.h"
#include "store/tenant.h"
#include "task/uninstall.h"

/* Between two tries to reach HubSpot. */
#define AGAIN_MS 5000
/* A turn of the worker takes no longer; the next one goes on. */
#define SLICE_MS 400
/* Of one row of the quarantine, as it is and cut. */
#define QUARANTINE_MEMORY_MAX (64UL * 1024 * 1024)

struct erase {
	struct uninstall uninstall; /* first */
	struct erasure state;
};

static bool
again_in(struct erase *x, int64_t ms)
{
	x->uninstall.token.step.again_in_ms = ms;
	return true;
}

/* How long those who were at work when it began may still need. */
static int64_t
left_ms(const struct erase *x)
{
	return (x->uninstall.token.step.parts->settings->erase_settle_s - x->state.age_s) * 1000;
}

/* Out of batches that could not be read and told no account, its part; what others have in them stays. */
static bool
cut_quarantined(struct db *db, struct arena *a, int64_t portal_id, int64_t after, int64_t *id, struct err *e)
{
	struct quarantine q;
	struct str left;

	if (!quarantine_with(db, a, str_printf(a, "%lld", (long long)portal_id), after, &q, e)) {
		*id = 0;
		return e->code == ERR_NOT_FOUND;
	}
	*id = q.id;
	left = hubspot_webhook_without(a, q.body, portal_id);
	if (left.n == 0)
		return quarantine_drop(db, q.id, e) || e->code == ERR_NOT_FOUND;
	return left.n == q.body.n || quarantine_cut(db, q.id, left, e);
}

static bool
cut_all_quarantined(const struct step *s, struct err *e)
{
	struct tenant t;
	int64_t id = 0;
	bool ok;

	if (!tenant_load(s->parts->db, s->arena, s->tenant_id, &t, e))
		return false;
	do {
		struct arena *a = arena_new(QUARANTINE_MEMORY_MAX);

		ok = cut_quarantined(s->parts->db, a, t.portal_id, id, &id, e);
		arena_free(a);
	} while (ok && id > 0);
	*e = ok ? (struct err){ .code = ERR_NONE } : *e;
	return ok;
}

static bool
delete_rows(struct erase *x, struct err *e)
{
	const struct step *s = &x->uninstall.token.step;
	int64_t until = clock_mono_ms() + SLICE_MS, n;

	if (left_ms(x) > 0)
		return again_in(x, left_ms(x));
	do {
		if (!erase_some(s->parts->db, s->tenant_id, &n, e))
			return false;
		FAULT_POINT("erase.some");
	} while (n > 0 && clock_mono_ms() < until);
	if (n > 0)
		return again_in(x, 0);
	if (!cut_all_quarantined(s, e) || !erase_end(s->parts->db, s->arena, s->tenant_id, e))
		return false;
	log_event(LOG_INFO, "erase.done", LOG_I("rows", x->state.erased));
	return again_in(x, -1);
}

static bool
uninstalled(struct step *s, struct err *e)
{
	static const char *const words[] = {
		[UNINSTALL_UNDECIDED] = "unreached",
		[UNINSTALL_DONE] = "done",
		[UNINSTALL_ALREADY] = "already",
		[UNINSTALL_UNREACHED] = "unreached",
	};
	struct erase *x = (struct erase *)s;

	if (x->uninstall.result == UNINSTALL_UNREACHED && left_ms(x) > 0)
		return again_in(x, left_ms(x) < AGAIN_MS ? left_ms(x) : AGAIN_MS);
	return erase_uninstalled(s->parts->db, s->tenant_id, str_from(words[x->uninstall.result]), e) &&
	       delete_rows(x, e);
}

static bool
begin(struct step *s, struct err *e)
{
	struct erase *x = (struct erase *)s;

	if (!erase_load(s->parts->db, s->arena, s->tenant_id, &x->state, e)) {
		if (e->code != ERR_NOT_FOUND)
			return false;
		*e = (struct err){ .code = ERR_NONE };
		return again_in(x, -1);
	}
	if (!str_eq(x->state.uninstall, STR("pending")))
		return delete_rows(x, e);
	uninstall_init(&x->uninstall, s->arena, s->parts, s->tenant_id, uninstalled);
	return s->next(s, e);
}

struct step *
erase_new(struct arena *a, const struct parts *parts, int64_t tenant_id)
{
	struct erase *x = arena_alloc(a, sizeof(*x));

	x->uninstall.token.step =
	    (struct step){ .arena = a, .parts = parts, .tenant_id = tenant_id, .next = begin, .again_in_ms = -1 };
	return &x->uninstall.token.step;
}
