/*
 * records.h - the HubSpot records that a round of decisions needs: which are wanted, which were read, and who
 * belongs to whom.  Each is read once, 100 at a time, however many events name it.
 */
#ifndef FLOW_RECORDS_H
#define FLOW_RECORDS_H

#include "remote/hubspot_crm.h"

struct records;

struct records *records_new(struct arena *a);
/* Once however often it is named; `type` must outlive the set (it is one of the four names). */
void records_want(struct records *r, struct str type, struct str id);
bool records_wanted(const struct records *r, struct str type, struct str id);
/* Wanted ids of the type that were not asked for yet, at most max; they count as asked from now on. */
size_t records_ask(struct records *r, struct str type, struct str *ids, size_t max);
void records_put(struct records *r, struct str type, const struct hubspot_record *record);
/* NULL: not read, or HubSpot has no such record. */
const struct hubspot_record *records_find(const struct records *r, struct str type, struct str id);

void records_link(struct records *r, struct str from_type, struct str to_type, const struct hubspot_association *x);
/* The ids that `id` is associated with, in the order they were read; primary[i] says which is. */
size_t records_linked(const struct records *r, struct arena *a, struct str from_type, struct str id, struct str to_type,
    const struct hubspot_association **links);

#endif
