/*
 * follow.h - what became of what was sent: APISubmissions to its end, then Actions; and for a conversion
 * without an answer (UNKNOWN), whether it arrived, before anything is sent again.
 */
#ifndef FLOW_FOLLOW_H
#define FLOW_FOLLOW_H

#include "flow/step.h"
#include "store/lease.h"

struct step *follow_new(struct arena *a, const struct parts *parts, const struct lease *l);

#endif
