/* installation.c - see installation.h. */
#include "task/installation.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/enc.h"
#include "base/json.h"

#define FILE_MAX   (1024 * 1024)
#define LIST_MAX   65536
#define KEY_ID_HEX 8

/* The app file names one record, the rest of the product all of a kind. */
static const struct {
	const char *one, *all;
} types[] = {
	{ "contact", "contacts" },
	{ "company", "companies" },
	{ "deal", "deals" },
	{ "line_item", "line_items" },
};

static bool
read_json(struct arena *a, struct str dir, const char *name, installation_read *read, struct str *text,
    struct json **out, struct err *e)
{
	struct str path = str_printf(a, STR_FMT "/%s", STR_ARG(dir), name);

	if (!read(a, str_c(a, path), FILE_MAX, text, e))
		return false;
	if (!json_parse(a, *text, &json_limits_answer, out, e))
		return err_wrap(e, STR_FMT, STR_ARG(path));
	return true;
}

/* A list of strings, separated by blanks. */
static bool
join(struct arena *a, const struct json *list, struct str *out, struct err *e)
{
	struct buf b;

	buf_init(&b, a, LIST_MAX);
	for (size_t i = 0; i < json_length(list); i++) {
		if (i > 0)
			buf_addc(&b, ' ');
		buf_add(&b, json_text(a, json_at(list, i)));
	}
	return buf_done(&b, out, e);
}

static bool
read_scopes(struct arena *a, struct str dir, installation_read *read, struct parts *out, struct err *e)
{
	const struct json *auth;
	struct json *doc;
	struct str text;

	if (!read_json(a, dir, "src/app/app-hsmeta.json", read, &text, &doc, e))
		return false;
	auth = json_get(json_get(doc, "config"), "auth");
	if (!join(a, json_get(auth, "requiredScopes"), &out->scopes, e) ||
	    !join(a, json_get(auth, "optionalScopes"), &out->optional_scopes, e))
		return false;
	return out->scopes.n > 0 || err_set(e, ERR_INVALID, "the app file requires no scopes");
}

static const char *
all_of(struct str one)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (str_eq(one, str_from(types[i].one)))
			return types[i].all;
	return NULL;
}

static bool
read_subscriptions(struct arena *a, struct str dir, installation_read *read, struct str *out, struct err *e)
{
	const struct json *list;
	struct json *doc;
	struct str text;
	struct buf b;

	if (!read_json(a, dir, "src/app/webhooks/webhooks-hsmeta.json", read, &text, &doc, e))
		return false;
	list = json_get(json_get(json_get(doc, "config"), "subscriptions"), "crmObjects");
	buf_init(&b, a, LIST_MAX);
	for (size_t i = 0; i < json_length(list); i++) {
		const struct json *row = json_at(list, i);
		const char *all = all_of(json_text_at(a, row, "objectType"));
		bool active = false;

		(void)json_bool(json_get(row, "active"), &active);
		if (!active || all == NULL ||
		    !str_eq(json_text_at(a, row, "subscriptionType"), STR("object.propertyChange")))
			continue;
		buf_addf(&b, "%s%s." STR_FMT, b.n > 0 ? " " : "", all, STR_ARG(json_text_at(a, row, "propertyName")));
	}
	return buf_done(&b, out, e);
}

struct str
installation_app_dir(struct arena *a, const struct settings *s)
{
	return s->hubspot_app_dir.n > 0 ? s->hubspot_app_dir
	                                : str_printf(a, STR_FMT "/hubspot-app", STR_ARG(s->conf_dir));
}

bool
installation_load(struct arena *a, struct installation *out, const struct secret *master, struct str worker,
    installation_read *read, struct err *e)
{
	struct str dir = out->settings.conf_dir;
	struct str app = installation_app_dir(a, &out->settings);
	struct json *doc;

	out->vault = (struct vault){ .master_key = *master,
		.key_id = str_slice(enc_hex(a, crypto_sha256(a, secret_reveal(master))), 0, KEY_ID_HEX) };
	out->parts.settings = &out->settings;
	out->parts.vault = &out->vault;
	out->parts.catalogue = &out->catalogue;
	out->parts.worker = str_copy(a, worker);
	if (!read_json(a, dir, "impact-fields.json", read, &out->impact_fields, &doc, e) ||
	    !catalogue_load(a, out->impact_fields, &out->catalogue, e) ||
	    !read_json(a, dir, "presets.json", read, &out->presets, &doc, e) ||
	    !read_json(a, dir, "triggers.json", read, &out->triggers, &doc, e) ||
	    !read_scopes(a, app, read, &out->parts, e))
		return false;
	return read_subscriptions(a, app, read, &out->subscriptions, e);
}
