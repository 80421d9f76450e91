/* http_fault.c - see http_fault.h. */
#include "io/http_fault.h"

#ifdef CONNECTOR_FAULTS

#include "base/fault.h"

static struct str
name_of(struct str url)
{
	struct str s = str_slice(url, 0, str_find_char(url, '?'));
	size_t from = 0;

	if (str_starts(s, STR("smtp")))
		return STR("mail");
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '/')
			from = i + 1;
	return str_slice(s, from, s.n);
}

void
http_fault(const char *point, struct str url)
{
	fault_point(point, name_of(url));
}

#else

/* ISO C wants something in a file. */
typedef int http_fault_none;

#endif
