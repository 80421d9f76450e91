/* timeline.c - the steps of one event's way, from HubSpot's word to impact.com's; see activity_json.h. */
#include "web/activity_json.h"

#include "base/arena.h"
#include "base/enc.h"
#include "core/event.h"
#include "core/verdict.h"
#include "web/words.h"

struct timeline {
	struct arena *arena;
	struct json *list;
	const struct activity_detail *d;
	const struct json *detail; /* what decide wrote down, or NULL */
};

static void
push(struct timeline *t, int64_t at_ms, const char *what, struct str sentence, struct json *detail)
{
	struct json *row;

	if (at_ms <= 0)
		return;
	row = json_object(t->arena);
	activity_set_time(t->arena, row, "at", at_ms);
	json_set_str(row, "what", str_from(what));
	json_set_str(row, "sentence", sentence);
	json_set(row, "detail", detail);
	json_push(t->list, row);
}

static void
push_received(struct timeline *t)
{
	const struct activity_row *row = &t->d->row;
	struct json *detail = json_object(t->arena);

	activity_set_time(t->arena, detail, "occurred_at", row->occurred_ms);
	json_set_str(detail, "property", row->property);
	json_set_str(detail, "value", row->value);
	json_set_str(detail, "change_source", t->d->change_source);
	push(t, row->received_ms, "received", STR("HubSpot reported the change."), detail);
}

/* Which of several contacts counts, in the words of decide's rule. */
static const struct {
	const char *why, *words;
} choices[] = {
	{ "primary", "it is the primary one" },
	{ "click_id", "it is the earliest with a click id" },
	{ "created_first", "it was created first" },
	{ "only", "" },
};

static struct str
choice_words(struct str why)
{
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		if (str_eq(why, str_from(choices[i].why)))
			return str_from(choices[i].words);
	return why;
}

static void
push_read(struct timeline *t)
{
	struct str contact = json_text_at(t->arena, t->detail, "contact_id");
	struct str why = choice_words(json_text_at(t->arena, t->detail, "contact_why"));
	struct str one = event_object_singular(t->d->row.object_type);
	int64_t at_ms = 0;

	(void)json_int(json_get(t->detail, "read_at_ms"), &at_ms);
	if (contact.n == 0 || str_eq(one, STR("contact")))
		push(t, at_ms, "read", str_printf(t->arena, "The " STR_FMT " was read from HubSpot.", STR_ARG(one)),
		    NULL);
	else
		push(t, at_ms, "read",
		    str_printf(t->arena,
		        "The " STR_FMT " was read from HubSpot, and its contact " STR_FMT "%s" STR_FMT ".",
		        STR_ARG(one), STR_ARG(contact), why.n > 0 ? ": " : "", STR_ARG(why)),
		    NULL);
	if (str_eq(json_text_at(t->arena, t->detail, "contacts_cut"), STR("true")))
		push(t, at_ms, "read", STR("It has very many contacts: only the first of them were looked at."), NULL);
	if (str_eq(json_text_at(t->arena, t->detail, "redacted"), STR("true")))
		push(t, at_ms, "read",
		    STR("HubSpot hides the value of this sensitive property in its event: it was taken from the record "
		        "as it was then."),
		    NULL);
}

/* "OrderId: ... ." of what is missing or wrong, without what the sentence before says already; or the empty slice. */
static struct str
fault_words(struct timeline *t, struct str said)
{
	const struct json *faults = json_get(t->detail, "faults");
	struct str words = STR("");

	for (size_t i = 0; i < json_length(faults); i++) {
		struct str one = json_text_at(t->arena, json_at(faults, i), "message");

		if (!str_eq(one, said))
			words = str_printf(t->arena, STR_FMT "%s" STR_FMT, STR_ARG(words), words.n > 0 ? " " : "",
			    STR_ARG(one));
	}
	return words;
}

