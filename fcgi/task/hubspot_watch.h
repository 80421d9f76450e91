/*
 * hubspot_watch.h - looks after an account's connection to HubSpot, by the clock, whether anything happens there or
 * not.
 *
 *   its token's time has come      it is refreshed, at about token_refresh_percent of its life
 *   every hubspot_look_s           HubSpot is asked whether the refresh token is still good (hubspot.md 1.5: it tells
 *                                  nobody when the app is removed); when not, it is refreshed, which settles it
 *   a log-in ended an outage       what waited goes on, and the alarm ends
 *   scopes were taken away         an alarm names them
 */
#ifndef TASK_HUBSPOT_WATCH_H
#define TASK_HUBSPOT_WATCH_H

#include "flow/step.h"
#include "store/install.h"

/* The scheduled look after one tenant.  When it ends, again_in_ms says when the next one is due. */
struct step *hubspot_watch_new(struct arena *a, const struct parts *parts, int64_t tenant_id);

/* In how long the token is to be refreshed: 5 percent of its life sooner or later, so that accounts spread. */
int64_t hubspot_watch_due_ms(const struct settings *s, const struct install *in);

#endif
