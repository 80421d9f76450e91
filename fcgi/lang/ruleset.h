/*
 * ruleset.h - a config document made ready to run: expressions compiled, fields found, needs collected.
 *
 * A rule is one live trigger of an object type with that object's mapping; the triggers of one object are an OR.
 */
#ifndef LANG_RULESET_H
#define LANG_RULESET_H

#include "core/catalogue.h"
#include "core/config_document.h"
#include "core/event.h"
#include "lang/lang.h"

/* An object's mapping reads at most so many properties of one record type. */
#define RULESET_PROPERTIES_MAX 1000

struct ruleset_row {
	const struct config_row *row;
	const struct catalogue_field *field;
	const struct lang *expression;
	const struct lang_when *when;
};

struct ruleset_trigger {
	const struct config_trigger *config;
	const struct lang_when *when; /* NULL: it is off, or cannot run */
	bool needs_contact;           /* the condition reads the contact */
};

struct ruleset_object {
	const struct config_object *config;
	const struct ruleset_trigger *triggers; /* all of config's, in their order */
	const struct ruleset_row *rows;         /* active ones only */
	size_t n_rows;
	/* What has to be read, by name, without duplicates; computed fields already replaced by their property. */
	const struct str *properties, *contact_properties, *company_properties, *item_properties;
	size_t n_properties, n_contact_properties, n_company_properties, n_item_properties;
	bool needs_contact, needs_company, needs_items, needs_account; /* has to be read */
	bool mapping_needs_contact; /* has to be there: its fields are mapped */
};

struct ruleset {
	struct config_document document;
	struct ruleset_object objects[CONFIG_OBJECTS];
};

/*
 * Compiles a document that config_document_parse() accepted.  Rows that cannot run are faults and left
 * out.  The contact properties always hold the click id property `custom_impact_click_id` and `createdate`
 * when contacts are read (decision C-16).
 */
void ruleset_compile(struct arena *a, const struct config_document *document, const struct catalogue *catalogue,
    struct ruleset *out, struct config_fault **faults, size_t *n_faults);
/*
 * All that keeps the document from working (I-09): what ruleset_compile() finds, and for each object with
 * a live trigger every required field or combination that is not mapped, fields mapped twice, exclusive
 * fields mapped together, texts that impact.com would not take.  Paths are "objects.deals.mapping" or ".../<row
 * id>.expression".
 */
size_t ruleset_check(struct arena *a, const struct config_document *document, const struct catalogue *catalogue,
    struct config_fault **faults);

enum ruleset_match {
	RULESET_NOT_CONCERNED, /* no trigger looks at this event */
	RULESET_OTHER_VALUE,   /* a trigger looks at this property but wants another value */
	RULESET_OFF,           /* the only trigger that matches is switched off */
	RULESET_NO_CONSENT,    /* it matches, but the object type's consent is off */
	RULESET_MATCHED
};
/*
 * Which trigger (NULL unless one is concerned) answers for this event; the best match wins.  Conditions are
 * left aside: they need the record (build_wanted() in build.h).
 */
enum ruleset_match ruleset_match_event(const struct ruleset *rules, const struct event *ev,
    const struct config_trigger **trigger);
/* How well trigger number `i` of the object answers for this event. */
enum ruleset_match ruleset_match_trigger(const struct ruleset_object *o, size_t i, const struct event *ev);
const struct ruleset_object *ruleset_object(const struct ruleset *rules, struct str type);

#endif
