#include "lib/far_end.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static void
run_node(int in, int out, char *dir)
{
	char node[] = "node", script[] = "tests/lib/far_end.mjs";
	char *const argv[] = { node, script, dir, NULL };

	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
		_exit(126);
	(void)execvp(node, argv);
	_exit(127);
}

/* The line that says where it listens. */
static bool
read_ports(struct far_end *f, int fd)
{
	FILE *in = fdopen(fd, "r");
	bool ok = false;

	if (in == NULL) {
		(void)close(fd);
		return false;
	}
	/* Our own program writes this line. */
	ok = fscanf(in, "%d %d %d %199s", &f->port, &f->mute_port, &f->plain_port, f->ca_file) == 4;
	(void)fclose(in);
	return ok;
}

bool
far_end_start(struct far_end *f)
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
		run_node(in[0], out[1], dir);
	(void)close(in[0]);
	(void)close(out[1]);
	f->stop = in[1];
	if (read_ports(f, out[0]))
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
