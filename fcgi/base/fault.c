/* fault.c - see fault.h. */
#include "base/fault.h"

#ifdef CONNECTOR_FAULTS

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* One pass of the file; true when it is one that kills. */
static bool
pass(int fd, const char *path)
{
	char text[32] = "";
	int passes = 0, kills = 1;
	bool hit;

	if (flock(fd, LOCK_EX) != 0 || access(path, F_OK) != 0) /* somebody else had the last one */
		return false;
	if (pread(fd, text, sizeof text - 1, 0) > 0)
		(void)sscanf(text, "%d %d", &passes, &kills);
	hit = passes <= 0;
	if (hit)
		kills--;
	else
		passes--;
	if (kills <= 0) {
		(void)unlink(path);
	} else {
		int n = snprintf(text, sizeof text, "%d %d\n", passes, kills);

		if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n)
			abort();
	}
	return hit;
}

static bool
hit_file(const char *point, struct str value)
{
	const char *folder = getenv("CONNECTOR_FAULTS");
	char path[512];
	int fd, n;
	bool hit;

	if (folder == NULL)
		return false;
	n = snprintf(path, sizeof path, "%s/%s%s" STR_FMT, folder, point, value.n > 0 ? "@" : "", STR_ARG(value));
	if (n < 0 || (size_t)n >= sizeof path)
		return false;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return false;
	hit = pass(fd, path);
	(void)close(fd);
	return hit;
}

bool
fault_hit(const char *point, struct str value)
{
	return hit_file(point, STR("")) ||
	       (value.n > 0 && str_find_char(value, '/') == value.n && hit_file(point, value));
}

void
fault_point(const char *point, struct str value)
{
	if (!fault_hit(point, value))
		return;
	fprintf(stderr, "fault: killed at %s " STR_FMT "\n", point, STR_ARG(value));
	(void)raise(SIGKILL);
}

#else

/* ISO C wants something in a file. */
typedef int fault_none;

#endif
