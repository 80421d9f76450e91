/*
 * hubspot_webhook.c - a webhook body as events; see hubspot_webhook.h.
 *
 * The body is first cut into its elements by brackets and strings alone, then each element is parsed by
 * itself: one bad element costs itself, never its 99 neighbours (F-044).
 */
#include "remote/hubspot_webhook.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

/* HubSpot sends up to 100 events; the rest is room. */
#define ITEMS_MAX     20000
#define EARLIEST_MS   INT64_C(1000000000000) /* September 2001: smaller ones are seconds, or no time */
#define AHEAD_MS      INT64_C(86400000)
#define TYPE_TEXT_MAX 64
#define EVENT_ID_MAX  32
#define SOURCE_MAX    64
#define PROPERTY_MAX  128

static const struct json_limits element_limits = { .max_depth = 8, .max_tokens = 2000 };

/* What a subscription type's second half says. */
static const struct {
	const char *verb;
	enum event_kind kind;
} verbs[] = {
	{ "creation", EVENT_CREATED },
	{ "propertyChange", EVENT_CHANGED },
	{ "deletion", EVENT_DELETED },
	{ "merge", EVENT_MERGED },
	{ "restore", EVENT_RESTORED },
	{ "associationChange", EVENT_ASSOCIATED },
	{ "privacyDeletion", EVENT_PRIVACY_DELETED },
};

struct reader {
	struct arena *arena;
	int64_t now_ms, app_id;
	struct hubspot_webhook_item *items;
	size_t n, room;
};

static struct hubspot_webhook_item *
item_new(struct reader *r, struct str raw)
{
	struct hubspot_webhook_item *item;

	if (r->n == r->room) {
		size_t room = r->room == 0 ? 128 : r->room * 2;
		struct hubspot_webhook_item *items = arena_array(r->arena, room, sizeof(*items));

		if (r->n > 0)
			memcpy(items, r->items, r->n * sizeof(*items));
		r->items = items;
		r->room = room;
	}
	item = &r->items[r->n++];
	*item = (struct hubspot_webhook_item){ .raw = raw };
	return item;
}

static bool
fault(struct hubspot_webhook_item *item, struct str reason)
{
	item->reason = reason;
	return false;
}

static bool
unused(struct hubspot_webhook_item *item, struct str reason)
{
	item->ignore = true;
	return fault(item, reason);
}

/* A record id in its one decimal form: 1 to 2^63-1, as number or text. */
static bool
read_id(struct arena *a, const struct json *value, struct str *out)
{
	enum json_type type = json_type(value);
	struct str text;
	int64_t id = 0;

	if (type != JSON_INT && type != JSON_STRING)
		return false;
	text = json_text(a, value);
	/* No leading zero: one record has one spelling. */
	if (text.n == 0 || text.p[0] == '0' || !str_to_int(text, 1, INT64_MAX, &id))
		return false;
	*out = text;
	return true;
}

/* A whole number from `least` on, as number or text. */
static bool
read_number(struct arena *a, const struct json *value, int64_t least, int64_t *out)
{
	struct str text = { 0 };

	return read_id(a, value, &text) && str_to_int(text, least, INT64_MAX, out);
}

/* "deal.propertyChange" into its two halves. */
static bool
read_kind(struct str type, struct str *object, enum event_kind *kind)
{
	struct str verb = type;

	if (!str_cut(&verb, '.', object))
		return false;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (str_eq_nocase(verb, str_from(verbs[i].verb))) {
			*kind = verbs[i].kind;
			return true;
		}
	}
	return false;
}

/* A scalar of the element as text; its names have one spelling, so they are looked up by hash. */
static struct str
text_at(struct arena *a, const struct json *j, const char *key)
{
	return str_trim(json_text_at(a, j, key));
}

