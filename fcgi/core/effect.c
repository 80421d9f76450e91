#include "core/effect.h"

#include "base/crypto.h"

struct str
effect_key(struct arena *a, int64_t tenant_id, struct str program_id, int64_t event_type_id, struct str order_id)
{
	const struct str parts[] = {
		str_printf(a, "%lld", (long long)tenant_id),
		program_id,
		str_printf(a, "%lld", (long long)event_type_id),
		order_id,
	};

	return crypto_sha256_parts(a, parts, sizeof(parts) / sizeof(parts[0]));
}

struct str
effect_lane(struct arena *a, struct str customer_id, struct str object_type, struct str object_id)
{
	if (customer_id.n > 0) {
		const struct str parts[] = { STR("customer"), customer_id };

		return crypto_sha256_parts(a, parts, 2);
	}
	const struct str parts[] = { STR("object"), object_type, object_id };

	return crypto_sha256_parts(a, parts, 3);
}
