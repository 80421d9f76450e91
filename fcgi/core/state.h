/*
 * state.h - the life of a conversion, as a table that is checked on every move.
 *
 *              claim            answer: queued             verdict
 *   READY ---------------> SENDING ------------> ACCEPTED ----------> CONFIRMED
 *    ^ |  ^                 | | |                   |  '-- refused --> REJECTED
 *    | |  '--- not sent ----' | '-- refused --------'---------------->   |
 *    | |                      | no answer, or a crash                    | mapping fixed: next revision
 *    | |                      v                                          |
 *    | |                   UNKNOWN -- found: CONFIRMED, queued uri: ACCEPTED
 *    | |                      |  '--- two unanswered ---> DEAD           |
 *    | '--- resend ----------<'  (UNKNOWN -> READY)                      |
 *    '-------------------------------------------------------------------'
 *   UNKNOWN, when the answer of that same attempt comes after all: as from SENDING; when its submission is complete:
 *     ACCEPTED; when that cannot be read for long, and no action is found: DEAD
 *   READY -> DEAD (a person decides)
 *   READY <-> PARKED (tenant paused, disconnected, consent off);  SENDING -> PARKED (credentials refused)
 *   HELD (already sent as X: a person decides) -> READY or DEAD;  SHADOW -> READY;  any -> ERASED
 *   DEAD -> READY (a person sends it again) or ACCEPTED (a person found it at impact.com: its verdict is looked for)
 *
 * The same as a list, which a test compares with the table:
 *   READY    -> SENDING PARKED DEAD ERASED
 *   SENDING  -> READY UNKNOWN ACCEPTED REJECTED PARKED ERASED
 *   UNKNOWN  -> READY ACCEPTED CONFIRMED REJECTED PARKED DEAD ERASED
 *   ACCEPTED -> CONFIRMED REJECTED ERASED
 *   CONFIRMED -> ERASED
 *   REJECTED -> READY ERASED
 *   HELD     -> READY DEAD ERASED
 *   PARKED   -> READY ERASED
 *   SHADOW   -> READY ERASED
 *   DEAD     -> READY ACCEPTED ERASED
 *   ERASED   ->
 *
 * In the row, while it lasts:
 *   READY    the body is frozen; a delivery row is due.  A crash leaves it READY.
 *   SENDING  committed before a byte leaves; a crash leaves it SENDING: the next owner of the lease makes it UNKNOWN.
 *   UNKNOWN  it may have arrived; nothing is sent until it was looked for.
 *   ACCEPTED impact.com queued it (batch_id) or answered a resend.
 *   CONFIRMED an action exists; pending, approved, reversed, paid are columns, not states.
 *   REJECTED the far end said no (code, in words).
 *   DEAD     a person decides.
 * The same names are the ENUM in sql/; a test compares picture, table and ENUM.
 */
#ifndef CORE_STATE_H
#define CORE_STATE_H

#include <stdbool.h>

#include "base/str.h"

enum state {
	STATE_READY,
	STATE_SENDING,
	STATE_UNKNOWN,
	STATE_ACCEPTED,
	STATE_CONFIRMED,
	STATE_REJECTED,
	STATE_HELD,
	STATE_PARKED,
	STATE_SHADOW,
	STATE_DEAD,
	STATE_ERASED,
	STATE__COUNT
};

/* "READY", ... */
const char *state_name(enum state s);
bool state_parse(struct str name, enum state *out);
/* Whether the table allows the move. */
bool state_may(enum state from, enum state to);
/* Nothing will happen to it by itself any more. */
bool state_ended(enum state s);
/* The four counters of the site: "sent", "waiting", "skipped", "failed". */
const char *state_counter(enum state s);

#endif
