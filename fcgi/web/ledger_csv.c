/* ledger_csv.c - all conversions of an account as a file, read page by page. */
#include "base/arena.h"
#include "base/csv.h"
#include "core/date.h"
#include "store/ledger.h"
#include "store/tenant.h"
#include "web/handlers.h"

static const char *const heads[] = { "Conversion", "Made (UTC)", "Event date (UTC)", "State", "Code", "Message",
	"Program", "Event type", "OrderId", "CustomerId", "Object", "Record ID", "Amount", "Payout", "Currency",
	"Action ID", "Action state", "Partner ID", "Partner", "Accepted (UTC)", "Ended (UTC)", "Locks on (UTC)",
	"Paid on (UTC)", "Attempts", "Body revision" };

struct listing {
	struct db *db;
	int64_t tenant_id, after;
};

static void
time_cell(struct csv *c, struct arena *a, int64_t ms)
{
	csv_text(c, ms > 0 ? date_iso(a, ms) : STR(""));
}

static void
write_line(struct buf *out, struct arena *a, const struct ledger_row *r)
{
	const struct str texts[] = { r->state, r->code, r->message, r->program_id, r->event_type, r->order_id,
		r->customer_id, r->object_type, r->object_id };
	const struct str action[] = { r->currency, r->action_id, r->action_state, r->partner_id, r->partner_name };
	struct csv c;

	csv_line_begin(&c, out);
	csv_int(&c, r->conversion_id);
	time_cell(&c, a, r->created_ms);
	time_cell(&c, a, r->event_ms);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		csv_text(&c, texts[i]);
	csv_number(&c, r->amount);
	csv_number(&c, r->payout);
	for (size_t i = 0; i < sizeof(action) / sizeof(action[0]); i++)
		csv_text(&c, action[i]);
	time_cell(&c, a, r->accepted_ms);
	time_cell(&c, a, r->ended_ms);
	time_cell(&c, a, r->locking_ms);
	time_cell(&c, a, r->cleared_ms);
	csv_int(&c, r->attempts);
	csv_int(&c, r->revision);
	csv_line_end(&c);
}

static bool
produce(void *arg, struct arena *a, struct str *piece, bool *last, struct err *e)
{
	struct listing *l = arg;
	struct ledger_row *rows;
	struct csv c;
	struct buf b;
	size_t n;

	if (!ledger_page(l->db, a, l->tenant_id, l->after, &rows, &n, e))
		return false;
	buf_init(&b, a, WEB_PIECE_MAX / 4);
	if (l->after == 0) {
		buf_add(&b, STR(CSV_MARK));
		csv_line_begin(&c, &b);
		for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
			csv_text(&c, str_from(heads[i]));
		csv_line_end(&c);
	}
	for (size_t i = 0; i < n; i++)
		write_line(&b, a, &rows[i]);
	*last = n < LEDGER_PAGE;
	if (n > 0)
		l->after = rows[n - 1].conversion_id;
	return buf_done(&b, piece, e);
}

bool
ledger_download(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct listing *l = arena_alloc(rq->arena, sizeof(*l));
	struct tenant t;

	if (!web_query(rq, NULL, 0, NULL, e) || !tenant_load(rq->parts->db, rq->arena, rq->tenant_id, &t, e))
		return false;
	*l = (struct listing){ .db = rq->parts->db, .tenant_id = rq->tenant_id };
	rp->file = arena_alloc(rq->arena, sizeof(*rp->file));
	*rp->file = (struct web_file){ .name = str_printf(rq->arena, "ledger-%lld.csv", (long long)t.portal_id),
		.content_type = "text/csv; charset=utf-8",
		.produce = produce,
		.arg = l };
	return true;
}
