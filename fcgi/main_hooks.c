/* connector-hooks: verify, store, answer.  No remote calls, no parsing. */
#include "hook/receiver.h"
#include "program.h"

int
main(int argc, char **argv)
{
	struct program p;
	int code;

	if (!program_open(&p, "connector-hooks", argc, argv))
		return PROGRAM_EXIT_CONFIG;
	code = p.check ? program_check(&p) : receiver_run(&p.installation.settings, p.db, p.installation.parts.worker);
	program_close(&p);
	return code;
}
