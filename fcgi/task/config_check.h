/*
 * config_check.h - everything that keeps a configuration from being saved, whoever brings it: a page, a file, the
 * operator.
 */
#ifndef TASK_CONFIG_CHECK_H
#define TASK_CONFIG_CHECK_H

#include "core/config_document.h"
#include "task/installation.h"

/* What is wrong with a document; paths and sentences. */
struct config_faults {
	const struct config_fault *list;
	size_t n;
};

/* All faults of a document's text: its shape, its rules, and triggers that HubSpot would tell nothing about. */
bool config_check(struct arena *a, const struct installation *in, struct str text, struct config_faults *out,
    struct err *e) CC_MUST_USE;
/*
 * `edited` with impact.com's part as it is in `current`: the account and the program are not what a page, a file or an
 * older revision changes by the way.
 */
struct json *config_keep_impact(struct arena *a, const struct json *edited, const struct json *current);

#endif
