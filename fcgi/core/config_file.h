/*
 * config_file.h - a configuration as a file that people keep, read, compare and bring into another account (B-11).
 *
 * {
 *   "format": 1,
 *   "product": "HubSpot to impact.com connector",
 *   "account": {"portal_id": 25001, "name": "northwind.example"},
 *   "revision": 12, "author": "ada@..", "saved_at": "2026-..",
 *   "configuration": { the document (config_document.h) }
 * }
 * Members stand in a fixed order, so that two files can be compared line by line; a file holds no secret.  Reading
 * looks at "format" and "configuration"; a document by itself is read too.
 */
#ifndef CORE_CONFIG_FILE_H
#define CORE_CONFIG_FILE_H

#include "base/json.h"

#define CONFIG_FILE_FORMAT 1

struct config_file {
	int64_t portal_id, revision;
	struct str name, author, saved_at;
	const struct json *document;
};

struct str config_file_write(struct arena *a, const struct config_file *file);
/*
 * The document of a file's text, not yet checked, and where the file says it is from (0 and empty when it does not).
 * ERR_INVALID: no JSON (with the place), another format, or something else altogether.
 */
bool config_file_read(struct arena *a, struct str text, struct config_file *out, struct err *e) CC_MUST_USE;

#endif
