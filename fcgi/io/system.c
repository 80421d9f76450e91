/* system.c - see system.h. */
#include "io/system.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/arena.h"

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

/* Every folder before the last name. */
static bool
make_folders(struct arena *a, const char *path, struct err *e)
{
	char *p = str_c(a, str_from(path));

	for (char *slash = strchr(p + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(p, 0755) != 0 && errno != EEXIST)
			return err_set(e, ERR_IO, "the folder %s cannot be made: %s", p, strerror(errno));
		*slash = '/';
	}
	return true;
}

static bool
write_all(int fd, struct str text)
{
	while (text.n > 0) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			text = str_slice(text, (size_t)n, text.n);
	}
	return fsync(fd) == 0;
}

bool
system_write_file(struct arena *a, const char *path, struct str text, struct err *e)
{
	char *part = str_c(a, str_printf(a, "%s.part", path));
	bool ok;
	int fd;

	if (!make_folders(a, path, e))
		return false;
	fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return err_set(e, ERR_IO, "%s cannot be written: %s", path, strerror(errno));
	ok = write_all(fd, text);
	ok = close(fd) == 0 && ok;
	if (ok && rename(part, path) == 0)
		return true;
	(void)err_set(e, ERR_IO, "%s cannot be written: %s", path, strerror(errno));
	(void)unlink(part);
	return false;
}