/* What every event has, whatever it is about. */
static bool
read_common(struct reader *r, const struct json *j, struct hubspot_webhook_item *item)
{
	struct event *ev = &item->event;
	struct arena *a = r->arena;
	const struct json *app = json_get(j, "appId");
	int64_t app_id = 0;

	ev->source = STR("hubspot");
	ev->subscription_type = text_at(a, j, "subscriptionType");
	/* One table of HubSpot's documentation has this name for it. */
	if (ev->subscription_type.n == 0)
		ev->subscription_type = text_at(a, j, "eventType");
	/* Kept for people only: cut to what the table holds, never a reason to lose the event. */
	ev->event_id = str_slice(text_at(a, j, "eventId"), 0, EVENT_ID_MAX);
	ev->change_source = str_slice(text_at(a, j, "changeSource"), 0, SOURCE_MAX);
	ev->source_id = str_slice(text_at(a, j, "sourceId"), 0, SOURCE_MAX);
	if (!json_int(json_get(j, "attemptNumber"), &ev->attempt) || ev->attempt < 0 || ev->attempt > INT32_MAX)
		ev->attempt = 0;
	if (!read_number(a, json_get(j, "portalId"), 1, &ev->portal_id))
		return fault(item, STR("portalId is missing or no account id"));
	if (ev->subscription_type.n == 0 || ev->subscription_type.n > TYPE_TEXT_MAX)
		return fault(item, STR("subscriptionType is missing or too long"));
	if (json_type(app) != JSON_NULL && !read_number(a, app, 1, &app_id))
		return fault(item, STR("appId is no app id"));
	if (r->app_id != 0 && app_id != 0 && app_id != r->app_id)
		return fault(item, STR("the event is for another app (appId)"));
	if (!read_number(a, json_get(j, "occurredAt"), EARLIEST_MS, &ev->occurred_ms))
		return fault(item, STR("occurredAt is missing or no time in milliseconds"));
	if (ev->occurred_ms > r->now_ms + AHEAD_MS)
		return fault(item, STR("occurredAt is more than a day ahead"));
	return true;
}

/* One end of an association: the type id of generic events, else half of "DEAL_TO_LINE_ITEM". */
static bool
read_end_type(struct arena *a, const struct json *j, const char *type_id_key, bool from, struct str *name)
{
	struct str pair = text_at(a, j, "associationType");
	size_t at = str_find(pair, STR("_TO_"));

	*name = text_at(a, j, type_id_key);
	if (name->n > 0)
		return true;
	if (at == 0 || at + 4 >= pair.n)
		return false;
	*name = str_lower(a, from ? str_slice(pair, 0, at) : str_slice(pair, at + 4, pair.n));
	return true;
}

static bool
read_association(struct arena *a, const struct json *j, struct hubspot_webhook_item *item)
{
	struct event *ev = &item->event;
	struct str from = { 0 };
	struct str to = { 0 };

	if (!read_id(a, json_get(j, "fromObjectId"), &ev->object_id) ||
	    !read_id(a, json_get(j, "toObjectId"), &ev->to_id))
		return fault(item, STR("fromObjectId or toObjectId is missing or no record id"));
	if (!read_end_type(a, j, "fromObjectTypeId", true, &from) || !read_end_type(a, j, "toObjectTypeId", false, &to))
		return fault(item, STR("the association does not say which record types it joins"));
	ev->object_type = event_object_type(from);
	ev->to_type = event_object_type(to);
	if (ev->object_type.n == 0 || ev->to_type.n == 0)
		return unused(item, STR("an association with a record type that is not used here"));
	ev->kind =
	    str_eq_nocase(text_at(a, j, "associationRemoved"), STR("true")) ? EVENT_DISSOCIATED : EVENT_ASSOCIATED;
	item->ok = true;
	return true;
}

static bool
read_change(struct arena *a, const struct json *j, struct hubspot_webhook_item *item)
{
	struct event *ev = &item->event;
	enum json_type type = json_type(json_get(j, "propertyValue"));

	ev->property = json_text_at(a, j, "propertyName");
	if (ev->property.n == 0)
		return fault(item, STR("propertyName is missing"));
	if (ev->property.n > PROPERTY_MAX)
		return fault(item, STR("propertyName is too long"));
	if (type == JSON_ARRAY || type == JSON_OBJECT)
		return fault(item, STR("propertyValue is no text"));
	/* Byte for byte: "" is a cleared property. */
	ev->value = json_text_at(a, j, "propertyValue");
	item->ok = true;
	return true;
}

