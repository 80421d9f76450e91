/* file.h - reads a file of the tree for a test; tests run in the root of the checkout. */
#ifndef TESTS_LIB_FILE_H
#define TESTS_LIB_FILE_H

#include "base/json.h"
#include "base/str.h"
#include "core/catalogue.h"

/* The whole file; a file that cannot be read fails the test. */
struct str file_read(struct arena *a, const char *path);
struct json *file_json(struct arena *a, const char *path);
/* conf/impact-fields.json */
struct catalogue *file_catalogue(struct arena *a);

#endif
