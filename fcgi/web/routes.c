/* routes.c - see routes.h. */
#include "web/routes.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "core/config_document.h"
#include "store/disk.h"
#include "web/guard.h"
#include "web/handlers.h"

#define SMALL              ((size_t)4 * 1024)
#define BIG                ((size_t)CONFIG_BYTES_MAX + 64 * 1024) /* nginx/connector.conf.in: client_max_body_size */
#define QUERY_BYTES_MAX    4096
#define FULL_RETRY_AFTER_S 60

/* clang-format off */
const struct web_route web_routes[] = {
	/* method    path                         auth              body   content            handler */
	{ WEB_GET,  "/healthz",                  WEB_AUTH_NONE,   0,     WEB_CONTENT_NONE, health_show       },
	{ WEB_GET,  "/readyz",                   WEB_AUTH_NONE,   0,     WEB_CONTENT_NONE, ready_show        },
	{ WEB_GET,  "/metrics",                  WEB_AUTH_NONE,   0,     WEB_CONTENT_NONE, metrics_show      },
	{ WEB_GET,  "/oauth/start",              WEB_AUTH_NONE,   0,     WEB_CONTENT_NONE, oauth_start       },
	{ WEB_GET,  "/oauth/hubspot/callback",   WEB_AUTH_NONE,   0,     WEB_CONTENT_NONE, oauth_callback    },
	{ WEB_GET,  "/api/session",              WEB_AUTH_GUEST,  0,     WEB_CONTENT_NONE, session_show      },
	{ WEB_POST, "/api/session/logout",       WEB_AUTH_MEMBER, SMALL, WEB_CONTENT_JSON, session_logout    },
	{ WEB_POST, "/api/sign-in/link",         WEB_AUTH_NONE,   SMALL, WEB_CONTENT_JSON, sign_in_link      },
	{ WEB_POST, "/api/sign-in",              WEB_AUTH_NONE,   SMALL, WEB_CONTENT_JSON, sign_in_use       },
	{ WEB_POST, "/api/invitation",           WEB_AUTH_NONE,   SMALL, WEB_CONTENT_JSON, invitation_look   },
	{ WEB_POST, "/api/invitation/accept",    WEB_AUTH_NONE,   SMALL, WEB_CONTENT_JSON, invitation_use    },
	{ WEB_GET,  "/api/accounts",             WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, accounts_show     },
	{ WEB_POST, "/api/accounts/switch",      WEB_AUTH_MEMBER, SMALL, WEB_CONTENT_JSON, accounts_switch   },
	{ WEB_GET,  "/api/team",                 WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, team_show         },
	{ WEB_POST, "/api/team/leave",           WEB_AUTH_MEMBER, SMALL, WEB_CONTENT_JSON, team_leave        },
	{ WEB_PUT,  "/api/team/people/:id",      WEB_AUTH_OWNER,  SMALL, WEB_CONTENT_JSON, team_role         },
	{ WEB_POST, "/api/team/people/:id/remove", WEB_AUTH_OWNER, SMALL, WEB_CONTENT_JSON, team_remove      },
	{ WEB_POST, "/api/team/invitations",     WEB_AUTH_OWNER,  SMALL, WEB_CONTENT_JSON, team_invite       },
	{ WEB_GET,  "/api/team/invitations/:id/link", WEB_AUTH_OWNER, 0, WEB_CONTENT_NONE, team_invitation_link },
	{ WEB_POST, "/api/team/invitations/:id/again", WEB_AUTH_OWNER, SMALL, WEB_CONTENT_JSON, team_invite_again },
	{ WEB_POST, "/api/team/invitations/:id/revoke", WEB_AUTH_OWNER, SMALL, WEB_CONTENT_JSON, team_revoke },
	{ WEB_GET,  "/api/audit",                WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, audit_show        },
	{ WEB_GET,  "/api/overview",             WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, overview_show     },
	{ WEB_GET,  "/api/overview/counters",    WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, overview_counters  },
	{ WEB_GET,  "/api/settings",             WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, settings_show     },
	{ WEB_POST, "/api/sending",              WEB_AUTH_EDITOR, SMALL, WEB_CONTENT_JSON, sending_switch    },
	{ WEB_POST, "/api/live/impact",          WEB_AUTH_EDITOR, SMALL, WEB_CONTENT_JSON, impact_connect    },
	{ WEB_POST, "/api/live/disconnect",      WEB_AUTH_EDITOR, SMALL, WEB_CONTENT_JSON, hubspot_disconnect },
	{ WEB_GET,  "/api/config",               WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, config_show       },
	{ WEB_PUT,  "/api/config",               WEB_AUTH_EDITOR, BIG,   WEB_CONTENT_JSON, config_change     },
	{ WEB_POST, "/api/config/check",         WEB_AUTH_MEMBER, BIG,   WEB_CONTENT_JSON, config_try        },
	{ WEB_GET,  "/api/config/revisions",     WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, config_history    },
	{ WEB_GET,  "/api/config/revisions/:id", WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, config_revision_show },
	{ WEB_GET,  "/api/config/accounts/:id",  WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, config_of_account },
	{ WEB_POST, "/api/config/file",          WEB_AUTH_EDITOR, BIG,   WEB_CONTENT_JSON, config_file_check },
	{ WEB_GET,  "/api/underway",             WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, underway_show     },
	{ WEB_GET,  "/api/download/configuration", WEB_AUTH_MEMBER, 0,   WEB_CONTENT_NONE, config_file_download },
	{ WEB_GET,  "/api/download/ledger",      WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, ledger_download   },
	{ WEB_POST, "/api/account/erase",        WEB_AUTH_OWNER,  SMALL, WEB_CONTENT_JSON, account_erase     },
	{ WEB_GET,  "/api/account/erasure",      WEB_AUTH_NONE,   0,     WEB_CONTENT_NONE, account_erasure   },
	{ WEB_GET,  "/api/catalogue",            WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, catalogue_show    },
	{ WEB_POST, "/api/live/catalogue",       WEB_AUTH_MEMBER, SMALL, WEB_CONTENT_JSON, catalogue_renew   },
	{ WEB_POST, "/api/live/records",         WEB_AUTH_MEMBER, SMALL, WEB_CONTENT_JSON, records_find_live },
	{ WEB_POST, "/api/live/preview",         WEB_AUTH_MEMBER, BIG,   WEB_CONTENT_JSON, preview_show      },
	{ WEB_POST, "/api/live/test-conversion", WEB_AUTH_EDITOR, SMALL, WEB_CONTENT_JSON, test_conversion_send },
	{ WEB_GET,  "/api/impact-fields",        WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, impact_fields_show },
	{ WEB_GET,  "/api/presets",              WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, presets_show      },
	{ WEB_GET,  "/api/triggers",             WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, triggers_show     },
	{ WEB_GET,  "/api/functions",            WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, functions_show    },
	{ WEB_GET,  "/api/activity",             WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, activity_show     },
	{ WEB_GET,  "/api/activity/numbers",     WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, activity_numbers  },
	{ WEB_GET,  "/api/download/activity",    WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, activity_download },
	{ WEB_POST, "/api/activity/again",       WEB_AUTH_EDITOR, SMALL, WEB_CONTENT_JSON, activity_again    },
	{ WEB_POST, "/api/activity/:id/act",     WEB_AUTH_EDITOR, SMALL, WEB_CONTENT_JSON, activity_act      },
	{ WEB_POST, "/api/live/activity/:id",    WEB_AUTH_EDITOR, SMALL, WEB_CONTENT_JSON, activity_compare  },
	{ WEB_GET,  "/api/activity/:id",         WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, activity_decision },
	{ WEB_GET,  "/api/ids",                  WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, ids_show          },
	{ WEB_GET,  "/api/ids/problems",         WEB_AUTH_MEMBER, 0,     WEB_CONTENT_NONE, ids_problems      },
	{ WEB_POST, "/api/ids/check",            WEB_AUTH_EDITOR, SMALL, WEB_CONTENT_JSON, ids_check         },
	{ WEB_POST, "/api/ids/fill",             WEB_AUTH_EDITOR, SMALL, WEB_CONTENT_JSON, ids_fill          },
	{ WEB_POST, "/api/ids/keep",             WEB_AUTH_EDITOR, SMALL, WEB_CONTENT_JSON, ids_keep          },
	{ WEB_POST, "/api/live/ids/properties",  WEB_AUTH_EDITOR, SMALL, WEB_CONTENT_JSON, ids_make          },
};
/* clang-format on */
const size_t web_routes_n = sizeof(web_routes) / sizeof(web_routes[0]);

