/*
 * activity_row.h - the columns of a line, for the statements of activity.c and activity_list.c, and how they are read.
 */
#ifndef STORE_ACTIVITY_ROW_H
#define STORE_ACTIVITY_ROW_H

#include "io/db.h"
#include "store/activity.h"

/* A person gave it up, or the same went out otherwise: no failure. */
#define ACTIVITY_GIVEN_UP "('dropped_by_person', 'superseded')"

/* No partner sent this customer, and nothing in the conversion said otherwise: no failure either (core/verdict.h). */
#define ACTIVITY_DIRECT "'ACTION_REF_NOT_FOUND'"

/* The same division as state_counter() in core/state.h, apart from what was given up and what no partner brought. */
#define ACTIVITY_OUTCOME                                                                                               \
	"CASE WHEN d.outcome IN ('SKIPPED', 'SUPPRESSED') THEN 'skipped' WHEN d.outcome <> 'CONVERSION' THEN "         \
	"'waiting' WHEN c.state IN ('ACCEPTED', 'CONFIRMED') THEN 'sent' WHEN c.state IN ('SHADOW', 'ERASED') OR "     \
	"(c.state = 'DEAD' AND c.code IN " ACTIVITY_GIVEN_UP                                                           \
	") THEN 'skipped' WHEN c.state = 'REJECTED' AND c.code = " ACTIVITY_DIRECT                                     \
	" THEN 'direct' WHEN c.state IN ('REJECTED', 'DEAD') "                                                         \
	"THEN 'failed' ELSE 'waiting' END"

#define ACTIVITY_COLUMNS                                                                                               \
	"d.decision_id, d.decided_at, d.received_at, d.occurred_at, d.waits_until, " ACTIVITY_OUTCOME                  \
	", d.outcome, d.code, d.kind, d.object_type, d.object_id, d.name, d.property, d.value, c.conversion_id, "      \
	"c.state, c.code, c.message, c.order_id, c.event_type, c.program_id, c.batch_id, c.action_id, c.partner_id, "  \
	"c.partner_name, CAST(c.amount AS CHAR), CAST(c.payout AS CHAR), c.currency, c.action_state, "                 \
	"c.action_detail, c.locking_at, c.cleared_at, c.sending_at, c.accepted_at, c.ended_at, c.created_at, "         \
	"c.attempts, c.revision, q.due, d.version, c.version"
#define ACTIVITY_LETTERS                                                                                               \
	"ittttsss"                                                                                                     \
	"ssssss"                                                                                                       \
	"issss"                                                                                                        \
	"sssss"                                                                                                        \
	"ss"                                                                                                           \
	"ssss"                                                                                                         \
	"ttttttiitii"
#define ACTIVITY_COLUMN_COUNT 41

#define ACTIVITY_JOINS                                                                                                 \
	" LEFT JOIN conversion c ON c.tenant_id = d.tenant_id AND c.conversion_id = d.conversion_id "                  \
	"LEFT JOIN delivery q ON q.tenant_id = d.tenant_id AND q.kind = 'conversion' "                                 \
	"AND q.effect_id = d.conversion_id "

void activity_row_from(const struct db_value *v, struct activity_row *out);

#endif
