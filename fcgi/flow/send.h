/*
 * send.h - conversions that are due go to impact.com, each once.
 *
 * SENDING is committed before a byte leaves, and none leaves later than send_window_ms after.  What an owner
 * before this one left SENDING is UNKNOWN, never READY.
 */
#ifndef FLOW_SEND_H
#define FLOW_SEND_H

#include "flow/step.h"
#include "store/lease.h"

struct step *send_new(struct arena *a, const struct parts *parts, const struct lease *l);

#endif