/* Adds one event for a loser, unless it is the winner itself or was named before. */
static void
add_loser(struct reader *r, const struct hubspot_webhook_item *item, size_t first, struct str loser)
{
	struct hubspot_webhook_item *added;

	if (str_eq(loser, item->event.object_id))
		return;
	for (size_t i = first; i < r->n; i++) {
		if (str_eq(r->items[i].event.to_id, loser))
			return;
	}
	added = item_new(r, item->raw);
	*added = *item;
	added->event.to_type = item->event.object_type;
	added->event.to_id = loser;
	added->ok = true;
}

/*
 * The surviving id is newObjectId, else primaryObjectId, else objectId.  When the merge made a new id, the
 * former primary record is a loser like the merged ones: its id now means the survivor.
 */
static bool
read_merge(struct reader *r, const struct json *j, struct hubspot_webhook_item *item)
{
	const struct json *losers = json_get(j, "mergedObjectIds");
	struct arena *a = r->arena;
	struct str primary = { 0 };
	struct str loser = { 0 };
	size_t first = r->n;
	size_t n = json_type(losers) == JSON_ARRAY ? json_length(losers) : 1;

	if (!read_id(a, json_get(j, "primaryObjectId"), &primary))
		(void)read_id(a, json_get(j, "objectId"), &primary);
	if (!read_id(a, json_get(j, "newObjectId"), &item->event.object_id))
		item->event.object_id = primary;
	if (item->event.object_id.n == 0)
		return fault(item, STR("the merge names no surviving record"));
	for (size_t i = 0; i < n; i++) {
		if (!read_id(a, json_type(losers) == JSON_ARRAY ? json_at(losers, i) : losers, &loser)) {
			r->n = first;
			return fault(item, STR("mergedObjectIds is missing or holds no record id"));
		}
		add_loser(r, item, first, loser);
	}
	if (primary.n > 0)
		add_loser(r, item, first, primary);
	return r->n > first || fault(item, STR("the merge names no merged record"));
}

/* Fills *item, or (a merge) adds the finished items itself and leaves *item without a reason. */
static bool
read_event(struct reader *r, const struct json *j, struct hubspot_webhook_item *item)
{
	struct event *ev = &item->event;
	struct str object = { 0 };

	if (json_type(j) != JSON_OBJECT)
		return fault(item, STR("not an object"));
	if (!read_common(r, j, item))
		return false;
	if (!read_kind(ev->subscription_type, &object, &ev->kind))
		return unused(item, STR("a subscription type that is not used here"));
	if (ev->kind == EVENT_ASSOCIATED)
		return read_association(r->arena, j, item);
	if (str_eq_nocase(object, STR("object"))) {
		object = text_at(r->arena, j, "objectTypeId");
		if (object.n == 0)
			return fault(item, STR("objectTypeId is missing"));
	}
	ev->object_type = event_object_type(object);
	if (ev->object_type.n == 0)
		return unused(item, STR("a record type that is not used here"));
	if (ev->kind == EVENT_MERGED)
		return read_merge(r, j, item);
	if (!read_id(r->arena, json_get(j, "objectId"), &ev->object_id))
		return fault(item, STR("objectId is missing or no record id"));
	if (ev->kind == EVENT_CHANGED)
		return read_change(r->arena, j, item);
	item->ok = true;
	return true;
}

static void
read_element(struct reader *r, struct str raw)
{
	struct hubspot_webhook_item item = { .raw = raw };
	struct json *j = NULL;
	struct err e = { 0 };
	size_t before = r->n;

	if (!json_parse(r->arena, raw, &element_limits, &j, &e))
		(void)fault(&item, STR("not well-formed JSON"));
	else
		(void)read_event(r, j, &item);
	if (r->n == before)
		*item_new(r, raw) = item;
}

/* The index behind a JSON string that starts at `at`, or s.n when it has no end. */
static size_t
skip_string(struct str s, size_t at)
{
	for (at++; at < s.n; at++) {
		if (s.p[at] == '\\')
			at++;
		else if (s.p[at] == '"')
			return at + 1;
	}
	return s.n;
}

/*
 * Cuts the next element off: bytes up to the comma or bracket that ends it.  *end gets the index of that
 * byte.  False when there is none.
 */
