/*
 * settings.h - what the operator decides: every key of connector.conf, in one table.
 *
 * io/conf fills a struct settings from the file by walking settings_table; tests/lint compares the table
 * with conf/connector.conf.  All times are in the unit that the key's name ends in.
 */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include "base/secret.h"
#include "base/str.h"

#define SETTINGS_PLAN_MAX 8

/* A row of waits, one after the other; the last one repeats. */
struct settings_plan {
	int64_t wait_s[SETTINGS_PLAN_MAX];
	size_t n;
};

struct settings {
	/* where things are */
	struct str public_url; /* no slash at the end */
	struct str conf_dir, sql_dir, master_key_file, ca_file;
	enum {
		SETTINGS_LOG_DEBUG,
		SETTINGS_LOG_INFO,
		SETTINGS_LOG_WARN,
		SETTINGS_LOG_ERROR
	} log_level;
	/* database */
	struct str database_socket, database_host, database_name, database_user, database_ca_file;
	struct secret database_password;
	int64_t database_port;
	int64_t database_connect_s, database_wait_s, database_site_wait_s, database_hooks_wait_s, database_lock_wait_s;
	/* operating */
	struct str disk_dir;
	int64_t disk_free_min_mb, database_max_mb, ready_lag_s;
	bool metrics_per_tenant;
	/* HubSpot */
	struct str hubspot_app_dir, hubspot_client_id, hubspot_authorize_url, hubspot_api_url, hubspot_api_version,
	    hubspot_oauth_version;
	struct str hubspot_signature_versions; /* "v3", or "v3 v2 v1" */
	struct secret hubspot_client_secret, hubspot_client_secret_previous;
	int64_t hubspot_app_id, hubspot_calls_per_10s;
	/* impact.com */
	struct str impact_api_url;
	int64_t impact_calls_per_hour, impact_hour_s, impact_margin_ms;
	/* intake */
	int64_t webhook_max_bytes, webhook_window_ms;
	bool inbox_compress;
	/* waiting, sending, following */
	struct settings_plan wait_plan_s, follow_plan_s, follow_busy_plan_s;
	int64_t wait_give_up_s, unknown_wait_s, follow_give_up_s, follow_confirmed_s, follow_listing_s, order_wait_s;
	int64_t ids_keep_s;
	int64_t send_window_ms, http_connect_ms, http_total_ms;
	int64_t retry_base_s, retry_cap_s, retry_max, poison_after;
	int64_t breaker_calls, breaker_percent, breaker_window_s, breaker_open_s, breaker_cap_s, breaker_scope_s;
	int64_t retry_told_cap_s, retry_moving_cap_s, retry_limited_hubspot_s, retry_limited_impact_s;
	int64_t event_keep_days;
	int64_t token_refresh_percent, token_retry_s, token_second_try_s, hubspot_look_s, impact_look_s, impact_retry_s;
	int64_t decide_linger_ms;
	int64_t erase_settle_s;
	/* worker */
	int64_t lease_s, worker_poll_ms, worker_transfers;
	/* sessions */
	int64_t session_idle_s, session_absolute_s, oauth_state_s, sign_in_link_s, invitation_s;
	/* e-mail */
	struct str smtp_url, smtp_user, smtp_from;
	struct secret smtp_password;
	struct settings_plan smtp_plan_s;
	int64_t smtp_give_up_s;
};

enum settings_type {
	SETTINGS_STRING,
	SETTINGS_URL,   /* http(s), host, port, path; no slash at the end */
	SETTINGS_SECRET,
	SETTINGS_INT,
	SETTINGS_BOOL,
	SETTINGS_PLAN,  /* a string of seconds: "5 60 600" */
	SETTINGS_RELAY, /* empty, or smtps:// or smtp:// (STARTTLS), host and port */
	SETTINGS_LEVEL  /* "debug", "info", "warn", "error" */
};

struct settings_key {
	const char *name;
	enum settings_type type;
	size_t offset;
	const char *fallback; /* text form; NULL: the key must be given */
	int64_t min, max;     /* integers, and the seconds of a plan; lengths of strings */
	const char *help;
};

/* In alphabetic order. */
extern const struct settings_key settings_table[];
extern const size_t settings_table_n;

/*
 * Sets one key from its text form (for booleans "true" and "false").  ERR_INVALID in *e names the key and
 * what is allowed; a secret's value is not repeated.  Text is copied into the arena.
 */
struct err;
bool settings_set(struct settings *s, struct arena *a, const struct settings_key *key, struct str text, struct err *e);
const struct settings_key *settings_find(struct str name);
/* All keys that have one at their default. */
void settings_defaults(struct settings *s, struct arena *a);
/* The wait before look number `look` (0 first), in ms. */
int64_t settings_plan_ms(const struct settings_plan *plan, int64_t look);

#endif
