#include "base/settings.h"

#include <inttypes.h>

#include "base/arena.h"
#include "base/err.h"

#define AT(field) offsetof(struct settings, field)
#define DAY_S     86400

/* clang-format off */
const struct settings_key settings_table[] = {
	{ "breaker_calls", SETTINGS_INT, AT(breaker_calls), "10", 1, 10000,
	    "calls in breaker_window_s before a far end is judged" },
	{ "breaker_cap_s", SETTINGS_INT, AT(breaker_cap_s), "900", 1, DAY_S,
	    "longest time between two probes of a far end that fails" },
	{ "breaker_open_s", SETTINGS_INT, AT(breaker_open_s), "30", 1, 3600,
	    "a far end that fails is not called for this long; doubles with each probe that fails" },
	{ "breaker_percent", SETTINGS_INT, AT(breaker_percent), "70", 1, 100,
	    "share of its calls that must fail for a far end to be left alone" },
	{ "breaker_scope_s", SETTINGS_INT, AT(breaker_scope_s), "900", 1, DAY_S,
	    "time between two tries of calls that impact.com's token has no scope for" },
	{ "breaker_window_s", SETTINGS_INT, AT(breaker_window_s), "300", 2, 3600,
	    "window in which calls to a far end are judged" },
	{ "ca_file", SETTINGS_STRING, AT(ca_file), "", 0, 4096,
	    "file of the certificate authorities trusted for HubSpot and impact.com; empty: the system's" },
	{ "conf_dir", SETTINGS_STRING, AT(conf_dir), "conf", 1, 4096,
	    "folder of the catalogues that come with the connector" },
	{ "database_ca_file", SETTINGS_STRING, AT(database_ca_file), "", 0, 4096,
	    "file of the certificate authority of the database; used with database_host, where TLS is always on" },
	{ "database_connect_s", SETTINGS_INT, AT(database_connect_s), "2", 1, 60,
	    "longest time to connect to the database" },
	{ "database_hooks_wait_s", SETTINGS_INT, AT(database_hooks_wait_s), "2", 1, 60,
	    "longest wait of the webhooks' intake for an answer of the database; HubSpot itself waits 5 s" },
	{ "database_host", SETTINGS_STRING, AT(database_host), "", 0, 255,
	    "host of the database; empty: database_socket is used" },
	{ "database_lock_wait_s", SETTINGS_INT, AT(database_lock_wait_s), "5", 1, 60,
	    "longest wait for a row that another transaction holds; it ends before the wait for the answer does" },
	{ "database_max_mb", SETTINGS_INT, AT(database_max_mb), "0", 0, 1000000000,
	    "with more data than this nothing is taken in: for a database whose disk no process can see; 0: no limit" },
	{ "database_name", SETTINGS_STRING, AT(database_name), "connector", 1, 64,
	    "name of the database" },
	{ "database_password", SETTINGS_SECRET, AT(database_password), "", 0, 255,
	    "password of the database user; empty on a socket that knows the system user" },
	{ "database_port", SETTINGS_INT, AT(database_port), "3306", 1, 65535,
	    "port of database_host" },
	{ "database_site_wait_s", SETTINGS_INT, AT(database_site_wait_s), "3", 1, 60,
	    "longest wait of the site for an answer of the database" },
	{ "database_socket", SETTINGS_STRING, AT(database_socket), "", 0, 107,
	    "unix socket of the database" },
	{ "database_user", SETTINGS_STRING, AT(database_user), "", 0, 80,
	    "user of the database; empty: the name of the system user" },
	{ "database_wait_s", SETTINGS_INT, AT(database_wait_s), "5", 1, 600,
	    "longest wait of the worker and of connectorctl for an answer of the database; migrations have no end" },
	{ "decide_linger_ms", SETTINGS_INT, AT(decide_linger_ms), "200", 0, 10000,
	    "how long an event may wait for others of its burst, so that their records are read in one call" },
	{ "disk_dir", SETTINGS_STRING, AT(disk_dir), "", 0, 4096,
	    "folder on the database's disk, whose free space is watched; empty: asked of a database on this machine" },
	{ "disk_free_min_mb", SETTINGS_INT, AT(disk_free_min_mb), "256", 0, 100000000,
	    "with less free space than this nothing is taken in, so that the database does not break on a full disk" },
	{ "erase_settle_s", SETTINGS_INT, AT(erase_settle_s), "120", 0, 3600,
	    "time between deleting an account and erasing its rows: what is under way ends, HubSpot is told" },
	{ "event_keep_days", SETTINGS_INT, AT(event_keep_days), "30", 1, 3650,
	    "days after which received events are dropped; conversions stay" },
	{ "follow_busy_plan_s", SETTINGS_PLAN, AT(follow_busy_plan_s), "1200 3600", 1, DAY_S,
	    "waits between looks at the submission of an accepted conversion when half of impact.com's calls are used" },
	{ "follow_confirmed_s", SETTINGS_INT, AT(follow_confirmed_s), "3600", 1, 30 * DAY_S,
	    "wait between looks at a confirmed conversion whose action may still change" },
	{ "follow_give_up_s", SETTINGS_INT, AT(follow_give_up_s), "86400", 1, 365 * DAY_S,
	    "an accepted conversion without an action is called not attributed after this time" },
	{ "follow_listing_s", SETTINGS_INT, AT(follow_listing_s), "600", 1, DAY_S,
	    "wait between listings of actions when half of impact.com's calls are used" },
	{ "follow_plan_s", SETTINGS_PLAN, AT(follow_plan_s), "20 60 120 300", 1, DAY_S,
	    "waits between looks at an accepted conversion; the last one repeats" },
	{ "http_connect_ms", SETTINGS_INT, AT(http_connect_ms), "5000", 1, 60000,
	    "longest time to connect to a remote system, TLS included" },
	{ "http_total_ms", SETTINGS_INT, AT(http_total_ms), "20000", 1, 300000,
	    "longest time for a whole remote call" },
	{ "hubspot_api_url", SETTINGS_URL, AT(hubspot_api_url), "https://api.hubapi.com", 1, 2048,
	    "base of HubSpot's API" },
	{ "hubspot_api_version", SETTINGS_STRING, AT(hubspot_api_version), "2026-09", 1, 32,
	    "dated version in the paths of HubSpot's CRM API" },
	{ "hubspot_app_dir", SETTINGS_STRING, AT(hubspot_app_dir), "", 0, 4096,
	    "folder of the app's definition, which says what HubSpot tells us about; empty: hubspot-app in conf_dir" },
	{ "hubspot_app_id", SETTINGS_INT, AT(hubspot_app_id), NULL, 1, INT64_MAX,
	    "id of the HubSpot app" },
	{ "hubspot_authorize_url", SETTINGS_URL, AT(hubspot_authorize_url), "https://app.hubspot.com/oauth/authorize", 1, 2048,
	    "page of HubSpot where an account is connected" },
	{ "hubspot_calls_per_10s", SETTINGS_INT, AT(hubspot_calls_per_10s), "90", 1, 1000,
	    "calls to HubSpot in 10 seconds, for each account" },
	{ "hubspot_client_id", SETTINGS_STRING, AT(hubspot_client_id), NULL, 1, 255,
	    "client id of the HubSpot app" },
	{ "hubspot_client_secret", SETTINGS_SECRET, AT(hubspot_client_secret), NULL, 1, 255,
	    "client secret of the HubSpot app; webhooks are proven with it" },
	{ "hubspot_client_secret_previous", SETTINGS_SECRET, AT(hubspot_client_secret_previous), "", 0, 255,
	    "the secret before, still accepted on webhooks while it is rotated; empty: none" },
	{ "hubspot_look_s", SETTINGS_INT, AT(hubspot_look_s), "300", 1, DAY_S,
	    "how often HubSpot is asked whether an account still has the app" },
	{ "hubspot_oauth_version", SETTINGS_STRING, AT(hubspot_oauth_version), "2026-09", 1, 32,
	    "dated version in the paths of HubSpot's OAuth API" },
	{ "hubspot_signature_versions", SETTINGS_STRING, AT(hubspot_signature_versions), "v3", 2, 32,
	    "webhook signatures accepted, of v3 v2 v1; v2 and v1 can be replayed" },
	{ "ids_keep_s", SETTINGS_INT, AT(ids_keep_s), "60", 1, DAY_S,
	    "how often the ID doctor looks for new deals without an id, where that is switched on" },
	{ "impact_api_url", SETTINGS_URL, AT(impact_api_url), "https://api.impact.com", 1, 2048,
	    "base of impact.com's API" },
	{ "impact_calls_per_hour", SETTINGS_INT, AT(impact_calls_per_hour), "980", 1, 1000000,
	    "calls to impact.com in an hour, for each account" },
	{ "impact_hour_s", SETTINGS_INT, AT(impact_hour_s), "3600", 1, 3600,
	    "length of the hour that impact_calls_per_hour counts in; shorter for a sandbox only" },
	{ "impact_look_s", SETTINGS_INT, AT(impact_look_s), "3600", 1, 7 * DAY_S,
	    "how often the credentials of each account are tried" },
	{ "impact_margin_ms", SETTINGS_INT, AT(impact_margin_ms), "5000", 0, 60000,
	    "a call to impact.com may be counted there this much later than it was made" },
	{ "impact_retry_s", SETTINGS_INT, AT(impact_retry_s), "900", 1, DAY_S,
	    "the same while impact.com refuses them, or does not allow them all that is needed" },
	{ "inbox_compress", SETTINGS_BOOL, AT(inbox_compress), "false", 0, 0,
	    "compress webhook bodies; worth it with a binary log or Galera" },
	{ "invitation_s", SETTINGS_INT, AT(invitation_s), "604800", 60, 90 * DAY_S,
	    "time in which an invitation to the team can be accepted" },
	{ "lease_s", SETTINGS_INT, AT(lease_s), "30", 2, 3600,
	    "a worker that is silent this long loses its work to another" },
	{ "log_level", SETTINGS_LEVEL, AT(log_level), "info", 0, 0,
	    "least level that is logged: debug, info, warn, error" },
	{ "master_key_file", SETTINGS_STRING, AT(master_key_file), NULL, 1, 4096,
	    "file of the installation's key: 64 hex digits, readable by its owner alone" },
	{ "metrics_per_tenant", SETTINGS_BOOL, AT(metrics_per_tenant), "false", 0, 0,
	    "metrics of the queues also for each account; with many accounts that is many series" },
	{ "oauth_state_s", SETTINGS_INT, AT(oauth_state_s), "600", 10, DAY_S,
	    "time a person has to finish connecting in HubSpot" },
	{ "order_wait_s", SETTINGS_INT, AT(order_wait_s), "300", 0, DAY_S,
	    "longest time a conversion waits for the one before it" },
	{ "poison_after", SETTINGS_INT, AT(poison_after), "3", 2, 100,
	    "deaths of a process over one and the same piece of work, worked on alone, after which it is taken out of its queue" },
	{ "public_url", SETTINGS_URL, AT(public_url), NULL, 1, 2048,
	    "address of the connector as browsers and HubSpot see it, without a slash at the end" },
	{ "ready_lag_s", SETTINGS_INT, AT(ready_lag_s), "300", 1, DAY_S,
	    "work that is due for longer than this makes /readyz say no" },
	{ "retry_base_s", SETTINGS_INT, AT(retry_base_s), "2", 1, 3600,
	    "first wait before a failed call is made again; doubles each time, with chance" },
	{ "retry_cap_s", SETTINGS_INT, AT(retry_cap_s), "21600", 1, 7 * DAY_S,
	    "longest such wait" },
	{ "retry_limited_hubspot_s", SETTINGS_INT, AT(retry_limited_hubspot_s), "10", 1, 3600,
	    "wait after a 429 of HubSpot that does not say for how long" },
	{ "retry_limited_impact_s", SETTINGS_INT, AT(retry_limited_impact_s), "60", 1, 3600,
	    "wait after a 429 of impact.com that does not say for how long" },
	{ "retry_max", SETTINGS_INT, AT(retry_max), "14", 1, 100,
	    "tries after which a far end that cannot be reached is reported as an error; trying goes on" },
	{ "retry_moving_cap_s", SETTINGS_INT, AT(retry_moving_cap_s), "86400", 1, 7 * DAY_S,
	    "longest wait that HubSpot may ask for while it moves an account to another data centre" },
	{ "retry_told_cap_s", SETTINGS_INT, AT(retry_told_cap_s), "3600", 1, DAY_S,
	    "longest wait that any other answer may ask for" },
	{ "send_window_ms", SETTINGS_INT, AT(send_window_ms), "5000", 100, 60000,
	    "no byte of a conversion leaves later than this after it was recorded as being sent" },
	{ "session_absolute_s", SETTINGS_INT, AT(session_absolute_s), "43200", 60, 30 * DAY_S,
	    "a login ends after this time" },
	{ "session_idle_s", SETTINGS_INT, AT(session_idle_s), "1800", 60, 30 * DAY_S,
	    "a login ends after this time without a request" },
	{ "sign_in_link_s", SETTINGS_INT, AT(sign_in_link_s), "900", 60, DAY_S,
	    "time in which a sign-in link that was mailed can be used" },
	{ "smtp_from", SETTINGS_STRING, AT(smtp_from), "", 0, 254,
	    "sender's address of the connector's e-mails; needed with smtp_url" },
	{ "smtp_give_up_s", SETTINGS_INT, AT(smtp_give_up_s), "86400", 60, 30 * DAY_S,
	    "an e-mail that the relay does not take is given up after this time" },
	{ "smtp_password", SETTINGS_SECRET, AT(smtp_password), "", 0, 255,
	    "password of smtp_user" },
	{ "smtp_plan_s", SETTINGS_PLAN, AT(smtp_plan_s), "60 300 900 3600", 1, DAY_S,
	    "waits before an e-mail that could not be sent is tried again; the last one repeats" },
	{ "smtp_url", SETTINGS_RELAY, AT(smtp_url), "", 0, 255,
	    "relay for e-mail, always with TLS: smtps://host:465 or smtp://host:587 (STARTTLS); empty: no e-mail is sent" },
	{ "smtp_user", SETTINGS_STRING, AT(smtp_user), "", 0, 255,
	    "user at the relay; empty: it is not asked for one" },
	{ "sql_dir", SETTINGS_STRING, AT(sql_dir), "sql", 1, 4096,
	    "folder of the migrations" },
	{ "token_refresh_percent", SETTINGS_INT, AT(token_refresh_percent), "75", 25, 90,
	    "HubSpot tokens are refreshed when about this share of their life is over" },
	{ "token_retry_s", SETTINGS_INT, AT(token_retry_s), "60", 1, 900,
	    "longest wait before a refresh that failed is tried again" },
	{ "token_second_try_s", SETTINGS_INT, AT(token_second_try_s), "60", 1, 900,
	    "a connection that HubSpot refuses is tried once more after this time, then it has ended" },
	{ "unknown_wait_s", SETTINGS_INT, AT(unknown_wait_s), "900", 1, DAY_S,
	    "time after which impact.com's queue is surely worked off, so that a lost answer can be looked up" },
	{ "wait_give_up_s", SETTINGS_INT, AT(wait_give_up_s), "604800", 1, 90 * DAY_S,
	    "an event whose data is still missing after this time is skipped" },
	{ "wait_plan_s", SETTINGS_PLAN, AT(wait_plan_s), "5 60 600 3600", 1, DAY_S,
	    "waits between looks at an event whose data is missing; the last one repeats" },
	{ "webhook_max_bytes", SETTINGS_INT, AT(webhook_max_bytes), "1048576", 1024, 16 * 1048576,
	    "longest webhook body that is taken" },
	{ "webhook_window_ms", SETTINGS_INT, AT(webhook_window_ms), "300000", 1000, 3600000,
	    "a webhook's time may differ from ours by this much" },
	{ "worker_poll_ms", SETTINGS_INT, AT(worker_poll_ms), "100", 1, 60000,
	    "an idle worker looks for work this often" },
	{ "worker_transfers", SETTINGS_INT, AT(worker_transfers), "32", 1, 1000,
	    "conversions recorded as being sent at once before the first of them has left" },
};
/* clang-format on */

