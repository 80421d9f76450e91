/* preview_round.h - one preview under way, shared by its parts. */
#ifndef TASK_PREVIEW_ROUND_H
#define TASK_PREVIEW_ROUND_H

#include "flow/decide_round.h"
#include "task/preview.h"

struct preview {
	struct decide_round round; /* first */
	struct preview_ask ask;
	struct pending pending; /* of an event that nobody has received */
	struct json *answer;
	bool recalled; /* nothing was read: the ask's snapshot had it all */
	/* What comes when all was read, in place of the answer (task/test_conversion.c); NULL: the answer. */
	bool (*then)(struct preview *p, struct err *e);
};

/* How bad something is: what the page shows in green, yellow and red, and in words. */
enum preview_level {
	PREVIEW_OK,
	PREVIEW_WARN,
	PREVIEW_BAD
};
const char *preview_level_name(enum preview_level level);

/* One remark about a field of the conversion. */
struct preview_note {
	struct str field; /* empty: about the conversion as a whole */
	enum preview_level level;
	struct str code, sentence, advice, fix;
};
#define PREVIEW_NOTES_MAX 600

/* The conversion that has this effect already, or that it would be held for. */
struct preview_earlier {
	int64_t conversion_id, decision_id;
	struct str state, code, order_id, object_type, object_id;
	int64_t created_ms;
	bool same_order, revises;
};

/* What was found out about one record. */
struct preview_record {
	struct str id;
	const struct hubspot_record *record; /* NULL: it could not be read, or is not there */
	struct decide_item item;
	struct judged judged;
	struct chosen contact;
	struct build_output built; /* also when it would not be sent */
	size_t n_items;
	struct preview_note *notes;
	size_t n_notes;
	struct preview_earlier earlier; /* conversion_id 0: none */
};

/* ---- preview.c */

void preview_init(struct preview *p, struct arena *a, const struct parts *parts, int64_t tenant_id,
    const struct preview_ask *ask);

/* ---- preview_judge.c */

/* What would become of the record: fills all but the notes that ask the ledger. */
void preview_judge(struct preview *p, struct str id, struct preview_record *out);
/*
 * Whether that trigger would fire for the record, and why not:
 * {"id","on","property","becomes","when","fires","code","sentence"}
 */
struct json *preview_triggers(struct preview *p, const struct preview_record *r);

/* ---- preview_notes.c */

void preview_note(struct preview_record *r, struct preview_note note);
/* Everything to be said about the fields, and what the ledger knows of the effect. */
bool preview_notes(struct preview *p, struct preview_record *r, struct err *e) CC_MUST_USE;

/* ---- preview_json.c */

struct json *preview_record_json(struct preview *p, const struct preview_record *r);

/* ---- preview_snapshot.c */

/* Takes what the snapshot holds; false when something is wanted that it does not hold. */
bool preview_recall(struct preview *p);
/* NULL when it would be too big, or something could not be read. */
struct json *preview_snapshot(const struct preview *p);

/* ---- preview_search.c */

/* The request for the last records; take reads their ids into ask.ids. */
bool preview_ask_last(struct preview *p, step_fn *take, struct err *e) CC_MUST_USE;
bool preview_take_last(struct preview *p, struct err *e) CC_MUST_USE;

#endif
