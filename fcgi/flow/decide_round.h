/* decide_round.h - the state of one decide round, shared by its reading half and its writing half. */
#ifndef FLOW_DECIDE_ROUND_H
#define FLOW_DECIDE_ROUND_H

#include "flow/records.h"
#include "flow/step.h"
#include "lang/build.h"
#include "lang/ruleset.h"
#include "store/lease.h"
#include "store/pending.h"
#include "store/tenant.h"

/* One event of the round and how far it got. */
struct decide_item {
	const struct pending *pending;
	enum ruleset_match match;
	const struct config_trigger *trigger;
	const struct ruleset_object *object; /* when matched */
};

enum decide_read_kind {
	DECIDE_RECORDS,
	DECIDE_LINKS,
	DECIDE_LINKS_MORE
};

/* What an outstanding request asks for. */
struct decide_read {
	enum decide_read_kind kind;
	struct str type, to_type, from_id;
};

struct decide_round {
	struct step step;
	struct lease lease;
	struct tenant tenant;
	int64_t revision;
	struct ruleset rules;
	struct json *stage_labels;
	struct decide_item *items;
	size_t n_items;
	size_t n_records;  /* distinct ones that rules match */
	int64_t oldest_ms; /* how long the first of their events has waited */
	struct records *records;
	struct secret token;
	struct decide_read reads[STEP_REQUESTS_MAX];
	/* association pages still to come */
	struct decide_read *more;
	struct str *more_after;
	size_t n_more, cap_more;
	int64_t read_at_ms;
};

/* Writes what was decided; the end of the round. */
bool decide_write(struct decide_round *r, struct err *e) CC_MUST_USE;

#endif
