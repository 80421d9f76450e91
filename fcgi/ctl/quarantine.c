/* quarantine.c - connectorctl quarantine: what came in and could not be read. */
#include "store/quarantine.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "core/date.h"
#include "ctl/command.h"

static bool
list(struct ctl *c, struct err *e)
{
	struct quarantine *rows;
	size_t n;

	if (!quarantine_list(c->db, c->arena, &rows, &n, e))
		return false;
	printf("%-8s %-8s %-26s %10s %s\n", "id", "tenant", "received", "bytes", "reason");
	for (size_t i = 0; i < n; i++)
		printf("%-8lld %-8lld %-26.*s %10lld " STR_FMT "\n", (long long)rows[i].id,
		    (long long)rows[i].tenant_id, STR_ARG(date_iso_ms(c->arena, rows[i].received_ms)),
		    (long long)rows[i].bytes, STR_ARG(rows[i].reason));
	if (n == QUARANTINE_LIST_MAX)
		printf("These are the latest %d; there may be more.\n", QUARANTINE_LIST_MAX);
	return true;
}

/* Bytes that a terminal would act on are shown as \xNN. */
static bool
print_safely(struct arena *a, struct str body, struct err *e)
{
	struct str text;
	struct buf b;

	buf_init(&b, a, body.n * 4 + 1);
	for (size_t i = 0; i < body.n; i++) {
		unsigned char byte = (unsigned char)body.p[i];

		if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte >= 0x7f)
			buf_addf(&b, "\\x%02x", byte);
		else
			buf_addc(&b, (char)byte);
	}
	if (!buf_done(&b, &text, e))
		return false;
	printf(STR_FMT "\n", STR_ARG(text));
	return true;
}

static bool
show(struct ctl *c, int64_t id, struct err *e)
{
	struct quarantine q;

	if (!quarantine_load(c->db, c->arena, id, &q, e))
		return false;
	printf("received %.*s, %lld bytes, tenant %lld\n" STR_FMT "\n\n", STR_ARG(date_iso_ms(c->arena, q.received_ms)),
	    (long long)q.bytes, (long long)q.tenant_id, STR_ARG(q.reason));
	return print_safely(c->arena, q.body, e);
}

static bool
retry(struct ctl *c, int64_t id, struct err *e)
{
	if (!quarantine_retry(c->db, c->arena, id, e))
		return false;
	printf("%lld is in the inbox again; what still cannot be read comes back here under another id.\n",
	    (long long)id);
	return true;
}

static bool
drop(struct ctl *c, int64_t id, struct err *e)
{
	if (!quarantine_drop(c->db, id, e))
		return false;
	printf("%lld is gone.\n", (long long)id);
	return true;
}

bool
ctl_quarantine(struct ctl *c, struct err *e)
{
	static const struct {
		const char *name;
		bool (*run)(struct ctl *, int64_t, struct err *);
	} verbs[] = { { "show", show }, { "retry", retry }, { "drop", drop } };
	int64_t id;

	if (c->argc == 0)
		return list(c, e);
	for (size_t i = 0; c->argc == 2 && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (!str_eq(str_from(c->argv[0]), str_from(verbs[i].name)))
			continue;
		if (!str_to_int(str_from(c->argv[1]), 1, INT64_MAX, &id))
			return err_set(e, ERR_INVALID, "\"%.40s\" is no id; the list shows the ids", c->argv[1]);
		return verbs[i].run(c, id, e);
	}
	return err_set(e, ERR_INVALID, "without arguments it lists; else show ID, retry ID or drop ID");
}
