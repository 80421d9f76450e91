/*
 * update.h - records at HubSpot get the properties that they shall have (store/record_update.h), 100 a call.
 *
 * A round reads what the records have now and writes only what differs, so a crash, a lost reply or a second plan costs
 * a read and never a second write; a value that somebody entered stays unless the update says otherwise.
 *
 *   401                  the token's refresh is asked for, the rows wait
 *   403                  the rows' runs pause with the reason: a person grants the scope and goes on
 *   429, 423, 477        nothing of the account is called for as long as HubSpot says
 *   other 4xx            of a whole batch: once more in halves, so that one bad record costs only itself
 *   5xx, no answer       later, ever more rarely; what arrived after all is found by the read
 *   207                  each record by itself
 */
#ifndef FLOW_UPDATE_H
#define FLOW_UPDATE_H

#include "flow/step.h"
#include "store/lease.h"

struct step *update_new(struct arena *a, const struct parts *parts, const struct lease *l);

#endif
