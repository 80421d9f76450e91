/*
 * room.c - a small disk that is only played, for machines where tests/soak/room.sh may mount none: preloaded into the
 * programs, it answers ENOSPC to what would let the files below ROOM_DIR grow over ROOM_MB, and tells statfs() and
 * statvfs() so.  Other files, and what is written over, are let through.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum {
	FRESH_MS = 20 /* so long what was counted is believed: walking the folder for each write is too dear */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t used, counted_ms;

static int64_t
room(void)
{
	const char *mb = getenv("ROOM_MB");

	return (mb == NULL ? 0 : strtoll(mb, NULL, 10)) << 20;
}

static bool
inside(const char *path)
{
	const char *dir = getenv("ROOM_DIR");
	size_t n = dir == NULL ? 0 : strlen(dir);

	return n > 0 && strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

static int64_t
bytes_below(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *d;
	struct stat st;
	int64_t sum = 0;

	if (dir == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return 0;
	}
	while ((d = readdir(dir)) != NULL) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0 ||
		    fstatat(fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		sum += S_ISDIR(st.st_mode) ? bytes_below(fd, d->d_name) : (int64_t)st.st_blocks * 512;
	}
	(void)closedir(dir);
	return sum;
}

/* What is left, after `more` bytes were taken of it. */
static int64_t
left_after(int64_t more)
{
	struct timespec t;
	int64_t now, left;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	now = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
	(void)pthread_mutex_lock(&lock);
	if (now - counted_ms >= FRESH_MS) {
		used = bytes_below(AT_FDCWD, getenv("ROOM_DIR"));
		counted_ms = now;
	}
	left = room() - used - more;
	if (left >= 0)
		used += more;
	(void)pthread_mutex_unlock(&lock);
	return left;
}

/* Whether there is no room for these bytes; `at` < 0: at the file's own position. */
static bool
too_much(int fd, off_t at, size_t n)
{
	char link[64], path[PATH_MAX];
	struct stat st;
	ssize_t got;
	int64_t more;

	if (room() == 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	if (at < 0)
		at = (fcntl(fd, F_GETFL) & O_APPEND) != 0 ? st.st_size : lseek(fd, 0, SEEK_CUR);
	more = (int64_t)at + (int64_t)n - (int64_t)st.st_blocks * 512;
	if (more <= 0)
		return false;
	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	got = readlink(link, path, sizeof path - 1);
	if (got <= 0)
		return false;
	path[got] = '\0';
	if (!inside(path) || left_after(more < (int64_t)n ? more : (int64_t)n) >= 0)
		return false;
	errno = ENOSPC;
	return true;
}

static size_t
length(const struct iovec *v, int n)
{
	size_t sum = 0;

	for (int i = 0; i < n; i++)
		sum += v[i].iov_len;
	return sum;
}

ssize_t
write(int fd, const void *p, size_t n)
{
	return too_much(fd, -1, n) ? -1 : REAL(write)(fd, p, n);
}

ssize_t
writev(int fd, const struct iovec *v, int n)
{
	return too_much(fd, -1, length(v, n)) ? -1 : REAL(writev)(fd, v, n);
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	return too_much(fd, at, n) ? -1 : REAL(pwrite)(fd, p, n, at);
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	return too_much(fd, at, n) ? -1 : REAL(pwrite64)(fd, p, n, at);
}

ssize_t
pwritev(int fd, const struct iovec *v, int n, off_t at)
{
	return too_much(fd, at, length(v, n)) ? -1 : REAL(pwritev)(fd, v, n, at);
}

ssize_t
pwritev64(int fd, const struct iovec *v, int n, off64_t at)
{
	return too_much(fd, at, length(v, n)) ? -1 : REAL(pwritev64)(fd, v, n, at);
}

int
fallocate(int fd, int mode, off_t at, off_t n)
{
	return mode == 0 && too_much(fd, at, (size_t)n) ? -1 : REAL(fallocate)(fd, mode, at, n);
}

int
fallocate64(int fd, int mode, off64_t at, off64_t n)
{
	return mode == 0 && too_much(fd, at, (size_t)n) ? -1 : REAL(fallocate64)(fd, mode, at, n);
}

int
posix_fallocate(int fd, off_t at, off_t n)
{
	return too_much(fd, at, (size_t)n) ? ENOSPC : REAL(posix_fallocate)(fd, at, n);
}

int
posix_fallocate64(int fd, off64_t at, off64_t n)
{
	return too_much(fd, at, (size_t)n) ? ENOSPC : REAL(posix_fallocate64)(fd, at, n);
}

/* Whether this path lies on the played disk. */
static bool
played(const char *path)
{
	char real[PATH_MAX];

	return room() > 0 && realpath(path, real) != NULL && inside(real);
}

/* The sizes of any of the four structures; f_frsize is f_bsize where there is no fragment. */
#define SMALLER(st, unit)                                                                                              \
	do {                                                                                                           \
		int64_t left = left_after(0);                                                                          \
		(st)->f_blocks = (unsigned long)(room() / (int64_t)(unit));                                            \
		(st)->f_bfree = (st)->f_bavail = left < 0 ? 0 : (unsigned long)(left / (int64_t)(unit));               \
	} while (0)

int
statvfs(const char *path, struct statvfs *st)
{
	int result = REAL(statvfs)(path, st);

	if (result == 0 && played(path))
		SMALLER(st, st->f_frsize);
	return result;
}

int
statvfs64(const char *path, struct statvfs64 *st)
{
	int result = REAL(statvfs64)(path, st);

	if (result == 0 && played(path))
		SMALLER(st, st->f_frsize);
	return result;
}

int
statfs(const char *path, struct statfs *st)
{
	int result = REAL(statfs)(path, st);

	if (result == 0 && played(path))
		SMALLER(st, st->f_bsize);
	return result;
}

int
statfs64(const char *path, struct statfs64 *st)
{
	int result = REAL(statfs64)(path, st);

	if (result == 0 && played(path))
		SMALLER(st, st->f_bsize);
	return result;
}