const size_t settings_table_n = sizeof settings_table / sizeof settings_table[0];

static void *
field(struct settings *s, const struct settings_key *key)
{
	return (char *)s + key->offset;
}

static bool
set_string(struct str *out, struct arena *a, const struct settings_key *key, struct str text, struct err *e)
{
	if ((int64_t)text.n < key->min || (int64_t)text.n > key->max)
		return err_set(e, ERR_INVALID, "%s: between %" PRId64 " and %" PRId64 " characters", key->name,
		    key->min, key->max);
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f)
			return err_set(e, ERR_INVALID, "%s: control characters are not allowed", key->name);
	*out = str_copy(a, text);
	return true;
}

static bool
set_secret(struct secret *out, struct arena *a, const struct settings_key *key, struct str text, struct err *e)
{
	if ((int64_t)text.n < key->min || (int64_t)text.n > key->max)
		return err_set(e, ERR_INVALID, "%s: between %" PRId64 " and %" PRId64 " characters", key->name,
		    key->min, key->max);
	*out = secret_copy(a, text);
	return true;
}

static bool
set_url(struct str *out, struct arena *a, const struct settings_key *key, struct str text, struct err *e)
{
	struct str rest;

	if (str_starts(text, STR("https://")))
		rest = str_slice(text, 8, text.n);
	else if (str_starts(text, STR("http://")))
		rest = str_slice(text, 7, text.n);
	else
		return err_set(e, ERR_INVALID, "%s: must start with https:// (or http:// for localhost)", key->name);
	if (rest.n == 0 || rest.p[0] == '/' || str_ends(rest, STR("/")))
		return err_set(e, ERR_INVALID, "%s: needs a host and no slash at the end", key->name);
	for (size_t i = 0; i < rest.n; i++)
		if (rest.p[i] <= ' ' || rest.p[i] >= 0x7f || strchr("\"<>\\^`{|}?#@", rest.p[i]) != NULL)
			return err_set(e, ERR_INVALID, "%s: only scheme, host, port and path", key->name);
	return set_string(out, a, key, text, e);
}

