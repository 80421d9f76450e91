/* move.h - another account or program of impact.com while conversions are not finished: a person decides that. */
#ifndef TASK_MOVE_H
#define TASK_MOVE_H

#include "base/err.h"
#include "base/str.h"
#include "store/summary.h"

/* What it is about; what then becomes of it: store/delivery.h, elsewhere. */
struct move {
	struct summary_open open;
	bool account, program; /* which of them changes */
	bool asks; /* something unfinished belongs to what is left */
};

/* From the current revision to these; blanks around them do not count.  Of what was never set nothing is left. */
bool move_look(struct db *db, struct arena *a, int64_t tenant_id, struct str account_sid, struct str program_id,
    struct move *out, struct err *e) CC_MUST_USE;

#endif
