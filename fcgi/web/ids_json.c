/* ids_json.c - see ids_json.h. */
#include "web/ids_json.h"

#include "base/arena.h"
#include "flow/ids.h"
#include "lang/lang.h"
#include "web/reply.h"

/* ---- who the customer is, by the mapping */

/* An expression that is one field, whatever is done to its letters, and no text around it; else empty. */
static struct str
only_field(struct arena *a, struct str expression)
{
	struct err ignored = { 0 };
	const struct str *fields;
	struct lang *l;

	expression = str_trim(expression);
	if (!lang_parse(a, expression, &l, NULL, &ignored) || lang_fields(l, &fields) != 1 ||
	    !str_starts(expression, STR("{")) || str_find_char(expression, '}') != expression.n - 1)
		return STR("");
	return fields[0];
}

/* The contact's id is known under several names. */
static struct str
identity(struct arena *a, struct str object, struct str expression)
{
	struct str field = only_field(a, expression);
	bool contacts = str_eq(object, STR("contacts"));

	if (field.n == 0)
		return str_printf(a, "other:" STR_FMT, STR_ARG(str_trim(expression)));
	if (contacts && str_find_char(field, '.') == field.n)
		return str_printf(a, "contact." STR_FMT, STR_ARG(field));
	if (str_eq(object, STR("deals")) && str_eq(field, STR(IDS_CUSTOMER)))
		return STR("contact.hs_object_id");
	if (str_starts(field, STR("contact.")))
		return field;
	return str_printf(a, STR_FMT "." STR_FMT, STR_ARG(object), STR_ARG(field));
}

struct json *
ids_sources_json(struct arena *a, const struct config_document *document)
{
	struct json *out = json_array(a);

	for (size_t i = 0; i < CONFIG_OBJECTS; i++) {
		const struct config_object *o = &document->objects[i];
		struct json *row = json_object(a);
		struct str expression = STR("");

		for (size_t k = 0; k < o->n_rows; k++)
			if (o->rows[k].active && str_eq(o->rows[k].field, STR("CustomerId")))
				expression = o->rows[k].expression;
		json_set_str(row, "object", o->type);
		json_set_bool(row, "mapped", o->n_rows > 0);
		json_set_str(row, "expression", expression);
		json_set_str(row, "identity", expression.n == 0 ? STR("") : identity(a, o->type, expression));
		json_push(out, row);
	}
	return out;
}

/* ---- walks */

struct json *
ids_run_json(struct arena *a, const struct id_run *run)
{
	struct json *out = json_object(a);

	json_set_str(out, "state", run == NULL ? STR("never") : str_from(id_run_state_name(run->state)));
	if (run == NULL)
		return out;
	json_set_int(out, "total", run->total);
	json_set_int(out, "seen", run->seen);
	if (run->eta_s >= 0 && run->state == ID_RUN_RUNNING)
		json_set_int(out, "eta_s", run->eta_s);
	else
		json_set(out, "eta_s", NULL);
	json_set_str(out, "author", run->author);
	json_set_str(out, "code", run->code);
	json_set_str(out, "message", run->message);
	web_set_time(a, out, "started_at", run->started_ms);
	web_set_time(a, out, "ended_at", run->ended_ms);
	return out;
}

struct json *
ids_fill_json(struct arena *a, const struct id_run *run, const int64_t counts[UPDATE__COUNT])
{
	struct json *out = ids_run_json(a, run);
	struct json *result = NULL;
	struct err ignored = { 0 };
	static const struct {
		const char *name, *in_result;
	} told[] = { { "without_contact", "deals_no_contact" }, { "had_it", "deals_filled" },
		{ "had_other", "deals_other" } };

	if (run == NULL)
		return out;
	if (run->result.n > 0 && !json_parse(a, run->result, &json_limits_answer, &result, &ignored))
		result = NULL;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		int64_t n = 0;

		json_int(json_get(result, told[i].in_result), &n);
		json_set_int(out, told[i].name, n);
	}
	json_set_bool(out, "overwrite", run->overwrite);
	json_set_bool(out, "scanned", run->scanned);
	json_set_int(out, "written", counts[UPDATE_DONE]);
	json_set_int(out, "kept", counts[UPDATE_KEPT]);
	json_set_int(out, "waiting", counts[UPDATE_READY] + counts[UPDATE_SENDING]);
	json_set_int(out, "refused", counts[UPDATE_REFUSED]);
	json_set_int(out, "stopped", counts[UPDATE_STOPPED]);
	return out;
}
