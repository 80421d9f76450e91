/* id_properties.c - see id_properties.h. */
#include "task/id_properties.h"

#include "base/arena.h"
#include "base/log.h"
#include "remote/hubspot_write.h"
#include "store/cache.h"

/* clang-format off */
const struct id_property id_properties[ID_PROPERTIES] = {
	{ "click_id", "contacts", "custom_impact_click_id", "impact.com click id",
	  "The id of the partner's click that brought this contact (im_ref of the landing page's address). "
	  "A hidden field of your forms fills it.",
	  "impact_partner", "impact.com", "crm.schemas.contacts.write" },
	{ "customer_id", "deals", "impact_customer_id", "impact.com customer id",
	  "The record id of the deal's contact, so that impact.com knows lead and sale as one customer.",
	  "impact_partner", "impact.com", "crm.schemas.deals.write" },
};
/* clang-format on */

static bool start_next(struct step *s, struct err *e);

const char *
id_property_state_name(enum id_property_state s)
{
	static const char *const names[] = { "wanted", "created", "exists", "wrong_type", "scope_missing" };

	return names[s];
}

static const struct id_property *
row(const struct id_properties_task *t)
{
	return &id_properties[t->now];
}

static struct hubspot_property
definition(const struct id_property *p)
{
	return (struct hubspot_property){ .type = str_from(p->object),
		.name = str_from(p->name),
		.label = str_from(p->label),
		.description = str_from(p->description),
		.group = str_from(p->group),
		.group_label = str_from(p->group_label) };
}

static bool
denied(struct id_properties_task *t, struct err *e)
{
	t->state[t->now++] = ID_PROPERTY_NO_SCOPE;
	*e = (struct err){ .code = ERR_NONE };
	return start_next(&t->token.step, e);
}

/* A failure that ends it; HubSpot's refusal is not the person's. */
static bool
failed(enum retry_class result, struct err *e)
{
	if (result == RETRY_WAIT)
		return err_set(e, ERR_REMOTE, "HubSpot asks to slow down; try again in a moment");
	e->code = ERR_REMOTE;
	return false;
}

/* ---- the list of properties, before and after */

static struct str
type_in(struct arena *a, const struct json *list, struct str name)
{
	for (size_t i = 0; i < json_length(list); i++)
		if (str_eq(json_text_at(a, json_at(list, i), "name"), name))
			return json_text_at(a, json_at(list, i), "type");
	return STR("");
}

static bool
ask_list(struct step *s, step_fn *then)
{
	struct id_properties_task *t = (struct id_properties_task *)s;
	struct http_request q;

	hubspot_crm_properties(s->arena, s->parts->settings, &t->token.install.access_token, str_from(row(t)->object),
	    &q);
	step_request(s, &q);
	s->next = then;
	return true;
}

static bool
take_list(struct step *s, struct json **list, enum retry_class *result, struct err *e)
{
	*result = hubspot_classify(s->arena, RETRY_HUBSPOT_READ, &s->answers[0], e);
	return *result == RETRY_OK && hubspot_crm_read_properties(s->arena, &s->answers[0], list, e);
}

static bool
look_after(struct step *s, struct err *e)
{
	struct id_properties_task *t = (struct id_properties_task *)s;
	struct str name = str_printf(s->arena, "hubspot.properties.%s", row(t)->object);
	enum retry_class result;
	struct json *list;

	/* It was made: the pages learn it at their next refresh at the latest. */
	if (!take_list(s, &list, &result, e))
		log_event(LOG_INFO, "id_properties.not_read", LOG_C("why", e->text));
	else if (!cache_put(s->parts->db, s->tenant_id, name, json_write(s->arena, list), e))
		return false;
	*e = (struct err){ .code = ERR_NONE };
	t->now++;
	return start_next(s, e);
}

/* ---- making it */

static bool
take_property(struct step *s, struct err *e)
{
	struct id_properties_task *t = (struct id_properties_task *)s;
	enum retry_class result = hubspot_classify(s->arena, RETRY_HUBSPOT_WRITE, &s->answers[0], e);

	if (result == RETRY_FORBIDDEN)
		return denied(t, e);
	/* 409: somebody was faster. */
	if (result != RETRY_OK && s->answers[0].status != 409)
		return failed(result, e);
	*e = (struct err){ .code = ERR_NONE };
	t->state[t->now] = ID_PROPERTY_MADE;
	return ask_list(s, look_after);
}

static bool
take_group(struct step *s, struct err *e)
{
	struct id_properties_task *t = (struct id_properties_task *)s;
	enum retry_class result = hubspot_classify(s->arena, RETRY_HUBSPOT_WRITE, &s->answers[0], e);
	const struct hubspot_property p = definition(row(t));
	struct http_request q;

	if (result == RETRY_FORBIDDEN)
		return denied(t, e);
	if (result != RETRY_OK && s->answers[0].status != 409)
		return failed(result, e);
	*e = (struct err){ .code = ERR_NONE };
	hubspot_crm_property_create(s->arena, s->parts->settings, &t->token.install.access_token, &p, &q);
	step_request(s, &q);
	s->next = take_property;
	return true;
}

/* A number holds a record's id as well, a click id never. */
static bool
fits(const struct id_property *p, struct str type)
{
	return str_eq(type, STR("string")) ||
	       (str_eq(type, STR("number")) && str_eq(str_from(p->object), STR("deals")));
}

static bool
look_before(struct step *s, struct err *e)
{
	struct id_properties_task *t = (struct id_properties_task *)s;
	const struct hubspot_property p = definition(row(t));
	enum retry_class result;
	struct http_request q;
	struct json *list;
	struct str type;

	if (!take_list(s, &list, &result, e)) {
		if (result != RETRY_SIGN_IN)
			return failed(result, e);
		*e = (struct err){ .code = ERR_NONE };
		return token_again(&t->token, start_next, e);
	}
	type = type_in(s->arena, list, p.name);
	if (type.n > 0) {
		t->state[t->now] = fits(row(t), type) ? ID_PROPERTY_THERE : ID_PROPERTY_WRONG;
		t->type[t->now++] = type;
		return start_next(s, e);
	}
	hubspot_crm_group_create(s->arena, s->parts->settings, &t->token.install.access_token, &p, &q);
	step_request(s, &q);
	s->next = take_group;
	return true;
}

static bool
start_next(struct step *s, struct err *e)
{
	struct id_properties_task *t = (struct id_properties_task *)s;

	(void)e;
	while (t->now < ID_PROPERTIES && !t->wanted[t->now])
		t->now++;
	return t->now == ID_PROPERTIES || ask_list(s, look_before);
}

static bool
begin(struct step *s, struct err *e)
{
	return token_get((struct token *)s, start_next, e);
}

struct id_properties_task *
id_properties_new(struct arena *a, const struct parts *parts, int64_t tenant_id, const bool wanted[ID_PROPERTIES])
{
	struct id_properties_task *t = arena_alloc(a, sizeof(*t));

	token_init(&t->token, a, parts, tenant_id);
	t->token.step.next = begin;
	memcpy(t->wanted, wanted, sizeof(t->wanted));
	return t;
}
