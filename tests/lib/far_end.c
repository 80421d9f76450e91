#include "lib/far_end.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static void
run_node(int in, int out, const char *script, const char *argument, const char *dir)
{

	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
		_exit(126);
	if (argument == NULL)
		(void)execlp("node", "node", script, dir, (char *)NULL);
	else
		(void)execlp("node", "node", script, argument, dir, (char *)NULL);
	_exit(127);
}

/* The line that says where it listens. */
static bool
read_ports(struct far_end *f, FILE *in)
{
	/* Our own program writes this line. */
	bool ok = fscanf(in, "%d %d %d %199s", &f->port, &f->mute_port, &f->plain_port, f->ca_file) == 4;
	(void)fclose(in);
	return ok;
}

bool
far_end_run(struct far_end *f, const char *script, const char *argument, FILE **out_file)
{
	char dir[] = "/tmp/far-end-XXXXXX";
	int in[2], out[2];

	*f = (struct far_end){ .stop = -1 };
	if (mkdtemp(dir) == NULL || pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
		return false;
	f->pid = fork();
	if (f->pid < 0)
		return false;
	if (f->pid == 0)
		run_node(in[0], out[1], script, argument, dir);
	(void)close(in[0]);
	(void)close(out[1]);
	f->stop = in[1];
	*out_file = fdopen(out[0], "r");
	if (*out_file == NULL)
		far_end_stop(f);
	return *out_file != NULL;
}

bool
far_end_start(struct far_end *f)
{
	FILE *out;

	if (!far_end_run(f, "tests/lib/far_end.mjs", NULL, &out))
		return false;
	if (read_ports(f, out))
		return true;
	far_end_stop(f);
	return false;
}

void
far_end_stop(struct far_end *f)
{
	int status;

	if (f->stop >= 0)
		(void)close(f->stop);
	f->stop = -1;
	if (f->pid > 0)
		(void)waitpid(f->pid, &status, 0);
	f->pid = 0;
}