static bool
next_element(struct str s, size_t at, struct str *element, size_t *end)
{
	size_t depth = 0;
	size_t from = at;

	while (at < s.n) {
		char c = s.p[at];

		if (c == '"') {
			at = skip_string(s, at);
			continue;
		}
		if (depth == 0 && (c == ',' || c == ']')) {
			*element = str_trim(str_slice(s, from, at));
			*end = at;
			return true;
		}
		if (c == '[' || c == '{')
			depth++;
		else if (c == ']' || c == '}') {
			if (depth == 0)
				return false;
			depth--;
		}
		at++;
	}
	return false;
}

bool
hubspot_webhook_read(struct arena *a, struct str body, int64_t now_ms, int64_t app_id,
    struct hubspot_webhook_item **out, size_t *n, struct err *e)
{
	struct reader r = { .arena = a, .now_ms = now_ms, .app_id = app_id };
	struct str s = str_trim(body);
	struct str element = { 0 };
	size_t at = 1;
	size_t end = 0;

	*out = NULL;
	*n = 0;
	if (s.n < 2 || s.p[0] != '[')
		return err_set(e, ERR_INVALID, "the body is no JSON array");
	for (;; at = end + 1) {
		if (!next_element(s, at, &element, &end))
			return err_set(e, ERR_INVALID, "the JSON array does not end");
		if (element.n == 0) {
			/* "[]" has no element; any other empty place is a fault of the whole. */
			if (at == 1 && s.p[end] == ']')
				break;
			return err_set(e, ERR_INVALID, "the JSON array has an empty place");
		}
		read_element(&r, element);
		if (r.n > ITEMS_MAX)
			return err_set(e, ERR_INVALID, "the JSON array has more than %d elements", ITEMS_MAX);
		if (s.p[end] == ']')
			break;
	}
	if (end + 1 != s.n)
		return err_set(e, ERR_INVALID, "there is something behind the JSON array");
	*out = r.items;
	*n = r.n;
	return true;
}

static bool
names_portal(struct str s, struct str number)
{
	const struct str key = STR("\"portalId\"");
	size_t at;

	while ((at = str_find(s, key)) < s.n) {
		struct str value;

		s = str_trim(str_slice(s, at + key.n, s.n));
		if (!str_starts(s, STR(":")))
			continue;
		value = str_trim(str_slice(s, 1, s.n));
		if (str_starts(value, STR("\"")))
			value = str_trim(str_slice(value, 1, value.n));
		if (str_starts(value, number) &&
		    (value.n == number.n || value.p[number.n] < '0' || value.p[number.n] > '9'))
			return true;
	}
	return false;
}

static void
keep(struct buf *kept, struct str piece, char before)
{
	if (before != '\0')
		buf_addc(kept, kept->n == 0 ? '[' : before);
	buf_add(kept, piece);
}

struct str
hubspot_webhook_without(struct arena *a, struct str body, int64_t portal_id)
{
	struct str number = str_printf(a, "%lld", (long long)portal_id);
	struct str s = str_trim(body), piece, out = { 0 };
	bool array = str_starts(s, STR("[")), ended = !array;
	size_t at = array ? 1 : 0, end = 0;
	struct buf kept;
	struct err e;

	buf_init(&kept, a, body.n + 1);
	while (!ended && next_element(s, at, &piece, &end)) {
		if (!names_portal(piece, number))
			keep(&kept, piece, ',');
		at = end + 1;
		ended = s.p[end] == ']';
	}
	if (array && ended && kept.n > 0)
		buf_addc(&kept, ']');
	/* What is no element: all, the end of a broken one, or what stands behind. */
	piece = str_slice(s, at, s.n);
	if (piece.n > 0 && !names_portal(piece, number))
		keep(&kept, piece, ended ? '\0' : ',');
	return buf_done(&kept, &out, &e) ? out : (struct str){ 0 };
}

bool
hubspot_webhook_is_echo(const struct event *ev, int64_t app_id)
{
	int64_t source = 0;

	return app_id > 0 && str_eq_nocase(ev->change_source, STR("INTEGRATION")) &&
	       str_to_int(ev->source_id, 1, INT64_MAX, &source) && source == app_id;
}
