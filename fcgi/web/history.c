/* history.c - the configuration's revisions: listed, one by one, and as a file that goes out and comes in (B-11). */
#include "base/arena.h"
#include "core/config_file.h"
#include "core/date.h"
#include "store/tenant.h"
#include "web/accounts.h"
#include "web/config_json.h"
#include "web/handlers.h"

#define PAGE_DEFAULT 20
#define PAGE_MAX     100

static const struct json_limits document_limits = { .max_depth = 16, .max_tokens = 200000 };

static bool
number(struct str text, const char *name, int64_t min, int64_t max, int64_t otherwise, int64_t *out, struct err *e)
{
	*out = otherwise;
	return text.n == 0 || str_to_int(text, min, max, out) ||
	       err_set(e, ERR_INVALID, "%s must be a number from %lld to %lld", name, (long long)min, (long long)max);
}

bool
config_history(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct json *list = json_array(rq->arena);
	struct config_revision *rows;
	struct str v[2];
	int64_t before, limit;
	size_t n;

	if (!web_query(rq, WEB_NAMES("before", "limit"), v, e) ||
	    !number(v[0], "before", 1, INT32_MAX, 0, &before, e) ||
	    !number(v[1], "limit", 1, PAGE_MAX, PAGE_DEFAULT, &limit, e) ||
	    !config_list(rq->parts->db, rq->arena, rq->tenant_id, before, limit, &rows, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct json *row = json_object(rq->arena);

		json_set_int(row, "revision", rows[i].revision);
		json_set_str(row, "author", rows[i].author);
		json_set_str(row, "origin", rows[i].origin);
		json_set_str(row, "at", date_iso_ms(rq->arena, rows[i].saved_ms));
		json_push(list, row);
	}
	rp->json = json_object(rq->arena);
	json_set(rp->json, "revisions", list);
	if (n > 0 && (int64_t)n == limit && rows[n - 1].revision > 1)
		json_set_int(rp->json, "next_before", rows[n - 1].revision);
	else
		json_set(rp->json, "next_before", NULL);
	return true;
}

/* The one that the text names, or the current one when it names none. */
static bool
load_revision(struct web_request *rq, struct str text, struct config_revision *out, struct err *e)
{
	int64_t revision;

	if (text.n == 0)
		return config_current(rq->parts->db, rq->arena, rq->tenant_id, out, e);
	if (!str_to_int(text, 1, INT32_MAX, &revision))
		return err_set(e, ERR_NOT_FOUND, "There is no such revision.");
	if (config_at(rq->parts->db, rq->arena, rq->tenant_id, revision, out, e))
		return true;
	return e->code == ERR_NOT_FOUND ? err_set(e, ERR_NOT_FOUND, "There is no such revision.") : false;
}

bool
config_revision_show(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct config_revision r = { .revision = 0 };

	return web_query(rq, NULL, 0, NULL, e) && load_revision(rq, rq->params[0], &r, e) &&
	       config_json(rq->arena, &r, &rp->json, e);
}

/* A file's text: read as strictly as everything else, then checked whole. */
bool
config_file_check(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct config_file file;
	struct config_faults faults;
	struct json *from = json_object(rq->arena);
	struct str text;

	if (!web_members(rq->body, WEB_NAMES("text"), e) || !web_string(rq->body, "text", &text, e) ||
	    !config_file_read(rq->arena, text, &file, e) ||
	    !config_check(rq->arena, rq->installation, json_write(rq->arena, file.document), &faults, e))
		return false;
	json_set_int(from, "portal_id", file.portal_id);
	json_set_str(from, "name", file.name);
	json_set_int(from, "revision", file.revision);
	rp->json = json_object(rq->arena);
	json_set(rp->json, "from", from);
	json_set(rp->json, "faults", config_faults_json(rq->arena, &faults));
	json_set(rp->json, "document", json_copy(rq->arena, file.document));
	return true;
}

static bool
one_piece(void *arg, struct arena *a, struct str *piece, bool *last, struct err *e)
{
	(void)a;
	(void)e;
	*piece = *(struct str *)arg;
	*last = true;
	return true;
}

bool
config_file_download(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct arena *a = rq->arena;
	struct config_revision r = { .revision = 0 };
	struct json *document;
	struct str v[1], *text = arena_alloc(a, sizeof(*text));
	struct tenant t;

	if (!web_query(rq, WEB_NAMES("revision"), v, e) || !load_revision(rq, v[0], &r, e) ||
	    !tenant_load(rq->parts->db, a, rq->tenant_id, &t, e) ||
	    !json_parse(a, r.document, &document_limits, &document, e))
		return false;
	*text = config_file_write(a, &(struct config_file){ .portal_id = t.portal_id,
	                                 .revision = r.revision,
	                                 .name = t.hub_domain,
	                                 .author = r.author,
	                                 .saved_at = date_iso_ms(a, r.saved_ms),
	                                 .document = document });
	rp->file = arena_alloc(a, sizeof(*rp->file));
	*rp->file = (struct web_file){ .name = str_printf(a, "configuration-%lld-revision-%lld.json",
		                           (long long)t.portal_id, (long long)r.revision),
		.content_type = "application/json",
		.produce = one_piece,
		.arg = text };
	return true;
}

/* To be compared with this one; it is only read. */
bool
config_of_account(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	struct person_account *list = NULL;
	struct config_revision now;
	int64_t id = 0;
	size_t n, i = 0;

	if (!web_query(rq, NULL, 0, NULL, e) || !web_accounts(rq, &list, &n, e))
		return false;
	(void)str_to_int(rq->params[0], 1, INT64_MAX, &id);
	while (i < n && list[i].person.tenant_id != id)
		i++;
	if (i == n)
		return err_set(e, ERR_NOT_FOUND, "There is no such account, or you do not belong to it.");
	if (!config_current(rq->parts->db, rq->arena, id, &now, e) || !config_json(rq->arena, &now, &rp->json, e))
		return false;
	json_set_int(rp->json, "portal_id", list[i].portal_id);
	return true;
}