static bool
set_relay(struct str *out, struct arena *a, const struct settings_key *key, struct str text, struct err *e)
{
	struct str host = str_slice(text, str_find(text, STR("://")) + 3, text.n);

	if (text.n > 0 && ((!str_starts(text, STR("smtps://")) && !str_starts(text, STR("smtp://"))) || host.n == 0))
		return err_set(e, ERR_INVALID, "%s: smtps://host:465, smtp://host:587 or empty", key->name);
	for (size_t i = 0; i < host.n; i++)
		if (host.p[i] <= ' ' || host.p[i] >= 0x7f || strchr("\"<>\\^`{|}?#@/", host.p[i]) != NULL)
			return err_set(e, ERR_INVALID, "%s: only scheme, host and port", key->name);
	return set_string(out, a, key, text, e);
}

static bool
set_int(int64_t *out, const struct settings_key *key, struct str text, struct err *e)
{
	if (!str_to_int(text, key->min, key->max, out))
		return err_set(e, ERR_INVALID, "%s: a whole number between %" PRId64 " and %" PRId64, key->name,
		    key->min, key->max);
	return true;
}

static bool
set_plan(struct settings_plan *out, const struct settings_key *key, struct str text, struct err *e)
{
	struct settings_plan plan = { .n = 0 };
	struct str rest = str_trim(text), word;

	while (str_cut(&rest, ' ', &word)) {
		if (word.n == 0)
			continue;
		if (plan.n == SETTINGS_PLAN_MAX)
			return err_set(e, ERR_INVALID, "%s: at most %d waits", key->name, SETTINGS_PLAN_MAX);
		if (!str_to_int(word, key->min, key->max, &plan.wait_s[plan.n]))
			return err_set(e, ERR_INVALID, "%s: waits are whole seconds between %" PRId64 " and %" PRId64,
			    key->name, key->min, key->max);
		plan.n++;
	}
	if (plan.n == 0)
		return err_set(e, ERR_INVALID, "%s: at least one wait, as in \"5 60 600\"", key->name);
	*out = plan;
	return true;
}

