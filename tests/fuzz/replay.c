/*
 * replay.c - runs a fuzz entry over the files of a folder, as a plain test.
 *
 * libFuzzer brings a main of its own; this one is linked instead of it in the sanitizer build, so that every corpus
 * is run on every change.  Each file is given whole and cut short at a few places.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define FILE_MAX_BYTES (1024U * 1024U)

static void
run_copy(const uint8_t *data, size_t n)
{
	/* Exactly n bytes on the heap: a read past the end is seen. */
	uint8_t *copy = malloc(n == 0 ? 1 : n);
	if (copy == NULL)
		abort();
	memcpy(copy, data, n);
	(void)LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static int
replay(const char *folder, const char *name, uint8_t *room)
{
	char path[4096];
	if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
		return 1;
	FILE *f = fopen(path, "rb");
	if (f == NULL) {
		printf("not ok %s cannot be read\n", path);
		return 1;
	}
	size_t n = fread(room, 1, FILE_MAX_BYTES, f);
	(void)fclose(f);
	run_copy(room, n);
	for (size_t part = 1; part < 8; part++)
		run_copy(room, n * part / 8);
	printf("ok %s\n", name);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc != 2) {
		(void)fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]);
		return 2;
	}
	DIR *dir = opendir(argv[1]);
	uint8_t *room = malloc(FILE_MAX_BYTES);
	if (dir == NULL || room == NULL) {
		printf("not ok %s cannot be opened\n", argv[1]);
		free(room);
		return 1;
	}
	int bad = 0;
	for (struct dirent *d = readdir(dir); d != NULL; d = readdir(dir)) {
		if (d->d_name[0] != '.')
			bad |= replay(argv[1], d->d_name, room);
	}
	(void)closedir(dir);
	free(room);
	return bad;
}
