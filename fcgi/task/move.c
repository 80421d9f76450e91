/* move.c - see move.h. */
#include "task/move.h"

#include "base/arena.h"
#include "core/config_document.h"
#include "store/config.h"

static bool
leaves(struct str before, struct str after)
{
	return before.n > 0 && !str_eq(before, str_trim(after));
}

bool
move_look(struct db *db, struct arena *a, int64_t tenant_id, struct str account_sid, struct str program_id,
    struct move *out, struct err *e)
{
	struct config_document document;
	struct config_revision now;
	struct config_fault *faults;
	size_t n;

	*out = (struct move){ .asks = false };
	if (!config_current(db, a, tenant_id, &now, e) ||
	    !config_document_parse(a, now.document, &document, &faults, &n, e) ||
	    !summary_open(db, a, tenant_id, &out->open, e))
		return false;
	out->account = leaves(document.account_sid, account_sid);
	out->program = leaves(document.program_id, program_id);
	out->asks = (out->account && out->open.waiting + out->open.in_doubt + out->open.accepted > 0) ||
	            (out->program && out->open.waiting + out->open.in_doubt > 0);
	return true;
}
