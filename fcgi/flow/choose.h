/*
 * choose.h - which of a record's associated contacts and companies counts, and the order of its line items.
 *
 * Each choice depends on the records alone, never on the order in which HubSpot tells them.
 */
#ifndef FLOW_CHOOSE_H
#define FLOW_CHOOSE_H

#include "core/event.h"
#include "flow/records.h"

struct chosen {
	const struct hubspot_record *record; /* NULL: there is none */
	const char *why; /* "primary", "click_id", "created_first" or "only": what made the difference */
	size_t of;       /* so many there were */
};

/*
 * Decision C-16: the contact labelled primary, else the one with a click id, else the one created first; with equal
 * ones the next rule decides, and the smaller id in the end.  Of a company most contacts are labelled primary: it is
 * their primary company.
 */
struct chosen choose_contact(const struct records *r, struct arena *a, const struct event *ev);
/* The company labelled primary, else the one created first, else the smaller id. */
struct chosen choose_company(const struct records *r, struct arena *a, const struct event *ev);
/* The line items in their order on the quote (hs_position_on_quote), those without a place behind, by id. */
size_t choose_items(const struct records *r, struct arena *a, const struct event *ev,
    const struct hubspot_record ***items);

#endif
