/*
 * config.c - connectorctl export and import: an account's configuration as a file, for version control and CI (B-11).
 */
#include "store/config.h"

#include <stdio.h>

#include "base/arena.h"
#include "core/config_file.h"
#include "core/date.h"
#include "ctl/command.h"
#include "io/conf.h"
#include "store/tenant.h"
#include "task/config_check.h"
#include "task/move.h"
#include "task/resume.h"

#define FILE_MAX (2UL * 1024 * 1024)

static const struct json_limits document_limits = { .max_depth = 16, .max_tokens = 200000 };

static bool
find_tenant(struct ctl *c, struct tenant *out, struct err *e)
{
	int64_t id;

	if (!str_to_int(str_from(c->argv[0]), 1, INT64_MAX, &id))
		return err_set(e, ERR_INVALID, "\"%.40s\" is no tenant; connectorctl tenants lists them", c->argv[0]);
	if (!tenant_load(c->db, c->arena, id, out, e))
		return e->code == ERR_NOT_FOUND
		           ? err_set(e, ERR_NOT_FOUND, "there is no tenant %lld; connectorctl tenants lists them",
		                 (long long)id)
		           : false;
	return out->state != TENANT_DELETING || err_set(e, ERR_DENIED, "tenant %lld is being deleted", (long long)id);
}

static bool
present(struct ctl *c, const struct tenant *t, struct config_revision *now, struct json **document, struct err *e)
{
	return config_current(c->db, c->arena, t->tenant_id, now, e) &&
	       json_parse(c->arena, now->document, &document_limits, document, e);
}

bool
ctl_export(struct ctl *c, struct err *e)
{
	struct config_revision now = { .revision = 0 };
	struct json *document;
	struct str text;
	struct tenant t = { .tenant_id = 0 };

	if (c->argc != 1)
		return err_set(e, ERR_INVALID, "it takes TENANT and writes to standard output");
	if (!find_tenant(c, &t, e) || !present(c, &t, &now, &document, e))
		return false;
	text = config_file_write(c->arena, &(struct config_file){ .portal_id = t.portal_id,
	                                       .revision = now.revision,
	                                       .name = t.hub_domain,
	                                       .author = now.author,
	                                       .saved_at = date_iso_ms(c->arena, now.saved_ms),
	                                       .document = document });
	return fwrite(text.p, 1, text.n, stdout) == text.n || err_set(e, ERR_IO, "it could not be written");
}

static bool
fits(struct ctl *c, const struct json *document, struct err *e)
{
	struct config_faults faults;

	if (!config_check(c->arena, c->installation, json_write(c->arena, document), &faults, e))
		return false;
	for (size_t i = 0; i < faults.n; i++)
		printf(STR_FMT "%s" STR_FMT "\n", STR_ARG(faults.list[i].path), faults.list[i].path.n > 0 ? ": " : "",
		    STR_ARG(faults.list[i].message));
	return faults.n == 0 || err_set(e, ERR_INVALID, "%zu faults; nothing was changed", faults.n);
}

/* What stands behind TENANT FILE. */
struct options {
	bool check, impact, confirm;
};

static bool
read_options(struct ctl *c, struct options *out, struct err *e)
{
	*out = (struct options){ .check = false };
	for (int i = 2; i < c->argc; i++) {
		if (str_eq(str_from(c->argv[i]), STR("--check")))
			out->check = true;
		else if (str_eq(str_from(c->argv[i]), STR("--impact")))
			out->impact = true;
		else if (str_eq(str_from(c->argv[i]), STR("--confirm")))
			out->confirm = true;
		else
			return err_set(e, ERR_INVALID, "\"%.40s\" is not known here: --check, --impact or --confirm",
			    c->argv[i]);
	}
	return c->argc >= 2 || err_set(e, ERR_INVALID,
	                           "it takes TENANT FILE, then --check (only look), --impact (Account SID and "
	                           "Program ID too) or --confirm (although conversions are not finished)");
}

/* Settings asks a person the same (task/move.h). */
static bool
may_move(struct ctl *c, const struct tenant *t, const struct json *document, bool confirmed, struct err *e)
{
	const struct json *impact = json_get(document, "impact");
	struct move m;

	if (!move_look(c->db, c->arena, t->tenant_id, json_text_at(c->arena, impact, "account_sid"),
	        json_text_at(c->arena, impact, "program_id"), &m, e))
		return false;
	if (!m.asks)
		return true;
	printf("Another %s, and conversions of tenant %lld are not finished: %lld wait, %lld are without an answer, "
	       "%lld are accepted and without a verdict.\n",
	    m.account ? "account of impact.com" : "program", (long long)t->tenant_id, (long long)m.open.waiting,
	    (long long)m.open.in_doubt, (long long)m.open.accepted);
	return confirmed ||
	       err_set(e, ERR_CONFLICT, "nothing was changed; wait until they are finished, or say --confirm");
}

static void
print_saved(const struct tenant *t, int64_t revision, bool checked)
{
	printf("Saved as revision %lld of tenant %lld.\n", (long long)revision, (long long)t->tenant_id);
	if (!checked)
		printf("The impact.com account or program was changed: check the connection in Settings.\n");
}

bool
ctl_import(struct ctl *c, struct err *e)
{
	struct config_revision now = { .revision = 0 }, next;
	struct json *current, *document;
	struct config_file file;
	struct options options;
	struct tenant t = { .tenant_id = 0 };
	struct str text;

	if (!read_options(c, &options, e) || !find_tenant(c, &t, e) || !present(c, &t, &now, &current, e) ||
	    !conf_read_file(c->arena, c->argv[1], FILE_MAX, &text, e) || !config_file_read(c->arena, text, &file, e))
		return false;
	document =
	    options.impact ? json_copy(c->arena, file.document) : config_keep_impact(c->arena, file.document, current);
	if (!fits(c, document, e))
		return false;
	if (json_equal(document, current)) {
		printf("It is what tenant %lld has already, revision %lld.\n", (long long)t.tenant_id,
		    (long long)now.revision);
		return true;
	}
	if (!may_move(c, &t, document, options.confirm, e))
		return false;
	if (options.check) {
		printf("It can be saved over revision %lld of tenant %lld.\n", (long long)now.revision,
		    (long long)t.tenant_id);
		return true;
	}
	const struct person by = { .tenant_id = t.tenant_id, .email = STR("connectorctl") };
	const struct config_change change = { .base = now.revision,
		.action = "config.imported",
		.origin = STR("operator"),
		.document = json_write(c->arena, document) };

	if (!config_save_from(c->db, c->arena, &by, &change, &next, e))
		return false;
	resume_rules(c->db, t.tenant_id);
	print_saved(&t, next.revision, json_equal(json_get(document, "impact"), json_get(current, "impact")));
	return true;
}
