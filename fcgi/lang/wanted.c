/* wanted.c - build_wanted(): the conditions of the triggers that match an event. */
#include "base/arena.h"
#include "lang/build.h"
#include "lang/lookup.h"

#define SCRATCH_MAX (4 * 1024 * 1024)

static enum build_wanted
judge(struct arena *a, const struct build_input *in, const struct ruleset_trigger *t, struct catalogue_fault *why)
{
	struct arena *scratch;
	struct lookup look = { .in = in };
	struct err e = { .text = "it was saved with a fault" };
	bool holds = false;
	bool worked;

	*why = (struct catalogue_fault){ .field = STR("when") };
	if (t->needs_contact && !lookup_has_contact(in)) {
		why->code = STR("no_contact");
		why->message = STR("The condition of the trigger reads the contact, and there is none yet.");
		why->missing = true;
		return BUILD_NO_CONTACT;
	}
	look.arena = scratch = arena_new(SCRATCH_MAX);
	worked = t->when != NULL && lang_when_eval(t->when, scratch, lookup_field, &look, 0, &holds, &e);
	arena_free(scratch);
	if (!worked) {
		why->code = STR("condition_failed");
		why->message = str_printf(a, "What is wrong: %s.", e.text);
		return BUILD_FAILED;
	}
	if (holds)
		return BUILD_WANTED;
	why->code = STR("condition");
	why->message = str_printf(a, "The condition is " STR_FMT ".", STR_ARG(str_trim(t->config->when)));
	return BUILD_NOT_WANTED;
}

enum build_wanted
build_wanted(struct arena *a, const struct build_input *in, const struct config_trigger **trigger,
    struct catalogue_fault *why)
{
	const struct ruleset_object *o = in->object;
	enum build_wanted best = BUILD_NOT_WANTED;

	*trigger = NULL;
	*why = (struct catalogue_fault){ 0 };
	for (size_t i = 0; i < o->config->n_triggers; i++) {
		const struct ruleset_trigger *t = &o->triggers[i];
		struct catalogue_fault one;
		enum build_wanted w;

		if (ruleset_match_trigger(o, i, in->event) != RULESET_MATCHED)
			continue;
		w = judge(a, in, t, &one);
		if (*trigger != NULL && w <= best)
			continue;
		best = w;
		*trigger = t->config;
		*why = one;
		if (w == BUILD_WANTED)
			break;
	}
	return best;
}
