/*
 * activity_filter.h - what a person wants to see of Activity, from the address: the same for list, numbers and
 * download.
 */
#ifndef WEB_ACTIVITY_FILTER_H
#define WEB_ACTIVITY_FILTER_H

#include "store/activity.h"
#include "web/request.h"

#define ACTIVITY_QUERY_MAX 512 /* bytes of a search */

/*
 * What a search means, without asking anybody: a link to a HubSpot record is that record; what has an @ and no blank is
 * an e-mail address (*email, hashed by the caller); anything else may be a record's id, an OrderId, an action's id, or
 * a part of a record's name.  Not on when there is nothing to look for.
 */
struct activity_search activity_search_read(struct arena *a, struct str q, struct str *email);

/*
 * Parameters outcome, object, code, q; period (today, 7 or 30: days, today the last of them) or from and to (both
 * inclusive dates, YYYY-MM-DD), days being those of the HubSpot account's zone; cursor and limit.  ERR_INVALID says
 * which one is wrong.
 */
bool activity_filter_read(const struct web_request *rq, struct activity_filter *out, struct err *e) CC_MUST_USE;
/* The cursor behind that row. */
struct str activity_cursor(struct arena *a, const struct activity_row *row);

#endif
