/*
 * record_name.h - what a record is called on the site's pages: enough for its people to know it again, and of a
 * customer no more than that.
 *
 * A deal and a company by their name; a contact by the first name and the initial of the last ("Quentin C."), without
 * a first name by the first letter and the domain of the e-mail address ("q...@customer.example").
 */
#ifndef CORE_RECORD_NAME_H
#define CORE_RECORD_NAME_H

#include "base/json.h"
#include "base/str.h"

#define RECORD_NAME_MAX 160 /* bytes; a longer name is cut between two characters */

/* The properties that a name is made of; none for another type of record. */
struct str_list record_name_properties(struct str object_type);
/* Empty when the record has nothing to be called by.  `properties` may be NULL. */
struct str record_name(struct arena *a, struct str object_type, const struct json *properties);

#endif
