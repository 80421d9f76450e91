/* connector-worker: everything asynchronous.  Splits, decides, sends, follows, refreshes, keeps house. */
#include "base/log.h"
#include "program.h"
#include "work/worker.h"

int
main(int argc, char **argv)
{
	struct program p;
	struct err e = { .code = ERR_NONE };
	int code = 0;

	if (!program_open(&p, "connector-worker", argc, argv))
		return PROGRAM_EXIT_CONFIG;
	if (p.check) {
		code = program_check(&p);
	} else if (!worker_run(&p.installation.parts, &e)) {
		log_event(LOG_ERROR, "worker.failed", LOG_C("why", e.text));
		code = 1;
	}
	program_close(&p);
	return code;
}
