/* link.c - see link.h. */
#include "task/link.h"

#include "base/arena.h"
#include "base/crypto.h"
#include "base/enc.h"

/* "i.17.4" and the row's nonce. */
static struct str
sign(struct arena *a, const struct vault *v, struct str name, struct str nonce)
{
	const struct str parts[] = { STR("connector link 1\n"), name, STR("\n"), nonce };
	struct str mac = crypto_hmac_sha256(a, &v->master_key, parts, sizeof(parts) / sizeof(parts[0]));

	return str_printf(a, STR_FMT "." STR_FMT, STR_ARG(name), STR_ARG(enc_base64url(a, mac)));
}

static struct str
invitation_token(struct arena *a, const struct vault *v, const struct invitation *i)
{
	return sign(a, v, str_printf(a, "i.%lld.%lld", (long long)i->tenant_id, (long long)i->invitation_id), i->nonce);
}

static struct str
sign_in_token(struct arena *a, const struct vault *v, const struct sign_in *s)
{
	return sign(a, v, str_printf(a, "s.%lld", (long long)s->link_id), s->nonce);
}

struct str
link_invitation(struct arena *a, struct str public_url, const struct vault *v, const struct invitation *i)
{
	return str_printf(a, STR_FMT "/invitation#" STR_FMT, STR_ARG(public_url), STR_ARG(invitation_token(a, v, i)));
}

struct str
link_sign_in(struct arena *a, struct str public_url, const struct vault *v, const struct sign_in *s)
{
	return str_printf(a, STR_FMT "/sign-in#" STR_FMT, STR_ARG(public_url), STR_ARG(sign_in_token(a, v, s)));
}

/* Reads "kind.number.number.rest". */
static bool
read_numbers(struct str token, const char *kind, int64_t *numbers, size_t n)
{
	struct str piece;

	if (!str_cut(&token, '.', &piece) || !str_eq(piece, str_from(kind)))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!str_cut(&token, '.', &piece) || !str_to_int(piece, 1, INT64_MAX, &numbers[i]))
			return false;
	return true;
}

bool
link_find_invitation(struct db *db, struct arena *a, const struct vault *v, struct str token, struct invitation *out,
    struct err *e)
{
	int64_t numbers[2];

	if (!read_numbers(token, "i", numbers, 2))
		return err_set(e, ERR_NOT_FOUND, "This is no link of ours.");
	return invitation_load(db, a, numbers[0], numbers[1], out, e) &&
	       (crypto_equal(token, invitation_token(a, v, out)) ||
	           err_set(e, ERR_NOT_FOUND, "There is no such invitation."));
}

bool
link_find_sign_in(struct db *db, struct arena *a, const struct vault *v, struct str token, int64_t limit_s,
    struct sign_in *out, struct err *e)
{
	int64_t number;

	if (!read_numbers(token, "s", &number, 1))
		return err_set(e, ERR_NOT_FOUND, "This is no link of ours.");
	return sign_in_load(db, a, number, limit_s, out, e) &&
	       (crypto_equal(token, sign_in_token(a, v, out)) ||
	           err_set(e, ERR_NOT_FOUND, "This sign-in link is not known."));
}
