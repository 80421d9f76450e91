/* config_json.h - revisions and faults of the configuration as the site's JSON (openapi.json: Revision, Fault). */
#ifndef WEB_CONFIG_JSON_H
#define WEB_CONFIG_JSON_H

#include "store/config.h"
#include "task/config_check.h"

bool config_json(struct arena *a, const struct config_revision *r, struct json **out, struct err *e) CC_MUST_USE;
struct json *config_faults_json(struct arena *a, const struct config_faults *faults);

#endif
