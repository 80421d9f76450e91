#include "base/zip.h"

#include <assert.h>
#include <zlib.h>

#include "base/arena.h"

struct str
zip_deflate(struct arena *a, struct str bytes)
{
	uLongf n = compressBound((uLong)bytes.n);
	char *p = arena_alloc(a, n);
	int rc =
	    compress2((Bytef *)p, &n, (const Bytef *)(bytes.p == NULL ? "" : bytes.p), (uLong)bytes.n, Z_BEST_SPEED);

	assert(rc == Z_OK); /* the room is compressBound's; only memory could be missing */
	(void)rc;
	return (struct str){ .p = p, .n = n };
}

/* Unpacks into memory that grows outside the arena; only the whole text is kept there, once. */
static bool
inflate_into(struct arena *a, z_stream *z, size_t max, struct str *out, struct err *e)
{
	size_t cap = 4 * (size_t)z->avail_in + 256, n = 0;
	char *p = NULL;
	bool ok;

	for (;;) {
		if (cap > max)
			cap = max;
		/* One byte more than allowed shows that there is more. */
		char *more = realloc(p, cap + 1);
		if (more == NULL)
			abort();
		p = more;
		z->next_out = (Bytef *)p + n;
		z->avail_out = (uInt)(cap + 1 - n);
		int rc = inflate(z, Z_NO_FLUSH);
		n = cap + 1 - z->avail_out;
		ok = rc == Z_STREAM_END && z->avail_in == 0 && n <= max;
		if (n > max)
			(void)err_set(e, ERR_LIMIT, "unpacked bytes over %zu", max);
		else if (!ok && (rc != Z_OK || z->avail_out > 0))
			(void)err_set(e, ERR_INVALID, "not one whole zlib stream");
		else if (!ok) {
			cap *= 2;
			continue;
		}
		break;
	}
	if (ok)
		*out = str_copy(a, (struct str){ .p = p, .n = n });
	free(p);
	return ok;
}

bool
zip_inflate(struct arena *a, struct str zipped, size_t max, struct str *out, struct err *e)
{
	z_stream z;

	memset(&z, 0, sizeof z);
	assert(max < UINT32_MAX / 2 && zipped.n < UINT32_MAX / 8);
	if (inflateInit(&z) != Z_OK)
		return err_set(e, ERR_LIMIT, "no memory to unpack");
	/* zlib reads only; its field is not const. */
	union {
		const char *in;
		Bytef *out;
	} cast = { .in = zipped.p };
	z.next_in = cast.out;
	z.avail_in = (uInt)zipped.n;
	bool ok =
	    zipped.n > 0 ? inflate_into(a, &z, max, out, e) : err_set(e, ERR_INVALID, "not one whole zlib stream");
	(void)inflateEnd(&z);
	return ok;
}
