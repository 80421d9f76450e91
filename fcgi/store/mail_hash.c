/* mail_hash.c - see mail_hash.h. */
#include "store/mail_hash.h"

#include "base/crypto.h"

struct str
mail_hash(struct arena *a, const struct secret *data_key, struct str address)
{
	const struct str parts[] = { STR("e-mail\n"), str_lower(a, str_trim(address)) };

	return parts[1].n == 0 ? STR("") : crypto_hmac_sha256(a, data_key, parts, 2);
}

bool
mail_hash_of(const struct vault *v, struct db *db, struct arena *a, int64_t tenant_id, struct str address,
    struct str *out, struct err *e)
{
	struct secret key;

	if (!vault_data_key(v, db, a, tenant_id, &key, e))
		return err_wrap(e, "looking for an e-mail address");
	*out = mail_hash(a, &key, address);
	return true;
}
