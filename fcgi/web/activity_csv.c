/* activity_csv.c - the list as a file: every line that the filters leave, read page by page. */
#include "base/arena.h"
#include "base/csv.h"
#include "core/date.h"
#include "web/activity_filter.h"
#include "web/activity_json.h"
#include "web/handlers.h"
#include "web/words.h"

static const char *const heads[] = { "Received (UTC)", "Outcome", "Result", "Reason code", "What to do", "Object",
	"Record ID", "Name", "Event", "Property", "Value", "OrderId", "Conversion state", "Attempts", "Action ID",
	"Partner ID", "Partner", "Amount", "Payout", "Currency", "Action state", "Locks on (UTC)", "Paid on (UTC)",
	"Activity number" };

struct listing {
	struct web_request rq; /* a copy: its arena is the piece's */
	struct activity_filter filter;
	bool begun;
};

static void
time_cell(struct csv *c, struct arena *a, int64_t ms)
{
	csv_text(c, ms > 0 ? date_iso(a, ms) : STR(""));
}

static void
write_line(struct csv *line, struct buf *out, struct arena *a, const struct activity_row *row)
{
	const struct activity_conversion *c = &row->conversion;
	bool own = str_eq(row->decision, STR("CONVERSION"));

	csv_line_begin(line, out);
	time_cell(line, a, row->received_ms);
	csv_text(line, row->outcome);
	csv_text(line, words_sentence(a, row));
	csv_text(line, words_code(row));
	csv_text(line, words_advice(row));
	csv_text(line, row->object_type);
	csv_text(line, row->object_id);
	csv_text(line, row->name);
	csv_text(line, row->kind);
	csv_text(line, row->property);
	csv_text(line, row->value);
	csv_text(line, c->order_id);
	csv_text(line, own ? c->state : STR(""));
	csv_int(line, own ? c->attempts : 0);
	csv_text(line, own ? c->action_id : STR(""));
	csv_text(line, own ? c->partner_id : STR(""));
	csv_text(line, own ? c->partner_name : STR(""));
	csv_number(line, own ? c->amount : STR(""));
	csv_number(line, own ? c->payout : STR(""));
	csv_text(line, own ? c->currency : STR(""));
	csv_text(line, own ? c->action_state : STR(""));
	time_cell(line, a, own ? c->locking_ms : 0);
	time_cell(line, a, own ? c->cleared_ms : 0);
	csv_int(line, row->decision_id);
	csv_line_end(line);
}

static bool
produce(void *arg, struct arena *a, struct str *piece, bool *last, struct err *e)
{
	struct listing *l = arg;
	struct activity_row *rows;
	struct csv line;
	struct buf b;
	size_t n;

	if (!activity_list(l->rq.parts->db, a, l->rq.tenant_id, &l->filter, &rows, &n, e))
		return false;
	buf_init(&b, a, WEB_PIECE_MAX / 2);
	if (!l->begun) {
		buf_add(&b, STR(CSV_MARK));
		csv_line_begin(&line, &b);
		for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
			csv_text(&line, str_from(heads[i]));
		csv_line_end(&line);
	}
	l->begun = true;
	for (size_t i = 0; i < n; i++)
		write_line(&line, &b, a, &rows[i]);
	*last = (int64_t)n < l->filter.limit;
	if (n > 0) {
		l->filter.before_ms = rows[n - 1].received_ms;
		l->filter.before = rows[n - 1].decision_id;
	}
	return buf_done(&b, piece, e);
}

bool
activity_download(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct listing *l = arena_alloc(rq->arena, sizeof(*l));
	struct web_file *file = arena_alloc(rq->arena, sizeof(*file));

	*l = (struct listing){ .rq = *rq };
	if (!activity_filter_read(rq, &l->filter, e))
		return false;
	l->filter.limit = ACTIVITY_PAGE_MAX;
	*file = (struct web_file){ .name = str_printf(rq->arena, "activity-%lld.csv", (long long)rq->tenant_id),
		.content_type = "text/csv; charset=utf-8",
		.produce = produce,
		.arg = l };
	rp->file = file;
	return true;
}
