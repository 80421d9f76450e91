/*
 * connector-site: the site's JSON API and the way to HubSpot and back.  Pools "site" and "live" are the same program.
 */
#include "base/log.h"
#include "program.h"
#include "web/site.h"

int
main(int argc, char **argv)
{
	struct program p;
	struct err e = { .code = ERR_NONE };
	int code = 0;

	if (!program_open(&p, "connector-site", argc, argv))
		return PROGRAM_EXIT_CONFIG;
	if (p.check) {
		code = program_check(&p);
	} else if (!site_run(&p.installation, &e)) {
		log_event(LOG_ERROR, "site.failed", LOG_C("why", e.text));
		code = 1;
	}
	program_close(&p);
	return code;
}
