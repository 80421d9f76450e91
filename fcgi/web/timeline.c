/* timeline.c - the steps of one event's way, from HubSpot's word to impact.com's; see activity_json.h. */
#include "web/activity_json.h"

#include "base/arena.h"
#include "base/enc.h"
#include "core/event.h"
#include "core/verdict.h"
#include "web/reply.h"
#include "web/words.h"

struct timeline {
	struct arena *arena;
	struct json *list;
	const struct activity_detail *d;
	const struct activity_story *story;
	const struct json *detail; /* what decide wrote down, or NULL */
	size_t told;               /* of the history */
};

/* Name and value of each field that was sent. */
static struct json *
fields_of(struct arena *a, struct str text)
{
	struct err e = { .code = ERR_NONE };
	struct json *out = json_object(a), *list;

	if (!json_parse(a, text, &json_limits_answer, &list, &e))
		return out;
	for (size_t i = 0; i < json_length(list); i++)
		json_set_str(out, str_c(a, json_text_at(a, json_at(list, i), "name")),
		    json_text_at(a, json_at(list, i), "value"));
	return out;
}

static void
push(struct timeline *t, int64_t at_ms, const char *what, struct str sentence, struct json *detail)
{
	struct json *row;

	if (at_ms <= 0)
		return;
	row = json_object(t->arena);
	web_set_time(t->arena, row, "at", at_ms);
	json_set_str(row, "what", str_from(what));
	json_set_str(row, "sentence", sentence);
	json_set(row, "detail", detail);
	json_push(t->list, row);
}

/* What a person did, and what became of it; the sentences of the kinds in sql/. */
static const struct {
	const char *kind, *what, *words;
} deeds[] = {
	{ "asked", "person", "asked for it to be sent again." },
	{ "released", "person", "sent it as a second conversion, knowing what was sent before." },
	{ "dropped", "person", "decided that it is not sent." },
	{ "found", "person", "found it in impact.com: its verdict is looked for." },
	{ "resent", "person", "looked in impact.com, did not find it, and sent it again." },
	{ "second", "person", "sent this as a second conversion, with an OrderId of its own." },
	{ "looked", "person", "asked for it to be looked at now." },
	{ "redecided", "person", "asked for it to be decided again with the rules of now." },
	{ "unchanged", "not_again", "Not sent again: exactly the same would be sent, and refused again." },
};

static struct json *
refusal_of(struct timeline *t, const struct history *h)
{
	struct json *detail = json_object(t->arena);

	json_set_int(detail, "revision", h->revision);
	json_set_str(detail, "code", h->code);
	if (h->message.n > 0)
		json_set_str(detail, "message", h->message);
	if (h->batch_id.n > 0)
		json_set_str(detail, "batch_id", h->batch_id);
	if (h->fields.n > 0)
		json_set(detail, "fields", fields_of(t->arena, h->fields));
	return detail;
}

static void
push_deed(struct timeline *t, const struct history *h)
{
	struct json *detail = NULL;

	if (h->note.n > 0) {
		detail = json_object(t->arena);
		json_set_str(detail, "note", h->note);
	}
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (str_eq(h->name, str_from(deeds[i].kind)))
			push(t, h->at_ms, deeds[i].what,
			    h->author.n > 0 ? str_printf(t->arena, STR_FMT " %s", STR_ARG(h->author), deeds[i].words)
			                    : str_from(deeds[i].words),
			    detail);
}

static void
push_history(struct timeline *t, const struct history *h)
{
	if (str_eq(h->name, STR("refused")))
		push(t, h->at_ms, verdict_is_direct(h->code) ? "direct" : "rejected",
		    str_from(verdict_find(verdict_code(h->code))->sentence), refusal_of(t, h));
	else if (str_eq(h->name, STR("not_again")))
		push(t, h->at_ms, "not_again",
		    str_printf(t->arena, "Not sent again. %s", verdict_find(h->code)->sentence), NULL);
	else
		push_deed(t, h);
}

