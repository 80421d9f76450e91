/* resume.h - what waited for a connection goes on as soon as it is there again. */
#ifndef TASK_RESUME_H
#define TASK_RESUME_H

#include "base/err.h"
#include "base/str.h"

struct db;

/*
 * HubSpot is connected: decisions that wait for it are looked at now, parked conversions may go out.
 * impact.com's credentials are right: the same for sending and following.  A failure is logged, no more: all of
 * it is looked at again by itself, later.
 */
void resume_hubspot(struct db *db, int64_t tenant_id);
void resume_impact(struct db *db, int64_t tenant_id);
/*
 * The configuration was saved: what was parked because consent or its trigger was off is looked at with the new one,
 * and parked again when that still forbids it.  Held event types are tried, unless what is held of them is made anew
 * first (store/hold.h), which the save itself sees to.
 */
void resume_rules(struct db *db, int64_t tenant_id);

#endif
