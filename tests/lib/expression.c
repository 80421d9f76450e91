#include "lib/expression.h"

static const struct {
	const char *name, *value;
} record[] = {
	{ "firstname", "Zo\xc3\xab" },
	{ "lastname", "o'NEIL smith" },
	{ "email", "  Jane.Doe@Example.COM " },
	{ "amount", "1234.5" },
	{ "negative", "-0.005" },
	{ "probability", "0.2000000000000000111022302462515654042363166809082031250" },
	{ "shipping", "5.5" },
	{ "big", "999999999999999999" },
	{ "closedate", "2026-11-21T10:15:07.123Z" },
	{ "millis", "1795256107000" },
	{ "dealstage", "closedwon" },
	{ "phone", "+49 (0)30 / 12-34" },
	{ "text", "a,b|c}d{e\\f" },
	{ "deal_[stage]_id", "deal_closedwon_1" },
	{ "deal_[deal stage]", "deal_closedwon" },
	{ "account.currency", "EUR" },
	{ "account.timeZone", "US/Eastern" },
	{ "day", "2026-11-21" },
	{ "summerday", "2026-07-04" },
	{ "localtime", "2026-11-21T10:15:07" },
	{ "offset", "2026-11-21T10:15:07+05:30" },
	{ "zero", "0" },
	{ "third", "0.333333333" },
	{ "contact.email", "a@b.example" },
	{ "line_item{i}.hs_sku", "SKU-" },
	{ "umlauts", "\xc3\xa4\xc3\xb6\xc3\xbc\xf0\x9f\x98\x80!" },
};

bool
expression_lookup(void *arg, struct str field, size_t item, struct str *value, struct err *e)
{
	struct arena *a = arg;

	if (str_eq(field, STR("unknown")))
		return err_set(e, ERR_INVALID, "there is no such field");
	for (size_t i = 0; i < sizeof(record) / sizeof(record[0]); i++) {
		if (!str_eq(field, str_from(record[i].name)))
			continue;
		*value = item > 0 && str_starts(field, STR("line_item")) ? str_printf(a, "%s%zu", record[i].value, item)
		                                                         : str_from(record[i].value);
	}
	return true;
}
