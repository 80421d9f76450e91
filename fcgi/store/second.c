/* second.c - see second.h. */
#include "store/second.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/enc.h"
#include "base/json.h"

enum {
	FIND
};

const struct sql second_sql[] = {
	[FIND] = { "second.find", SQL_TENANT, "is", "ss",
	    "SELECT c.order_id, c.order_expression FROM decision d JOIN conversion c ON c.tenant_id = d.tenant_id AND "
	    "c.conversion_id = d.conversion_id WHERE d.tenant_id = ? AND d.event_key = ? AND d.outcome = 'CONVERSION' "
	    "AND EXISTS (SELECT 1 FROM history h WHERE h.tenant_id = c.tenant_id AND h.conversion_id = c.conversion_id "
	    "AND h.kind IN ('second', 'released', 'dropped')) LIMIT 1",
	    NULL, NULL },
};
const size_t second_sql_n = sizeof(second_sql) / sizeof(second_sql[0]);

bool
second_find(struct db *db, struct arena *a, int64_t tenant_id, struct str event_key, struct second *out, struct err *e)
{
	struct db_rows rows;

	*out = (struct second){ .is = false };
	if (!db_query(db, &second_sql[FIND], DB_IN(DB_V_I(tenant_id), DB_V_S(event_key)), a, &rows, e))
		return err_wrap(e, "looking for a second conversion");
	if (rows.n > 0)
		*out = (struct second){ .is = true, .order_id = rows.v[0].s, .order_expression = rows.v[1].s };
	return true;
}

bool
second_keep(struct arena *a, const struct second *x, struct conversion *c, struct err *e)
{
	c->beside = true;
	/* That of the first one, even when the mapping is another now: the guard of later ones goes by it. */
	c->order_expression = x->order_expression;
	if (str_eq(c->order_id, x->order_id))
		return true;
	if (!second_body(a, c->body, x->order_id, &c->body, e))
		return false;
	c->body_hash = crypto_sha256(a, c->body);
	c->fields = second_fields(a, c->fields, x->order_id);
	c->order_id = x->order_id;
	return true;
}

bool
second_body(struct arena *a, struct str body, struct str order_id, struct str *out, struct err *e)
{
	struct str name, value;
	bool broken = false;
	struct buf b;

	buf_init(&b, a, body.n * 3 + 1024);
	while (enc_form_next(a, &body, &name, &value, &broken))
		enc_form_add(&b, name, str_eq(name, STR("OrderId")) ? order_id : value);
	return buf_done(&b, out, e) && (!broken || err_set(e, ERR_FAULT, "what was sent cannot be read"));
}

struct str
second_fields(struct arena *a, struct str fields, struct str order_id)
{
	struct err why = { .code = ERR_NONE };
	struct json *list;

	if (fields.n == 0 || !json_parse(a, fields, &json_limits_answer, &list, &why))
		return STR("[]");
	for (size_t i = 0; i < json_length(list); i++) {
		struct json *one = json_at(list, i);

		if (!str_eq(json_text_at(a, one, "name"), STR("OrderId")))
			continue;
		json_set_str(one, "value", order_id);
		json_set_str(one, "expression", order_id);
	}
	return json_write(a, list);
}
