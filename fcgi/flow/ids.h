/*
 * ids.h - the walks of the ID doctor over an account's records (B-13, I-10, I-13, I-43): one step of work under the
 * lease `scan`, page by page, its place kept after each (store/id_run.h).
 *
 *   check   how many contacts there are, with e-mail address and click id (search totals); a sample of contacts and
 *           companies; then every deal with the contact that counts (C-16): whether it has one, its click id, e-mail
 *           address and CustomerId as the mapping makes it, and ids that contradict each other
 *   fill    every deal: the associated contact's id becomes its impact_customer_id (I-44); what is to be written is
 *           planned (store/record_update.h), never more than WAITING_MAX ahead of the writing
 *   keep    the deals changed since the last look that have none, every ids_keep_s
 *
 * Of a record with more associations than a page of HubSpot's holds those of the first page are looked at.
 *
 * The result is one JSON object of numbers, and under "examples" up to IDS_EXAMPLES record ids for each finding.
 */
#ifndef FLOW_IDS_H
#define FLOW_IDS_H

#include "flow/records.h"
#include "flow/step.h"
#include "lang/lang.h"
#include "store/id_run.h"
#include "store/lease.h"

#define IDS_CUSTOMER "impact_customer_id"
#define IDS_CLICK    "custom_impact_click_id"
#define IDS_EXAMPLES 10

struct step *ids_new(struct arena *a, const struct parts *parts, const struct lease *l);

/* ---- inside the walk: ids.c asks, ids_look.c looks at what came */

/* Where a record type gets its CustomerId and ClickId from; NULL: not mapped, or not written right. */
struct ids_source {
	struct lang *customer, *click;
};

struct ids_page {
	struct str type;
	struct hubspot_record *records;
	size_t n;
	struct str after; /* the next page; empty: this is the last */
};

struct ids_walk {
	struct step step; /* first */
	struct lease lease;
	struct id_run run;
	int at; /* enum ids_step of ids.c */
	struct json *progress, *result;
	struct ids_source contacts, companies, deals;
	struct records *records;
	struct ids_page page;
	int64_t search_total;
	int pages;
};

/* The CustomerId and ClickId rows of the configuration. */
bool ids_sources(struct ids_walk *w, struct err *e) CC_MUST_USE;
/* What the walk reads of a record type: its own fields, or of an associated contact. */
struct str_list ids_properties(struct ids_walk *w, struct str type, bool as_contact);
/* Adds to a number of the result. */
void ids_add(struct ids_walk *w, const char *name, int64_t n);
/* Looks at the page's records and their contacts; a fill plans what is to be written, inside a transaction. */
bool ids_look(struct ids_walk *w, struct err *e) CC_MUST_USE;

#endif
