/* system.c - see system.h. */
#include "io/system.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/str.h"

int64_t
system_memory_kb(void)
{
	char text[128];
	struct str rest, word;
	int64_t pages = 0;
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));

	if (fd >= 0)
		(void)close(fd);
	if (n <= 0)
		return 0;
	rest = (struct str){ .p = text, .n = (size_t)n };
	/* size resident shared ... */
	for (int i = 0; i < 2; i++)
		if (!str_cut(&rest, ' ', &word))
			return 0;
	if (!str_to_int(word, 0, INT64_MAX / 4096, &pages))
		return 0;
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

bool
system_disk_free_mb(const char *path, int64_t *out, struct err *e)
{
	struct statvfs fs;

	if (statvfs(path, &fs) != 0)
		return err_set(e, ERR_IO, "the free space at %s is not known: %s", path, strerror(errno));
	*out = (int64_t)(fs.f_bavail * (fs.f_frsize / 1024) / 1024);
	return true;
}
