/*
 * csv.h - a table as CSV for people with spreadsheets: RFC 4180 (CRLF, doubled quotes), UTF-8.
 *
 * Text is always quoted.  Text that a spreadsheet would take for a formula gets an apostrophe in front (F-014): one
 * whose first character is = + - @ (or their full-width twins) or a control character, also behind blanks, quotes and
 * marks that are not seen.  Values that are numbers by their column stay as they are, so that they can be summed.
 * What is no UTF-8 becomes U+FFFD; NUL goes.
 *
 *	csv_line_begin(&c, &buf); csv_text(&c, name); csv_number(&c, amount); csv_line_end(&c);
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/buf.h"

/* First in a file: without it Excel does not read UTF-8. */
#define CSV_MARK "\xEF\xBB\xBF"

/* One line under way; the caller checks the buffer with buf_done(). */
struct csv {
	struct buf *out;
	size_t column;
};

void csv_line_begin(struct csv *c, struct buf *out);
void csv_text(struct csv *c, struct str s);
/* A decimal as our own tables hold it (-12.50); anything else is written as text. */
void csv_number(struct csv *c, struct str decimal);
void csv_int(struct csv *c, int64_t i);
void csv_line_end(struct csv *c);

#endif
