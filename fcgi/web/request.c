/* request.c - see request.h. */
#include "web/request.h"

#include "base/enc.h"

static size_t
index_of(struct str name, const char *const *names, size_t n)
{
	size_t i = 0;

	while (i < n && !str_eq(name, str_from(names[i])))
		i++;
	return i;
}

bool
web_query(const struct web_request *rq, const char *const *names, size_t n, struct str *values, struct err *e)
{
	struct str rest = rq->wire->query, name, value;
	bool broken = false;
	size_t seen = 0;

	for (size_t i = 0; i < n; i++)
		values[i] = (struct str){ .p = NULL, .n = 0 };
	while (rest.n > 0 && enc_form_next(rq->arena, &rest, &name, &value, &broken)) {
		size_t i = index_of(name, names, n);

		if (i == n || ++seen > WEB_QUERY_MAX)
			return err_set(e, ERR_INVALID, "the query has a parameter that this address does not know");
		if (values[i].p != NULL)
			return err_set(e, ERR_INVALID, "%s is given twice", names[i]);
		values[i] = value.p == NULL ? STR("") : value;
	}
	return !broken || err_set(e, ERR_INVALID, "the query is badly encoded");
}

bool
web_members(const struct json *body, const char *const *names, size_t n, struct err *e)
{
	struct json_walk w = json_walk(body);

	while (json_next(&w))
		if (index_of(w.key, names, n) == n)
			return err_set(e, ERR_INVALID, "the body has a member that is not known here: " STR_FMT,
			    STR_ARG(str_slice(w.key, 0, 64)));
	return true;
}

bool
web_string(const struct json *body, const char *name, struct str *out, struct err *e)
{
	return json_string(json_get(body, name), out) || err_set(e, ERR_INVALID, "%s must be given as text", name);
}