static const char *const method_names[] = { "", "GET", "POST", "PUT" };

static const struct json_limits body_limits = { .max_depth = 16, .max_tokens = 200000 };

/* Segment by segment; an empty segment matches no parameter. */
static bool
path_matches(struct str pattern, struct str path, struct str params[WEB_PARAMS_MAX])
{
	struct str want, have;
	size_t n = 0;

	while (str_cut(&pattern, '/', &want)) {
		if (!str_cut(&path, '/', &have))
			return false;
		if (!str_starts(want, STR(":"))) {
			if (!str_eq(want, have))
				return false;
			continue;
		}
		if (have.n == 0 || n >= WEB_PARAMS_MAX)
			return false;
		params[n++] = have;
	}
	return path.p == NULL;
}

const struct web_route *
web_route_find(struct arena *a, struct str method, struct str path, struct str params[WEB_PARAMS_MAX],
    struct str *allow)
{
	struct err e = { 0 };
	struct buf b;

	buf_init(&b, a, 64);
	for (size_t i = 0; i < web_routes_n; i++) {
		const char *name = method_names[web_routes[i].method];

		if (!path_matches(str_from(web_routes[i].path), path, params))
			continue;
		if (str_eq(method, str_from(name)))
			return &web_routes[i];
		buf_addf(&b, "%s%s", b.n > 0 ? ", " : "", name);
	}
	if (!buf_done(&b, allow, &e))
		*allow = STR("");
	return NULL;
}

