/* zip.h - raw bytes made smaller and back (zlib behind it). */
#ifndef BASE_ZIP_H
#define BASE_ZIP_H

#include "base/err.h"
#include "base/str.h"

/* The zlib format at its fastest level. */
struct str zip_deflate(struct arena *a, struct str bytes);
/* ERR_INVALID: no whole zlib stream, or bytes behind it.  ERR_LIMIT: it would be longer than max. */
bool zip_inflate(struct arena *a, struct str zipped, size_t max, struct str *out, struct err *e) CC_MUST_USE;

#endif
