/* set_up.h - how far the rules of an account are: for Overview's checklist and the frame of every page. */
#ifndef WEB_SET_UP_H
#define WEB_SET_UP_H

#include "core/catalogue.h"
#include "core/config_document.h"

struct set_up {
	struct config_fault *faults; /* what keeps the configuration from working */
	size_t n_faults;
	bool live;    /* a trigger of any object is */
	bool consent; /* to an object with a live trigger; while there is none, to any */
	bool mapping; /* no object with a live trigger has a fault */
	bool rules;   /* an object has all three: what happens in HubSpot may become a conversion */
};

void set_up_load(struct arena *a, const struct config_document *document, const struct catalogue *catalogue,
    struct set_up *out);
/* Whether any trigger of the object is live. */
bool set_up_is_live(const struct config_object *o);
/* The fault is about that object: "objects.deals.mapping..." */
bool set_up_fault_of(const struct config_fault *fault, struct str object_type);
bool set_up_is_faulty(const struct set_up *s, const struct config_object *o);

#endif
