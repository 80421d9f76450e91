/* enc.h - hex, base64, percent- and form-encoding, each once. */
#ifndef BASE_ENC_H
#define BASE_ENC_H

#include "base/str.h"

struct buf;

/* Lower-case hex. */
struct str enc_hex(struct arena *a, struct str bytes);
bool enc_unhex(struct arena *a, struct str hex, struct str *out);
struct str enc_base64(struct arena *a, struct str bytes);
/* Strict: padding demanded, no white space, no bits left over. */
bool enc_unbase64(struct arena *a, struct str text, struct str *out);
/* URL alphabet, no padding. */
struct str enc_base64url(struct arena *a, struct str bytes);
/* Everything but [A-Za-z0-9_.~-] becomes %XX. */
struct str enc_percent(struct arena *a, struct str s);
/* %XX decoded; a broken escape is false.  plus_is_space for form bodies and query strings. */
bool enc_unpercent(struct arena *a, struct str s, bool plus_is_space, struct str *out);
/* Appends "name=value" with both percent-encoded, and a '&' before it unless the buffer is empty. */
void enc_form_add(struct buf *b, struct str name, struct str value);
/*
 * The decoded value of `name` in a query string or form body.  False when it is missing, given twice
 * or badly encoded.
 */
bool enc_form_get(struct arena *a, struct str form, struct str name, struct str *value);
/*
 * Walks a form: cuts the next pair off *rest and decodes it.  False at the end; a badly encoded pair
 * sets *broken and ends the walk.
 */
bool enc_form_next(struct arena *a, struct str *rest, struct str *name, struct str *value, bool *broken);

#endif
