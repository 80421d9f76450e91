/*
 * crm.h - a small HubSpot for tests of flows: records and associations that a test puts there, read by the batch
 * requests of hubspot.md 3.  It refuses what is not asked as documented: over 100 ids, an id twice, no token.
 */
#ifndef TESTS_LIB_CRM_H
#define TESTS_LIB_CRM_H

#include "base/http_message.h"

/* Empty again; everything lives in the arena. */
void crm_reset(struct arena *a);
/* A record, with its properties as JSON text; put again it is replaced. */
void crm_put(const char *type, const char *id, const char *properties);
/* created_at: "2026-09-10T17:42:38Z" */
void crm_put_created(const char *type, const char *id, const char *properties, const char *created_at);
void crm_remove(const char *type, const char *id);
void crm_link(const char *from_type, const char *from, const char *to_type, const char *to, bool primary);
/* From now on a batch answer brings at most so many associations of one record, the rest by page. */
void crm_page(size_t most);
/* From now on a request whose URL holds that text is answered so; and batches answer 207 with an error for that id. */
void crm_refuse(const char *url_part, struct http_answer answer);
void crm_error(const char *id, const char *category);
/* All is well again. */
void crm_mend(void);
/* The answer to a request to /crm/...; a request that HubSpot would refuse fails the test. */
struct http_answer crm_answer(const struct http_request *q);

#endif
