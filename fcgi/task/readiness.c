/* readiness.c - see readiness.h. */
#include "task/readiness.h"

#include "base/arena.h"
#include "store/census.h"
#include "store/disk.h"
#include "store/pulse.h"

struct look {
	struct arena *arena;
	const struct parts *parts;
	struct readiness *out;
};

static void
tell(struct look *l, const char *name, bool ok, struct str message)
{
	l->out->checks[l->out->n++] = (struct readiness_check){ .name = name, .ok = ok, .message = message };
	l->out->ready = l->out->ready && ok;
}

static void
tell_failure(struct look *l, const char *name, const struct err *e)
{
	tell(l, name, false, str_copy(l->arena, str_from(e->text)));
}

static void
look_at_disk(struct look *l)
{
	const struct settings *s = l->parts->settings;
	struct err e = { .code = ERR_NONE };
	int64_t free_mb = 0, others = 0;

	if (!disk_told_full(l->parts->db, l->arena, &others, &e) ||
	    (others == 0 && !disk_free_mb(l->parts->db, l->arena, s, &free_mb, &e) && e.code != ERR_NOT_FOUND))
		tell_failure(l, "disk", &e);
	else if (others > 0)
		tell(l, "disk", false,
		    str_printf(l->arena,
		        "%lld processes see less than %lld MB free (disk_free_min_mb), or more data than "
		        "database_max_mb: "
		        "nothing is taken in. Make room on the database's disk.",
		        (long long)others, (long long)s->disk_free_min_mb));
	else if (e.code == ERR_NOT_FOUND)
		tell(l, "disk", true, str_printf(l->arena, "Not watched: %s.", e.text));
	else
		tell(l, "disk", free_mb >= s->disk_free_min_mb,
		    free_mb >= s->disk_free_min_mb ? str_printf(l->arena, "%lld MB are free.", (long long)free_mb)
		                                   : str_printf(l->arena,
		                                         "Only %lld MB are free, and nothing is taken in below %lld MB "
		                                         "(disk_free_min_mb): make room on the database's disk.",
		                                         (long long)free_mb, (long long)s->disk_free_min_mb));
}

/* Asking for its clock shows that it is there.  False when it is not: then nothing else can be asked. */
static bool
look_at_database(struct look *l)
{
	struct err e = { .code = ERR_NONE };
	int64_t ahead_ms;
	bool ok;

	if (!census_clock_ahead_ms(l->parts->db, l->arena, &ahead_ms, &e)) {
		tell_failure(l, "database", &e);
		return false;
	}
	tell(l, "database", true, STR("It answers."));
	ok = ahead_ms <= READINESS_CLOCK_MAX_MS && ahead_ms >= -READINESS_CLOCK_MAX_MS;
	tell(l, "clock", ok,
	    str_printf(l->arena, "The database's clock is %lld ms %s this machine's%s.",
	        (long long)(ahead_ms < 0 ? -ahead_ms : ahead_ms), ahead_ms < 0 ? "behind" : "ahead of",
	        ok ? "" : ": let both machines keep their time by NTP"));
	return true;
}

static void
look_at_key(struct look *l)
{
	struct err e = { .code = ERR_NONE };
	int64_t foreign;

	if (!census_foreign_keys(l->parts->db, l->arena, l->parts->vault->key_id, &foreign, &e))
		tell_failure(l, "key", &e);
	else
		tell(l, "key", foreign == 0,
		    foreign == 0 ? STR("The master key is the one that the accounts' secrets are sealed under.")
		                 : str_printf(l->arena,
		                       "The secrets of %lld accounts are sealed under another master key: "
		                       "name the right file in master_key_file.",
		                       (long long)foreign));
}

/* Every account's token is given to this client: one refusal says it for all. */
static void
look_at_client(struct look *l)
{
	struct err e = { .code = ERR_NONE };
	int64_t refused;

	if (!census_client_refused(l->parts->db, l->arena, &refused, &e))
		tell_failure(l, "hubspot", &e);
	else
		tell(l, "hubspot", refused == 0,
		    refused == 0 ? STR("It has not refused the connector's client id and secret.")
		                 : str_printf(l->arena,
		                       "HubSpot refuses the connector's client id or secret, and %lld accounts wait: "
		                       "correct hubspot_client_id and hubspot_client_secret and restart. No account is "
		                       "disconnected; all go on by themselves.",
		                       (long long)refused));
}

static void
look_for_workers(struct look *l)
{
	struct err e = { .code = ERR_NONE };
	struct pulse_program *list;
	int64_t workers = 0;
	size_t n;

	if (!pulse_programs(l->parts->db, l->arena, &list, &n, &e)) {
		tell_failure(l, "worker", &e);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i].program, STR("connector-worker")))
			workers = list[i].processes;
	tell(l, "worker", workers > 0,
	    workers > 0 ? str_printf(l->arena, "%lld at work.", (long long)workers)
	                : STR("No worker has been heard of for 30 seconds: start connector-worker, or see its log."));
}

/* What waits so long by rule is not late: for the conversion before it, for the next listing. */
static int64_t
patience_s(const struct look *l, const struct census_row *q)
{
	if (str_eq(q->queue, STR("delivery.send")))
		return l->parts->settings->order_wait_s;
	return str_eq(q->queue, STR("delivery.follow")) ? l->parts->settings->follow_listing_s : 0;
}

static void
look_at_lag(struct look *l)
{
	struct census_row queues[CENSUS_QUEUES];
	const struct census_row *worst = queues;
	struct err e = { .code = ERR_NONE };
	bool ok;

	if (!census_late(l->parts->db, l->arena, queues, &e)) {
		tell_failure(l, "lag", &e);
		return;
	}
	for (size_t i = 0; i < CENSUS_QUEUES; i++) {
		int64_t late_s = queues[i].waits_s - patience_s(l, &queues[i]);

		queues[i].waits_s = late_s > 0 ? late_s : 0;
	}
	for (size_t i = 1; i < CENSUS_QUEUES; i++)
		if (queues[i].waits_s > worst->waits_s)
			worst = &queues[i];
	ok = worst->waits_s <= l->parts->settings->ready_lag_s;
	tell(l, "lag", ok,
	    str_printf(l->arena, "The longest wait is %lld s, in the queue " STR_FMT "%s.", (long long)worst->waits_s,
	        STR_ARG(worst->queue),
	        ok ? "" : ": `connectorctl queues` shows whose it is; start more workers when all are busy"));
}

void
readiness_look(struct arena *a, const struct parts *parts, struct readiness *out)
{
	struct look l = { .arena = a, .parts = parts, .out = out };

	*out = (struct readiness){ .ready = true };
	if (!look_at_database(&l))
		return;
	look_at_key(&l);
	look_at_client(&l);
	look_at_disk(&l);
	look_for_workers(&l);
	look_at_lag(&l);
}
