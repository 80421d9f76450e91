/*
 * verdict.h - every code that may end a conversion or a decision, with its sentence and what to do.
 *
 * One table: impact.com's ErrorReason codes (impact.md 2.5), our own reasons for not sending, and what the
 * transport may say.  The site shows the words, the engine uses the class.
 */
#ifndef CORE_VERDICT_H
#define CORE_VERDICT_H

#include "base/str.h"

enum verdict_class {
	VERDICT_FINAL,         /* will not change by itself: so the program's rules are, or ours */
	VERDICT_CONFIGURATION, /* wrong set-up: event type, program, mapping */
	VERDICT_CONTRACT,      /* may work after a change at impact.com: contract, partner, support */
	VERDICT_DUPLICATE,     /* the same order was counted already */
	VERDICT_RISK,          /* refused as suspicious */
	VERDICT_WAITING        /* will be looked at again */
};

struct verdict {
	const char *code; /* "ACTION_REF_NOT_FOUND", "no_consent", ... */
	enum verdict_class kind;
	const char *sentence; /* what happened */
	const char *advice;   /* what to do; begins with "Nothing" when nothing has to be done */
	/*
	 * The page that helps: "settings", "triggers", "mappings", "hubspot", "impact"; "" when nothing has to be
	 * done, or a person decides it where it stands ("held_...", "dropped_...", "poison").
	 */
	const char *fix;
};

extern const struct verdict verdict_table[];
extern const size_t verdict_table_n;

/* Never NULL: an unknown code gets a general row that says so. */
const struct verdict *verdict_find(struct str code);
/* Whether a refusal with that code means every conversion of the event type, until somebody mends the set-up. */
bool verdict_holds_event_type(struct str code);
/*
 * impact.com found no partner for it, and it named none: a sale of the brand's own, no fault.  With a click id in it
 * the same answer is a fault: VERDICT_CLICK_NOT_FOUND.
 */
#define VERDICT_DIRECT          "ACTION_REF_NOT_FOUND"
#define VERDICT_CLICK_NOT_FOUND "click_not_found"
bool verdict_is_direct(struct str code);
/* The first code of a list separated by blanks or commas (ErrorReason may hold several). */
struct str verdict_first(struct str codes);
/* The one code to tell: a known one may hold a blank ("Contract Error"); else the first of the list. */
struct str verdict_code(struct str codes);

#endif
