/*
 * update_state.h - the life of an update of a HubSpot record.
 *
 *            read: differs        answer
 *   READY ------------------> SENDING ------> DONE
 *    | ^ |                      |  |
 *    | | |                      |  '- refused, for this record ----> REFUSED
 *    | | |                      |                                       |
 *    | | '--- no answer, a crash, 429, 5xx: the value is read anew <----' "retry the failed ones"
 *    | |
 *    | '- read: has that value already ----> DONE;  has another one ----> KEPT;  no such record ----> REFUSED
 *    '--- its run was stopped ----> STOPPED
 *
 * Writing the same value twice does no harm, so there is no UNKNOWN: what has no answer is read again and written only
 * when it did not arrive.
 *
 * The same as a list, which a test compares with the table:
 *   READY    -> SENDING DONE KEPT REFUSED STOPPED
 *   SENDING  -> READY DONE REFUSED
 *   DONE     ->
 *   KEPT     ->
 *   REFUSED  -> READY
 *   STOPPED  ->
 */
#ifndef CORE_UPDATE_STATE_H
#define CORE_UPDATE_STATE_H

#include <stdbool.h>

#include "base/str.h"

enum update_state {
	UPDATE_READY,
	UPDATE_SENDING,
	UPDATE_DONE,
	UPDATE_KEPT,
	UPDATE_REFUSED,
	UPDATE_STOPPED,
	UPDATE__COUNT
};

/* "READY", ... as in SQL. */
const char *update_state_name(enum update_state s);
bool update_state_parse(struct str name, enum update_state *out);
/* Whether the table allows the move. */
bool update_state_may(enum update_state from, enum update_state to);

#endif
