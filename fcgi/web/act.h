/* act.h - what a person may do with a line of Activity, for the page and for the routes that do it. */
#ifndef WEB_ACT_H
#define WEB_ACT_H

#include "store/activity.h"
#include "web/request.h"

/* {"allowed": ["again", ...], "version": 7}: by what the line is, not by who looks. */
bool act_json(const struct web_request *rq, const struct activity_detail *d, struct json **out,
    struct err *e) CC_MUST_USE;

#endif
