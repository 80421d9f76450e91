/* ids_json.h - what the ID doctor's page is told: how the mapping identifies customers, and how a walk stands. */
#ifndef WEB_IDS_JSON_H
#define WEB_IDS_JSON_H

#include "core/config_document.h"
#include "store/id_run.h"
#include "store/record_update.h"
#include "web/request.h"

/*
 * [{"object","mapped","expression","identity"}]: what a conversion of each object type calls the customer (I-13).
 * Equal identities mean that impact.com sees one customer; "" is not mapped, "other:..." an expression of its own.
 */
struct json *ids_sources_json(struct arena *a, const struct config_document *document);
/* A walk as the page shows it; run NULL: {"state":"never"}. */
struct json *ids_run_json(struct arena *a, const struct id_run *run);
/* A fill's with what became of its records. */
struct json *ids_fill_json(struct arena *a, const struct id_run *run, const int64_t counts[UPDATE__COUNT]);

#endif
