/* check.c - connectorctl check: is everything in order?  One sentence for each thing, and what to do when it is not. */
#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"
#include "core/email.h"
#include "core/zone.h"
#include "ctl/command.h"
#include "io/conf.h"
#include "io/system.h"
#include "store/migrate.h"
#include "store/server.h"
#include "store/statements.h"
#include "task/hubspot_app.h"
#include "task/readiness.h"

#define BUNDLE     "/etc/ssl/certs/ca-certificates.crt"
#define BUNDLE_MAX ((size_t)8 * 1024 * 1024)
#define APP_MAX    ((size_t)1024 * 1024)

enum verdict {
	FINE,
	NOTE, /* works, and should be known */
	WRONG, /* counts for the exit code */
};

struct look {
	struct ctl *ctl;
	const struct settings *settings;
	int wrong;
};

static void __attribute__((format(printf, 3, 4)))
tell(struct look *l, enum verdict v, const char *fmt, ...)
{
	static const char *const words[] = { "ok", "note", "WRONG" };
	va_list args;

	printf("%-6s", words[v]);
	va_start(args, fmt);
	(void)vprintf(fmt, args);
	va_end(args);
	(void)putchar('\n');
	l->wrong += v == WRONG;
}

static bool
is_local(struct str url)
{
	return str_starts(url, STR("http://localhost:")) || str_eq(url, STR("http://localhost"));
}

static void
look_at_files(struct look *l)
{
	const struct settings *s = l->settings;
	const char *ca = s->ca_file.n > 0 ? str_c(l->ctl->arena, s->ca_file) : BUNDLE;
	struct err e = { .code = ERR_NONE };
	const struct zone *zone;
	struct str text;

	/* Without these two no program gets as far as here. */
	tell(l, FINE, "The configuration is well formed and for its owner alone; so is the master key " STR_FMT ".",
	    STR_ARG(s->master_key_file));
	if (!conf_read_file(l->ctl->arena, ca, BUNDLE_MAX, &text, &e))
		tell(l, WRONG, "Certificate authorities: %s. Install ca-certificates, or correct ca_file.", e.text);
	else if (str_find(text, STR("-----BEGIN CERTIFICATE-----")) == text.n)
		tell(l, WRONG, "Certificate authorities: %s holds no certificate in PEM form. Correct ca_file.", ca);
	else
		tell(l, FINE, "Certificate authorities are in %s.", ca);
	if (!zone_find(STR("Europe/Berlin"), &zone, &e))
		tell(l, WRONG, "Time zones: %s. Install tzdata.", e.text);
	else if (!zone_find(STR("US/Eastern"), &zone, &e))
		tell(l, NOTE,
		    "Older names of time zones, such as US/Eastern, are not known here. Install tzdata-legacy.");
	else
		tell(l, FINE, "Time zones are there.");
}

static void
look_at_addresses(struct look *l)
{
	const struct settings *s = l->settings;

	if (str_starts(s->public_url, STR("https://")))
		tell(l, FINE, "public_url is " STR_FMT ".", STR_ARG(s->public_url));
	else
		tell(l, is_local(s->public_url) ? NOTE : WRONG,
		    "public_url is " STR_FMT ": HubSpot sends webhooks and people to https addresses only.",
		    STR_ARG(s->public_url));
	if (!str_eq(s->hubspot_api_url, STR("https://api.hubapi.com")))
		tell(l, NOTE, "hubspot_api_url is " STR_FMT ", which is not HubSpot's.", STR_ARG(s->hubspot_api_url));
	if (!str_eq(s->impact_api_url, STR("https://api.impact.com")))
		tell(l, NOTE, "impact_api_url is " STR_FMT ", which is not impact.com's.", STR_ARG(s->impact_api_url));
}

/* 8-4-4-4-12 hex digits: what HubSpot's client ids and secrets look like. */
static bool
looks_like_uuid(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		bool hex = (s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f');

		if (dash ? s.p[i] != '-' : !hex)
			return false;
	}
	return s.n == 36;
}

static void
look_at_app(struct look *l)
{
	const struct settings *s = l->settings;
	struct str dir = installation_app_dir(l->ctl->arena, s), text;
	struct hubspot_app_report report;
	struct err e = { .code = ERR_NONE };
	const char *path;

	if (!looks_like_uuid(s->hubspot_client_id) || !looks_like_uuid(secret_reveal(&s->hubspot_client_secret)))
		tell(l, NOTE,
		    "hubspot_client_id or hubspot_client_secret does not look like HubSpot's (8-4-4-4-12 hex digits): "
		    "compare them with the app's Auth tab.");
	else
		tell(l, FINE, "The HubSpot app is %lld.", (long long)s->hubspot_app_id);
	path = str_c(l->ctl->arena, str_printf(l->ctl->arena, STR_FMT "/" HUBSPOT_APP_WEBHOOKS, STR_ARG(dir)));
	if (!conf_read_file(l->ctl->arena, path, APP_MAX, &text, &e) ||
	    !hubspot_app_extend(l->ctl->arena, text, NULL, 0, &text, &report, &e))
		tell(l, WRONG, "The app's definition: %s.", e.text);
	else
		tell(l, FINE, "The app's definition in " STR_FMT " has %zu subscriptions; HubSpot allows %d.",
		    STR_ARG(dir), report.total, HUBSPOT_APP_SUBSCRIPTIONS_MAX);
	path = str_c(l->ctl->arena, str_printf(l->ctl->arena, STR_FMT "/" HUBSPOT_APP_PROFILE, STR_ARG(dir)));
	if (conf_read_file(l->ctl->arena, path, APP_MAX, &text, &e) &&
	    !str_eq(hubspot_app_base_url(l->ctl->arena, text), s->public_url))
		tell(l, NOTE, "%s names another address than public_url. `connectorctl hubspot-app` mends it.", path);
}

