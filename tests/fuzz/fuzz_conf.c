/* Any bytes as connector.conf: read or refused with a place, and a secret in it is never repeated (F-156, F-158). */
#include <assert.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "io/conf.h"

#define INPUT_MAX 50000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libconfig 1.5 loses a half-read text of its own when it meets a syntax error. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig_yy\nleak:libconfig.so";
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings settings;
	struct secret key;
	struct str faults;
	struct err e = { 0 };
	char path[64];

	if (size > INPUT_MAX)
		return 0;
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (fd < 0 || fchmod(fd, 0600) != 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	struct arena *a = arena_new((size_t)64 << 20);
	if (conf_load(a, path, &settings, &faults, &e))
		assert(faults.n == 0 && settings.public_url.n > 0 && settings.lease_s >= 2);
	else
		assert(faults.n > 0 && e.code != ERR_NONE && strstr(e.text, path) != NULL);
	assert(!conf_master_key(a, path, &key, &e) || key.length == 32);
	arena_free(a);
	(void)close(fd);
	return 0;
}
