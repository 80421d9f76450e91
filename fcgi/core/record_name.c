/* record_name.c - see record_name.h. */
#include "core/record_name.h"

#include "base/arena.h"

static const struct str contact_properties[] = { { "firstname", 9 }, { "lastname", 8 }, { "email", 5 } };
static const struct str company_properties[] = { { "name", 4 } };
static const struct str deal_properties[] = { { "dealname", 8 } };

struct str_list
record_name_properties(struct str object_type)
{
	if (str_eq(object_type, STR("contacts")))
		return (struct str_list){ contact_properties, 3 };
	if (str_eq(object_type, STR("companies")))
		return (struct str_list){ company_properties, 1 };
	if (str_eq(object_type, STR("deals")))
		return (struct str_list){ deal_properties, 1 };
	return (struct str_list){ .n = 0 };
}

/* At most `max` bytes of well-formed UTF-8, no character cut in two. */
static struct str
shorten(struct str s, size_t max)
{
	size_t n = s.n < max ? s.n : max;

	while (n < s.n && n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
		n--;
	return str_slice(s, 0, n);
}

static struct str
initial(struct str s)
{
	size_t n = s.n > 0 ? 1 : 0;

	while (n < s.n && ((unsigned char)s.p[n] & 0xC0) == 0x80)
		n++;
	return str_slice(s, 0, n);
}

static struct str
contact_name(struct arena *a, const struct json *properties)
{
	struct str first = str_trim(json_text_at(a, properties, "firstname"));
	struct str last = initial(str_trim(json_text_at(a, properties, "lastname")));
	struct str domain = str_trim(json_text_at(a, properties, "email")), user;

	if (first.n > 0)
		return str_printf(a, STR_FMT "%s" STR_FMT "%s", STR_ARG(shorten(first, RECORD_NAME_MAX - 8)),
		    last.n > 0 ? " " : "", STR_ARG(last), last.n > 0 ? "." : "");
	if (!str_cut(&domain, '@', &user) || user.n == 0 || domain.n == 0)
		return STR("");
	return str_printf(a, STR_FMT "...@" STR_FMT, STR_ARG(initial(user)),
	    STR_ARG(shorten(domain, RECORD_NAME_MAX - 8)));
}

struct str
record_name(struct arena *a, struct str object_type, const struct json *properties)
{
	struct str_list from = record_name_properties(object_type);

	if (properties == NULL || from.n == 0)
		return STR("");
	if (str_eq(object_type, STR("contacts")))
		return contact_name(a, properties);
	return shorten(str_trim(json_text_at(a, properties, str_c(a, from.v[0]))), RECORD_NAME_MAX);
}