static void
look_at_mail(struct look *l)
{
	const struct settings *s = l->settings;
	struct err e = { .code = ERR_NONE };
	struct str from;

	if (s->smtp_url.n == 0)
		tell(l, NOTE,
		    "No mail relay (smtp_url): owners copy the links of invitations, and nobody signs in by e-mail.");
	else if (!email_normal(l->ctl->arena, s->smtp_from, &from, &e))
		tell(l, WRONG, "smtp_from: %s E-mail needs a sender's address.", e.text);
	else if (s->smtp_user.n > 0 && secret_empty(&s->smtp_password))
		tell(l, WRONG, "smtp_user is given, smtp_password is not.");
	else
		tell(l, FINE, "E-mail goes by " STR_FMT " from " STR_FMT ".", STR_ARG(s->smtp_url),
		    STR_ARG(s->smtp_from));
}

static void
look_at_server(struct look *l)
{
	struct err e = { .code = ERR_NONE };
	struct server_facts f;
	bool old;

	if (!server_facts(l->ctl->db, l->ctl->arena, &f, &e)) {
		tell(l, WRONG, "Database: %s.", e.text);
		return;
	}
	old = f.mariadb ? f.major < 10 || (f.major == 10 && f.minor < 11) : f.major < 8;
	tell(l, old ? WRONG : FINE, "The database is " STR_FMT "%s", STR_ARG(f.version),
	    old ? ". Use MariaDB 10.11 or MySQL 8, or newer." : ".");
	if (f.flush_at_commit != 1)
		tell(l, WRONG,
		    "innodb_flush_log_at_trx_commit is %lld: what was acknowledged can be lost with the power. Set it "
		    "to 1.",
		    (long long)f.flush_at_commit);
	if (f.binlog && f.sync_binlog != 1)
		tell(l, WRONG, "sync_binlog is %lld while there is a binary log: set it to 1.",
		    (long long)f.sync_binlog);
	if (f.packet_max < 2 * l->settings->webhook_max_bytes)
		tell(l, WRONG, "max_allowed_packet is %lld bytes; twice webhook_max_bytes is needed.",
		    (long long)f.packet_max);
}

/* Only the statements of a schema that is there can be held against it. */
static void
look_at_schema(struct look *l)
{
	struct err e = { .code = ERR_NONE };
	struct migrate_state state;

	if (!migrate_look(l->ctl->db, l->ctl->arena, l->settings->sql_dir, &state, &e)) {
		tell(l, WRONG, "Schema: %s. `connectorctl migrate` makes it.", e.text);
		return;
	}
	if (state.missing > 0) {
		tell(l, WRONG, "The schema lacks %lld of %lld steps. Run `connectorctl migrate`.",
		    (long long)state.missing, (long long)state.steps);
		return;
	}
	if (state.unknown > 0)
		tell(l, WRONG,
		    "The schema is newer than these programs (%lld steps are not in " STR_FMT
		    "). Install their version.",
		    (long long)state.unknown, STR_ARG(l->settings->sql_dir));
	if (statements_check(l->ctl->db, &e))
		tell(l, FINE, "The schema is up to date, and every statement fits it.");
	else
		tell(l, WRONG, "Statements do not fit the schema: %s.", e.text);
}

/* What /readyz says too.  Before the programs are started nobody works, and that is no fault. */
static void
look_at_work(struct look *l)
{
	struct readiness r;

	readiness_look(l->ctl->arena, &l->ctl->installation->parts, &r);
	for (size_t i = 0; i < r.n; i++) {
		bool work =
		    str_eq(str_from(r.checks[i].name), STR("worker")) || str_eq(str_from(r.checks[i].name), STR("lag"));

		tell(l,
		    r.checks[i].ok ? FINE
		    : work         ? NOTE
		                   : WRONG,
		    "%s: " STR_FMT, r.checks[i].name, STR_ARG(r.checks[i].message));
	}
	if (r.n > 1) {
		look_at_server(l);
		look_at_schema(l);
	}
}

bool
ctl_check(struct ctl *c, struct err *e)
{
	struct look l = { .ctl = c, .settings = &c->installation->settings };

	if (c->argc > 0)
		return err_set(e, ERR_INVALID, "it takes no arguments");
	look_at_files(&l);
	look_at_addresses(&l);
	look_at_app(&l);
	look_at_mail(&l);
	look_at_work(&l);
	return l.wrong == 0 || err_set(e, ERR_INVALID, "%d thing%s wrong", l.wrong, l.wrong == 1 ? " is" : "s are");
}
