/*
 * id_properties.h - makes the two properties of the ID doctor in HubSpot (T-24): the click id on contacts and the
 * customer id on deals, each in a property group of ours.
 *
 * What is there already stays as it is and is fine when a line of text fits into it; another type is told.  Afterwards
 * the list of properties is read anew, so that mapping pages know them.
 */
#ifndef TASK_ID_PROPERTIES_H
#define TASK_ID_PROPERTIES_H

#include "base/json.h"
#include "task/token.h"

enum id_property_state {
	ID_PROPERTY_WANTED, /* to be made */
	ID_PROPERTY_MADE,
	ID_PROPERTY_THERE,
	ID_PROPERTY_WRONG,   /* of a type that no id fits into */
	ID_PROPERTY_NO_SCOPE /* the app may not change properties: connect again */
};

#define ID_PROPERTIES 2
extern const struct id_property {
	const char *id;                /* "click_id", "customer_id" */
	const char *object, *name, *label, *description, *group, *group_label, *scope;
} id_properties[ID_PROPERTIES];

struct id_properties_task {
	struct token token; /* first */
	bool wanted[ID_PROPERTIES];
	size_t now;
	/* the result */
	enum id_property_state state[ID_PROPERTIES];
	struct str type[ID_PROPERTIES]; /* when it is WRONG */
};

const char *id_property_state_name(enum id_property_state s);

struct id_properties_task *id_properties_new(struct arena *a, const struct parts *parts, int64_t tenant_id,
    const bool wanted[ID_PROPERTIES]);

#endif
