/* illegal.c - see illegal.h. */
#include "store/illegal.h"

#include <stdlib.h>

#include "base/log.h"

bool
illegal_move(enum tally which, int64_t id, const char *from, const char *to, struct err *e)
{
	tally_add(which, 1);
	log_event(LOG_ERROR, "state.illegal_move", LOG_C("of", which == TALLY_ILLEGAL_UPDATE ? "update" : "conversion"),
	    LOG_I("id", id), LOG_C("from", from), LOG_C("to", to),
	    LOG_C("advice", "a defect of the connector: the row stays as it is; please report this line"));
#ifdef CONNECTOR_FAULTS
	abort();
#endif
	return err_set(e, ERR_FAULT, "%s is no move from %s", to, from);
}
