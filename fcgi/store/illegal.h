/*
 * illegal.h - a move that its state machine's table does not have (core/state.h, core/update_state.h): a defect of
 * ours.
 *
 * In a test build (CONNECTOR_FAULTS) the program ends at once.  An installed one refuses the move, so that the row
 * stays what it is, writes a line of level error, and counts it as connector_illegal_moves_total, which is 0 as long
 * as nothing is wrong (README.md, Health and metrics).
 */
#ifndef STORE_ILLEGAL_H
#define STORE_ILLEGAL_H

#include "base/err.h"
#include "base/tally.h"

/* `which` is TALLY_ILLEGAL_CONVERSION or TALLY_ILLEGAL_UPDATE, `id` of its row.  Always false, ERR_FAULT. */
bool illegal_move(enum tally which, int64_t id, const char *from, const char *to, struct err *e);

#endif
