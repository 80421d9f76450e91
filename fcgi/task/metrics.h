/*
 * metrics.h - the installation in numbers, in Prometheus' text format 0.0.4.
 *
 * Every process gives the same page: counters are what all processes handed over (base/tally.h), gauges are asked of
 * the database at this moment.  Series are bounded by the tables they come from; queues by account only when
 * metrics_per_tenant is on.
 */
#ifndef TASK_METRICS_H
#define TASK_METRICS_H

#include "flow/step.h"

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* Without a database the page says just that. */
bool metrics_page(struct arena *a, const struct parts *parts, struct str *out, struct err *e) CC_MUST_USE;

#endif