static bool
read_body(struct web_request *rq, const struct web_route *route, struct web_reply *rp, struct err *e)
{
	struct json *body;
	struct str text;

	if (route->content == WEB_CONTENT_NONE)
		return true;
	if (!rq->wire->read_body(rq->wire->arg, rq->arena, route->max_body, &text, e))
		return err_wrap(e, "the body");
	if (!json_parse(rq->arena, text, &body_limits, &body, e)) {
		rp->status = 400;
		return err_wrap(e, "the body is not well-formed JSON");
	}
	if (json_type(body) != JSON_OBJECT)
		return err_set(e, ERR_INVALID, "the body must be a JSON object");
	rq->body = body;
	return true;
}

/* What makes the database bigger, by itself or by the work that it asks for. */
static bool
has_room(struct web_request *rq, const struct web_route *route, struct web_reply *rp, struct err *e)
{
	static web_handler *const grow[] = { config_change, impact_connect, activity_again, activity_act, ids_check,
		ids_fill, ids_keep, ids_make, test_conversion_send, team_invite, team_invite_again, sign_in_link };
	bool grows = false;

	for (size_t i = 0; i < sizeof(grow) / sizeof(grow[0]); i++)
		grows = grows || grow[i] == route->handler;
	if (!grows || rq->disk == NULL || !disk_is_full(rq->disk))
		return true;
	rp->status = 503;
	rp->retry_after_s = FULL_RETRY_AFTER_S;
	return err_set(e, ERR_LIMIT,
	    "The connector's storage is nearly full, so nothing can be changed right now. Nothing is lost: HubSpot "
	    "sends again what was not taken in. Whoever runs the connector makes room; then try again.");
}

static bool
serve(struct web_request *rq, struct web_reply *rp, struct err *e)
{
	const struct web_route *route =
	    web_route_find(rq->arena, rq->wire->method, rq->wire->path, rq->params, &rp->allow);

	if (route == NULL && rp->allow.n > 0) {
		rp->status = 405;
		return err_set(e, ERR_INVALID, "this address does not take " STR_FMT,
		    STR_ARG(str_slice(rq->wire->method, 0, 16)));
	}
	if (route == NULL)
		return err_set(e, ERR_NOT_FOUND, "there is nothing at this address");
	rp->allow = STR("");
	if (rq->wire->query.n > QUERY_BYTES_MAX)
		return err_set(e, ERR_INVALID, "the query is too long");
	return guard_check(rq, route, rp, e) && has_room(rq, route, rp, e) && read_body(rq, route, rp, e) &&
	       route->handler(rq, rp, e);
}

void
web_serve(struct web_request *rq, struct web_reply *rp)
{
	struct err e = { .code = ERR_NONE };

	rp->status = 200;
	if (serve(rq, rp, &e))
		return;
	/*
	 * Somebody's lock: nothing was changed, and in a moment it works.  A conflict that shows what it is with is
	 * none, also when there was a lock on the way to it.
	 */
	if (e.code == ERR_CONFLICT && rp->beside == NULL && rq->parts->db != NULL && db_collided(rq->parts->db))
		rp->status = 503;
	web_fail(rq->arena, rp, &e);
	if (rp->status >= 500)
		log_event(LOG_ERROR, "request.failed", LOG_I("status", rp->status), LOG_C("code", err_name(e.code)),
		    LOG_C("problem", e.text));
}