static void
push_received(struct timeline *t)
{
	const struct activity_row *row = &t->d->row;
	struct json *detail = json_object(t->arena);

	web_set_time(t->arena, detail, "occurred_at", row->occurred_ms);
	json_set_str(detail, "property", row->property);
	json_set_str(detail, "value", row->value);
	if (t->story->value_before.n > 0)
		json_set_str(detail, "value_before", t->story->value_before);
	json_set_str(detail, "change_source", t->d->change_source);
	push(t, row->received_ms, "received", STR("HubSpot reported the change."), detail);
	for (size_t i = 0; i < t->story->n_history; i++)
		if (t->story->history[i].conversion_id == 0)
			push_history(t, &t->story->history[i]);
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
	return STR("");
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

/* What HubSpot did that its records could not be read at once; flow/decide_wait.c writes `why` down. */
static struct str
hubspot_words(struct arena *a, struct str why, int64_t answer)
{
	static const struct {
		const char *why, *words;
	} reasons[] = {
		{ "slow_down", "HubSpot asked to slow down" },
		{ "calls_used", "The calls that HubSpot allows in a few seconds were used up" },
		{ "away", "HubSpot did not give the record just then" },
		{ "token", "HubSpot asked for a new token" },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (str_eq(why, str_from(reasons[i].why)))
			return answer == 0 ? str_from(reasons[i].words)
			                   : str_printf(a, "%s (answer %lld)", reasons[i].words, (long long)answer);
	return STR("HubSpot let it wait");
}

static struct str
duration_words(struct arena *a, int64_t ms)
{
	int64_t s = (ms + 500) / 1000;

	if (s < 1)
		return STR("less than a second");
	if (s < 120)
		return str_printf(a, "%lld second%s", (long long)s, s == 1 ? "" : "s");
	if (s < 7200)
		return str_printf(a, "%lld minutes", (long long)((s + 30) / 60));
	return str_printf(a, "%lld hours", (long long)((s + 1800) / 3600));
}

/* Before it was read: that HubSpot let it wait, how long, and that it went on. */
static void
push_waited(struct timeline *t)
{
	const struct json *waited = json_get(t->detail, "waited");
	struct str words, took;
	int64_t since_ms = 0, ms = 0, times = 1, answer = 0;

	if (!json_int(json_get(waited, "since_ms"), &since_ms))
		return;
	(void)json_int(json_get(waited, "ms"), &ms);
	(void)json_int(json_get(waited, "times"), &times);
	(void)json_int(json_get(waited, "answer"), &answer);
	words = hubspot_words(t->arena, json_text_at(t->arena, waited, "why"), answer);
	took = duration_words(t->arena, ms);
	push(t, since_ms, "waiting",
	    times > 1 ? str_printf(t->arena, STR_FMT ": it waited %lld times, " STR_FMT " in all, and then went on.",
	                    STR_ARG(words), (long long)times, STR_ARG(took))
	              : str_printf(t->arena, STR_FMT ": it waited " STR_FMT ", and then went on.", STR_ARG(words),
	                    STR_ARG(took)),
	    json_copy(t->arena, waited));
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

/* What an answer means, by conversion_answer's `result`. */
static struct str
answer_words(struct arena *a, const struct activity_attempt *t)
{
	static const struct {
		const char *result, *words;
	} results[] = {
		{ "accepted", "impact.com took it up" },
		{ "rejected", "impact.com refused it at once" },
		{ "rate_limited", "impact.com asked to slow down; it is sent after the wait" },
		{ "refused", "impact.com did not accept the credentials or their scope; it waits" },
		{ "unknown", "What impact.com answered does not say whether it arrived" },
	};

	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
		if (str_eq(t->result, str_from(results[i].result)))
			return str_printf(a, "%s (answer %lld).", results[i].words, (long long)t->http_status);
	return str_printf(a, "impact.com answered %lld.", (long long)t->http_status);
}

static void
push_attempt(struct timeline *t, const struct activity_attempt *a)
{
	struct json *detail = json_object(t->arena);
	bool not_sent = str_eq(a->result, STR("not_sent"));

	push(t, a->started_ms, "sending",
	    a->revision > 1 ? str_printf(t->arena, "Attempt %lld: sent to impact.com, as revision %lld.",
	                          (long long)a->attempt, (long long)a->revision)
	                    : str_printf(t->arena, "Attempt %lld: sent to impact.com.", (long long)a->attempt),
	    NULL);
	json_set_int(detail, "http_status", a->http_status);
	json_set_str(detail, "result", a->result);
	json_set_str(detail, "message", a->message);
	if (a->ended_ms == 0)
		push(t, a->started_ms, "unknown", STR("No answer is known yet."), NULL);
	else if (a->http_status == 0)
		push(t, a->ended_ms, "unknown",
		    not_sent ? STR("impact.com could not be reached: nothing left, and it is tried again.")
		             : STR("impact.com did not answer."),
		    detail);
	else
		push(t, a->ended_ms, "answered", answer_words(t->arena, a), detail);
}

/* What was written over and what people did up to that time, as far as it is not told yet. */
static void
push_history_to(struct timeline *t, int64_t at_ms)
{
	const struct activity_story *s = t->story;

	for (; t->told < s->n_history && s->history[t->told].at_ms <= at_ms; t->told++)
		if (s->history[t->told].conversion_id != 0)
			push_history(t, &s->history[t->told]);
}

static void
push_attempts(struct timeline *t)
{
	for (size_t i = 0; i < t->story->n_attempts; i++) {
		push_history_to(t, t->story->attempts[i].started_ms);
		push_attempt(t, &t->story->attempts[i]);
	}
}

/* The time of what is still so and has none of its own: not before what led to it. */
static int64_t
at_last(const struct timeline *t, int64_t at_ms)
{
	const struct activity_story *s = t->story;

	if (s->n_attempts > 0 && s->attempts[s->n_attempts - 1].ended_ms > at_ms)
		at_ms = s->attempts[s->n_attempts - 1].ended_ms;
	if (s->n_history > 0 && s->history[s->n_history - 1].at_ms > at_ms)
		at_ms = s->history[s->n_history - 1].at_ms;
	return at_ms;
}

/* The verdict of the present revision is told among what was written over: it is made anew already (store/hold.h). */
static bool
verdict_kept(const struct timeline *t)
{
	const struct activity_story *s = t->story;

	for (size_t i = 0; i < s->n_history; i++)
		if (str_eq(s->history[i].name, STR("refused")) &&
		    s->history[i].revision == t->d->row.conversion.revision)
			return true;
	return false;
}

/* impact.com's own words with a refusal, or NULL. */
static struct json *
message_of(struct timeline *t, const struct activity_conversion *c)
{
	struct json *detail = NULL;

	if (c->message.n > 0) {
		detail = json_object(t->arena);
		json_set_str(detail, "message", c->message);
	}
	return detail;
}

/* What became of it; what was done before and after stands around it by its time. */
static void
push_end_at(struct timeline *t, int64_t at_ms, const char *what, struct json *detail)
{
	push_history_to(t, at_ms);
	push(t, at_ms, what, words_sentence(t->arena, &t->d->row), detail);
}

static void
push_end(struct timeline *t)
{
	const struct activity_row *row = &t->d->row;
	const struct activity_conversion *c = &row->conversion;
	bool rejected = str_eq(c->state, STR("REJECTED")), confirmed = str_eq(c->state, STR("CONFIRMED"));
	const char *refused = verdict_is_direct(c->code) ? "direct" : "rejected";
	struct json *detail = NULL;

	if (c->batch_id.n > 0) {
		detail = json_object(t->arena);
		json_set_str(detail, "batch_id", c->batch_id);
	}
	push_history_to(t, c->accepted_ms);
	push(t, c->accepted_ms, "accepted", STR("impact.com has taken it up and is judging it."), detail);
	/* The last word has no time of its own while the action may still change. */
	if (confirmed || (rejected && !verdict_kept(t)))
		push_end_at(t, c->ended_ms > 0 ? c->ended_ms : c->accepted_ms, confirmed ? "confirmed" : refused,
		    message_of(t, c));
	else if (str_eq(c->state, STR("UNKNOWN")))
		push_end_at(t, at_last(t, c->sending_ms), "unknown", NULL);
	else if (str_eq(c->state, STR("PARKED")) || str_eq(c->state, STR("HELD")))
		push_end_at(t, at_last(t, c->created_ms), "waiting", NULL);
	push_history_to(t, INT64_MAX);
}

struct json *
activity_timeline_json(struct arena *a, const struct activity_detail *d, const struct activity_story *story)
{
	struct timeline t = { .arena = a, .list = json_array(a), .d = d, .story = story };
	struct json *detail = NULL;
	struct err e = { .code = ERR_NONE };

	if (d->detail.n > 0 && json_parse(a, d->detail, &json_limits_answer, &detail, &e))
		t.detail = detail;
	push_received(&t);
	push_waited(&t);
	push_read(&t);
	push_decided(&t);
	if (str_eq(d->row.decision, STR("CONVERSION")) && d->row.conversion.conversion_id > 0) {
		push(&t, d->row.conversion.created_ms, "built", STR("The conversion was built, with the fields below."),
		    NULL);
		push_attempts(&t);
		push_end(&t);
	}
	return t.list;
}