static void
push_decided(struct timeline *t)
{
	const struct activity_row *row = &t->d->row;
	struct json *detail = json_object(t->arena);
	struct str sentence = words_sentence(t->arena, row);
	struct str faults = fault_words(t, sentence);
	bool waiting = str_eq(row->decision, STR("WAITING"));

	json_set_str(detail, "decision", row->decision);
	json_set_str(detail, "trigger", t->d->trigger_id);
	json_set_int(detail, "revision", t->d->revision);
	if (json_length(json_get(t->detail, "faults")) > 0)
		json_set(detail, "faults", json_copy(t->arena, json_get(t->detail, "faults")));
	if (str_eq(row->decision, STR("CONVERSION")))
		push(t, row->decided_ms, "decided",
		    STR("A trigger matched, consent is given, and everything needed is there."), detail);
	else
		push(t, row->decided_ms, waiting ? "waiting" : "decided",
		    str_printf(t->arena, STR_FMT "%s" STR_FMT, STR_ARG(sentence), faults.n > 0 ? " " : "",
		        STR_ARG(faults)),
		    detail);
}

static void
push_attempt(struct timeline *t, const struct activity_attempt *a)
{
	struct json *detail = json_object(t->arena);

	push(t, a->started_ms, "sending",
	    str_printf(t->arena, "Attempt %lld: sent to impact.com.", (long long)a->attempt), NULL);
	json_set_int(detail, "http_status", a->http_status);
	json_set_str(detail, "result", a->result);
	json_set_str(detail, "message", a->message);
	if (a->ended_ms == 0)
		push(t, a->started_ms, "unknown", STR("No answer is known yet."), NULL);
	else if (a->http_status == 0)
		push(t, a->ended_ms, "unknown", STR("impact.com did not answer."), detail);
	else
		push(t, a->ended_ms, "answered",
		    str_printf(t->arena, "impact.com answered %lld.", (long long)a->http_status), detail);
}

static void
push_end(struct timeline *t)
{
	const struct activity_row *row = &t->d->row;
	const struct activity_conversion *c = &row->conversion;
	bool rejected = str_eq(c->state, STR("REJECTED")), confirmed = str_eq(c->state, STR("CONFIRMED"));
	struct json *detail = NULL;

	if (c->batch_id.n > 0) {
		detail = json_object(t->arena);
		json_set_str(detail, "batch_id", c->batch_id);
	}
	push(t, c->accepted_ms, "accepted", STR("impact.com has taken it up and is judging it."), detail);
	/* The last word has no time of its own while the action may still change. */
	if (confirmed || rejected)
		push(t, c->ended_ms > 0 ? c->ended_ms : c->accepted_ms, confirmed ? "confirmed" : "rejected",
		    words_sentence(t->arena, row), NULL);
	else if (str_eq(c->state, STR("UNKNOWN")))
		push(t, c->sending_ms, "unknown", words_sentence(t->arena, row), NULL);
	else if (str_eq(c->state, STR("PARKED")) || str_eq(c->state, STR("HELD")))
		push(t, c->created_ms, "waiting", words_sentence(t->arena, row), NULL);
}

struct json *
activity_timeline_json(struct arena *a, const struct activity_detail *d, const struct activity_attempt *attempts,
    size_t n)
{
	struct timeline t = { .arena = a, .list = json_array(a), .d = d };
	struct json *detail = NULL;
	struct err e = { .code = ERR_NONE };

	if (d->detail.n > 0 && json_parse(a, d->detail, &json_limits_answer, &detail, &e))
		t.detail = detail;
	push_received(&t);
	push_read(&t);
	push_decided(&t);
	if (str_eq(d->row.decision, STR("CONVERSION")) && d->row.conversion.conversion_id > 0) {
		push(&t, d->row.conversion.created_ms, "built", STR("The conversion was built, with the fields below."),
		    NULL);
		for (size_t i = 0; i < n; i++)
			push_attempt(&t, &attempts[i]);
		push_end(&t);
	}
	return t.list;
}
