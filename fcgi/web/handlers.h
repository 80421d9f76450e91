/* handlers.h - one function per row of the route table; what each takes and gives stands in openapi.json. */
#ifndef WEB_HANDLERS_H
#define WEB_HANDLERS_H

#include "web/routes.h"

/* operations.c: for monitors */
web_handler health_show, ready_show, metrics_show;
/* oauth.c: the way to HubSpot and back */
web_handler oauth_start, oauth_callback;
/* account.c: who is logged in */
web_handler session_show, session_logout;
/* sign_in.c: links that were mailed, and another account of the same human */
web_handler sign_in_link, sign_in_use, invitation_look, invitation_use, accounts_show, accounts_switch;
/* team.c: members, invitations, the audit log */
web_handler team_show, team_role, team_remove, team_leave, audit_show;
web_handler team_invite, team_invite_again, team_invitation_link, team_revoke;
/* overview.c, overview_counters.c */
web_handler overview_show, overview_counters;
/* settings.c: impact.com's credentials, and the switch that stops all sending */
web_handler settings_show, sending_switch, impact_connect, hubspot_disconnect;
/* config.c: the configuration document and its revisions */
web_handler config_show, config_change, config_try;
/* ledger_csv.c */
web_handler ledger_download;
/* erase.c: deleting the account */
web_handler account_erase, account_erasure;
/* history.c: its revisions, as a file, and that of another account */
web_handler config_history, config_revision_show, config_file_check, config_file_download, config_of_account;
/* catalogue.c: what can be mapped to what */
web_handler catalogue_show, catalogue_renew, impact_fields_show, presets_show, triggers_show, functions_show;
/* underway.c: what is on its way while a mapping is changed */
web_handler underway_show;
/* preview.c: what would be sent of a record */
web_handler records_find_live, preview_show, test_conversion_send;
/* ids.c: the ID doctor */
web_handler ids_show, ids_problems, ids_check, ids_fill, ids_keep, ids_make;
/* activity.c */
web_handler activity_show, activity_numbers, activity_decision;
/* act.c */
web_handler activity_act, activity_compare, activity_again;
/* activity_csv.c */
web_handler activity_download;

#endif