static bool
set_bool(bool *out, const struct settings_key *key, struct str text, struct err *e)
{
	if (!str_eq(text, STR("true")) && !str_eq(text, STR("false")))
		return err_set(e, ERR_INVALID, "%s: true or false", key->name);
	*out = str_eq(text, STR("true"));
	return true;
}

static bool
set_level(struct settings *s, const struct settings_key *key, struct str text, struct err *e)
{
	if (str_eq(text, STR("debug")))
		s->log_level = SETTINGS_LOG_DEBUG;
	else if (str_eq(text, STR("info")))
		s->log_level = SETTINGS_LOG_INFO;
	else if (str_eq(text, STR("warn")))
		s->log_level = SETTINGS_LOG_WARN;
	else if (str_eq(text, STR("error")))
		s->log_level = SETTINGS_LOG_ERROR;
	else
		return err_set(e, ERR_INVALID, "%s: debug, info, warn or error", key->name);
	return true;
}

bool
settings_set(struct settings *s, struct arena *a, const struct settings_key *key, struct str text, struct err *e)
{
	void *out = field(s, key);

	switch (key->type) {
	case SETTINGS_STRING:
		return set_string(out, a, key, text, e);
	case SETTINGS_SECRET:
		return set_secret(out, a, key, text, e);
	case SETTINGS_URL:
		return set_url(out, a, key, text, e);
	case SETTINGS_RELAY:
		return set_relay(out, a, key, text, e);
	case SETTINGS_INT:
		return set_int(out, key, text, e);
	case SETTINGS_BOOL:
		return set_bool(out, key, text, e);
	case SETTINGS_PLAN:
		return set_plan(out, key, text, e);
	case SETTINGS_LEVEL:
		return set_level(s, key, text, e);
	}
	return err_set(e, ERR_INVALID, "%s: unknown type", key->name);
}

const struct settings_key *
settings_find(struct str name)
{
	for (size_t i = 0; i < settings_table_n; i++)
		if (str_eq(name, str_from(settings_table[i].name)))
			return &settings_table[i];
	return NULL;
}

void
settings_defaults(struct settings *s, struct arena *a)
{
	for (size_t i = 0; i < settings_table_n; i++) {
		const struct settings_key *key = &settings_table[i];
		struct err e;
		/* A default that its own limits refuse is a fault of the table. */
		if (key->fallback != NULL && !settings_set(s, a, key, str_from(key->fallback), &e))
			abort();
	}
}

int64_t
settings_plan_ms(const struct settings_plan *plan, int64_t look)
{
	if (plan->n == 0)
		return 0;
	size_t last = plan->n - 1;
	size_t i = look < 0 ? 0 : (uint64_t)look > last ? last : (size_t)look;
	return plan->wait_s[i] * 1000;
}
