/* site.h - the loop of connector-site: takes requests from nginx, one at a time, until it shall end. */
#ifndef WEB_SITE_H
#define WEB_SITE_H

#include "task/installation.h"

bool site_run(const struct installation *installation, struct err *e) CC_MUST_USE;

#endif
