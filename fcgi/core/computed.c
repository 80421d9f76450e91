#include "core/computed.h"

#include "base/arena.h"
#include "base/crypto.h"
#include "base/enc.h"

#define MAX_BYTES  64
#define HASH_CHARS 8

const struct computed computed_table[COMPUTED__COUNT] = {
	[COMPUTED_DEAL_STAGE_ID] = { "deal_[stage]_id", "Deal Stage ID", "deals", "dealstage" },
	[COMPUTED_DEAL_STAGE] = { "deal_[deal stage]", "Deal Stage", "deals", "dealstage" },
	[COMPUTED_CONTACT_LEAD_STATUS_ID] = { "contact_[lead_status]_id", "Contact Lead Status ID", "contacts",
	    "hs_lead_status" },
};

enum computed_field
computed_find(struct str name)
{
	unsigned i;

	for (i = 0; i < COMPUTED__COUNT; i++) {
		if (str_eq(name, str_from(computed_table[i].name)))
			break;
	}
	return (enum computed_field)i;
}

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
	       c == '-';
}

/* One '_' for each character, however many bytes it has. */
static struct str
plain(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (is_plain(s.p[i]))
			p[n++] = s.p[i];
		else if (((unsigned char)s.p[i] & 0xc0) != 0x80)
			p[n++] = '_';
	}
	return (struct str){ .p = p, .n = n };
}

struct str
computed_value(struct arena *a, enum computed_field field, const struct computed_options *options, struct str value,
    struct str object_id)
{
	struct str prefix = { 0 };
	struct str tail = { 0 };
	struct str middle = plain(a, value);
	struct str hash;
	size_t around;
	size_t keep;

	if (value.n == 0 || (unsigned)field >= COMPUTED__COUNT)
		return (struct str){ 0 };
	if (options->prefix)
		prefix = field == COMPUTED_CONTACT_LEAD_STATUS_ID ? STR("contact_") : STR("deal_");
	if (field != COMPUTED_DEAL_STAGE)
		tail = str_printf(a, "_" STR_FMT, STR_ARG(plain(a, object_id)));
	around = prefix.n + tail.n;
	if (around + middle.n > MAX_BYTES) {
		hash = str_slice(enc_hex(a, crypto_sha256(a, value)), 0, HASH_CHARS);
		keep = around + 1 + HASH_CHARS < MAX_BYTES ? MAX_BYTES - around - 1 - HASH_CHARS : 0;
		middle = str_printf(a, STR_FMT "_" STR_FMT, STR_ARG(str_slice(middle, 0, keep)), STR_ARG(hash));
	}
	return str_printf(a, STR_FMT STR_FMT STR_FMT, STR_ARG(prefix), STR_ARG(middle), STR_ARG(tail));
}
