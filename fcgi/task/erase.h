/*
 * erase.h - the worker's part of deleting an account (I-60): removes the app in HubSpot, then everything that is kept
 * of the account.
 *
 * It waits erase_settle_s after it was asked for: requests and calls that were under way at that moment have ended by
 * then, a conversion that was SENDING has its answer, and HubSpot has had that time to be reached.  When it could not
 * be, the rows go anyway, and the receipt says that the app has to be removed by hand.
 */
#ifndef TASK_ERASE_H
#define TASK_ERASE_H

#include "flow/step.h"

struct step *erase_new(struct arena *a, const struct parts *parts, int64_t tenant_id);

#endif
