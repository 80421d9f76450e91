/* tally.c - see tally.h. */
#include "base/tally.h"

#include <assert.h>

static const char intake_batches_help[] = "batches of webhooks, by what was answered";
static const char events_help[] = "events in them: new, known already, unreadable, of an account that is not connected";
static const char decisions_help[] = "decisions written, by outcome; an event that waits is decided more than once";
static const char conversion_moves_help[] = "moves of conversions, by the state they led to";
static const char illegal_moves_help[] =
    "moves that a state machine does not have, refused: more than 0 is a defect of the connector";
static const char calls_help[] = "calls to the far ends, by result";
static const char lease_claims_help[] = "leases that the worker asked for: claimed, or another worker was faster";
static const char jobs_help[] = "the worker's jobs: ended, begun anew after a lost race, failed";

/* clang-format off */
const struct tally_row tally_table[TALLY__COUNT] = {
	[TALLY_INTAKE_STORED] = { "intake.stored", "intake_batches_total", "result=\"stored\"", intake_batches_help },
	[TALLY_INTAKE_REFUSED] = { "intake.refused", "intake_batches_total", "result=\"refused\"", intake_batches_help },
	[TALLY_INTAKE_AWAY] = { "intake.away", "intake_batches_total", "result=\"away\"", intake_batches_help },
	[TALLY_EVENT_NEW] = { "events.new", "events_total", "result=\"new\"", events_help },
	[TALLY_EVENT_AGAIN] = { "events.again", "events_total", "result=\"again\"", events_help },
	[TALLY_EVENT_UNREADABLE] = { "events.unreadable", "events_total", "result=\"unreadable\"", events_help },
	[TALLY_EVENT_UNKNOWN_PORTAL] = { "events.unknown_portal", "events_total", "result=\"unknown_portal\"", events_help },
	[TALLY_DECIDED] = { "decisions.conversion", "decisions_total", "outcome=\"conversion\"", decisions_help },
	[TALLY_DECIDED_WAITING] = { "decisions.waiting", "decisions_total", "outcome=\"waiting\"", decisions_help },
	[TALLY_DECIDED_SKIPPED] = { "decisions.skipped", "decisions_total", "outcome=\"skipped\"", decisions_help },
	[TALLY_DECIDED_SUPPRESSED] = { "decisions.suppressed", "decisions_total", "outcome=\"suppressed\"", decisions_help },
	[TALLY_DECIDED_HELD] = { "decisions.held", "decisions_total", "outcome=\"held\"", decisions_help },
	[TALLY_MOVED] = { "moves.ready", "conversion_moves_total", "state=\"ready\"", conversion_moves_help },
	[TALLY_MOVED_SENDING] = { "moves.sending", "conversion_moves_total", "state=\"sending\"", conversion_moves_help },
	[TALLY_MOVED_UNKNOWN] = { "moves.unknown", "conversion_moves_total", "state=\"unknown\"", conversion_moves_help },
	[TALLY_MOVED_ACCEPTED] = { "moves.accepted", "conversion_moves_total", "state=\"accepted\"", conversion_moves_help },
	[TALLY_MOVED_CONFIRMED] = { "moves.confirmed", "conversion_moves_total", "state=\"confirmed\"", conversion_moves_help },
	[TALLY_MOVED_REJECTED] = { "moves.rejected", "conversion_moves_total", "state=\"rejected\"", conversion_moves_help },
	[TALLY_MOVED_HELD] = { "moves.held", "conversion_moves_total", "state=\"held\"", conversion_moves_help },
	[TALLY_MOVED_PARKED] = { "moves.parked", "conversion_moves_total", "state=\"parked\"", conversion_moves_help },
	[TALLY_MOVED_SHADOW] = { "moves.shadow", "conversion_moves_total", "state=\"shadow\"", conversion_moves_help },
	[TALLY_MOVED_DEAD] = { "moves.dead", "conversion_moves_total", "state=\"dead\"", conversion_moves_help },
	[TALLY_MOVED_ERASED] = { "moves.erased", "conversion_moves_total", "state=\"erased\"", conversion_moves_help },
	[TALLY_ILLEGAL_CONVERSION] = { "illegal.conversion", "illegal_moves_total", "of=\"conversion\"", illegal_moves_help },
	[TALLY_ILLEGAL_UPDATE] = { "illegal.update", "illegal_moves_total", "of=\"update\"", illegal_moves_help },
	[TALLY_HUBSPOT_OK] = { "calls.hubspot.ok", "calls_total", "destination=\"hubspot\",result=\"ok\"", calls_help },
	[TALLY_HUBSPOT_401] = { "calls.hubspot.401", "calls_total", "destination=\"hubspot\",result=\"401\"", calls_help },
	[TALLY_HUBSPOT_429] = { "calls.hubspot.429", "calls_total", "destination=\"hubspot\",result=\"429\"", calls_help },
	[TALLY_HUBSPOT_4XX] = { "calls.hubspot.4xx", "calls_total", "destination=\"hubspot\",result=\"4xx\"", calls_help },
	[TALLY_HUBSPOT_5XX] = { "calls.hubspot.5xx", "calls_total", "destination=\"hubspot\",result=\"5xx\"", calls_help },
	[TALLY_HUBSPOT_NO_ANSWER] = { "calls.hubspot.no_answer", "calls_total", "destination=\"hubspot\",result=\"no_answer\"", calls_help },
	[TALLY_HUBSPOT_NOT_SENT] = { "calls.hubspot.not_sent", "calls_total", "destination=\"hubspot\",result=\"not_sent\"", calls_help },
	[TALLY_IMPACT_OK] = { "calls.impact.ok", "calls_total", "destination=\"impact\",result=\"ok\"", calls_help },
	[TALLY_IMPACT_401] = { "calls.impact.401", "calls_total", "destination=\"impact\",result=\"401\"", calls_help },
	[TALLY_IMPACT_429] = { "calls.impact.429", "calls_total", "destination=\"impact\",result=\"429\"", calls_help },
	[TALLY_IMPACT_4XX] = { "calls.impact.4xx", "calls_total", "destination=\"impact\",result=\"4xx\"", calls_help },
	[TALLY_IMPACT_5XX] = { "calls.impact.5xx", "calls_total", "destination=\"impact\",result=\"5xx\"", calls_help },
	[TALLY_IMPACT_NO_ANSWER] = { "calls.impact.no_answer", "calls_total", "destination=\"impact\",result=\"no_answer\"", calls_help },
	[TALLY_IMPACT_NOT_SENT] = { "calls.impact.not_sent", "calls_total", "destination=\"impact\",result=\"not_sent\"", calls_help },
	[TALLY_CLAIM_WON] = { "claims.won", "lease_claims_total", "result=\"won\"", lease_claims_help },
	[TALLY_CLAIM_MISSED] = { "claims.missed", "lease_claims_total", "result=\"missed\"", lease_claims_help },
	[TALLY_JOB_DONE] = { "jobs.done", "jobs_total", "result=\"done\"", jobs_help },
	[TALLY_JOB_REPEATED] = { "jobs.repeated", "jobs_total", "result=\"repeated\"", jobs_help },
	[TALLY_JOB_FAILED] = { "jobs.failed", "jobs_total", "result=\"failed\"", jobs_help },
};
/* clang-format on */

static int64_t tallies[TALLY__COUNT];

void
tally_add(enum tally what, int64_t n)
{
	assert((unsigned)what < TALLY__COUNT);
	tallies[what] += n;
}

enum tally
tally_of(enum tally first, unsigned i)
{
	assert(first + i < TALLY__COUNT);
	return (enum tally)(first + i);
}

int64_t
tally_get(enum tally what)
{
	assert((unsigned)what < TALLY__COUNT);
	return tallies[what];
}
