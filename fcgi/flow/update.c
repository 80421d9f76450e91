/* update.c - see update.h. */
#include "flow/update.h"

#include "base/arena.h"
#include "base/fault.h"
#include "base/log.h"
#include "core/retry.h"
#include "flow/access.h"
#include "remote/hubspot_write.h"
#include "store/budget.h"
#include "store/id_run.h"
#include "store/record_update.h"
#include "store/tenant.h"
#include "store/transaction.h"

#define BATCH_MAX HUBSPOT_BATCH_WRITE_MAX
/* A read and a write each; then the next tenant has its turn. */
#define ROUNDS_MAX     10
#define PARTS_MAX      64
#define TOKEN_MS       1000
#define PROPERTIES_MAX 64

/* A part of the batch that is still to be written: changes[from..from + n). */
struct part {
	size_t from, n;
};

struct update {
	struct step step;
	struct lease lease;
	struct record_update *due;
	size_t n_due;
	struct record_update *rows[BATCH_MAX]; /* SENDING, changes[i] is about rows[i] */
	struct hubspot_change changes[BATCH_MAX];
	size_t n;
	struct part parts[PARTS_MAX];
	size_t n_parts;
	struct part now; /* on its way */
	int rounds;
};

static struct db *
db_of(const struct update *u)
{
	return u->step.parts->db;
}

static bool next_round(struct step *step, struct err *e);
static bool write_part(struct step *step, struct err *e);

static bool
finish(struct step *step, struct err *e)
{
	return record_update_next_ms(step->parts->db, step->arena, step->tenant_id, &step->again_in_ms, e);
}

static bool
end_one(struct update *u, const struct record_update *row, const struct record_update_end *end, struct err *e)
{
	bool kept;

	if (!record_update_end(db_of(u), u->step.tenant_id, row, end, &kept, e))
		return false;
	if (!kept)
		log_event(LOG_WARN, "update.late", LOG_I("update", row->update_id));
	return true;
}

/* ---- a call that did not work for all of its records */

/* Their runs wait for a person. */
static bool
pause_runs(struct update *u, struct record_update *const *rows, size_t n, struct str words, struct err *e)
{
	const struct id_run_move pause = { ID_RUN_RUNNING, ID_RUN_PAUSED, STR("scope_missing"),
		str_slice(words, 0, 500) };
	int64_t last = 0;
	bool moved;

	for (size_t i = 0; i < n; i++) {
		if (rows[i]->run_id == last || rows[i]->run_id == 0)
			continue;
		last = rows[i]->run_id;
		if (!id_run_move(db_of(u), u->step.tenant_id, last, &pause, &moved, e))
			return false;
	}
	return true;
}

/* When a row is looked at again. */
static int64_t
wait_ms(const struct update *u, enum retry_class why, const struct http_answer *answer, int64_t tries)
{
	switch (why) {
	case RETRY_SIGN_IN:
		return TOKEN_MS;
	case RETRY_FORBIDDEN:
		return 0; /* its run is paused */
	default:
		return step_retry_ms(&u->step, RETRY_HUBSPOT_WRITE, why, answer, tries);
	}
}

static bool
put_back(struct update *u, struct record_update *const *rows, size_t n, enum update_state from, enum retry_class why,
    const struct http_answer *answer, struct str words, struct err *e)
{
	struct record_update_end end = { .from = from,
		.to = UPDATE_READY,
		.message = str_slice(words, 0, 500),
		.http_status = answer->status,
		.counts = why == RETRY_AGAIN };

	for (size_t i = 0; i < n; i++) {
		end.due_in_ms = wait_ms(u, why, answer, rows[i]->tries);
		if (!end_one(u, rows[i], &end, e))
			return false;
	}
	if (why == RETRY_FORBIDDEN)
		return pause_runs(u, rows, n, words, e);
	if (why == RETRY_SIGN_IN)
		return access_token_refused(&u->step, e);
	return why != RETRY_WAIT ||
	       budget_block(db_of(u), u->step.tenant_id, BUDGET_HUBSPOT, wait_ms(u, why, answer, 0), e);
}

/* What of the batch has not been written waits with the rest; the round is over. */
static bool
give_up(struct update *u, struct record_update *const *rows, size_t n, enum update_state from, enum retry_class why,
    const struct http_answer *answer, struct err *e)
{
	struct err said = { .code = ERR_NONE };
	struct str words;

	(void)hubspot_classify(u->step.arena, RETRY_HUBSPOT_WRITE, answer, &said);
	words = str_copy(u->step.arena, str_from(said.text));
	log_event(LOG_WARN, "update.put_back", LOG_I("records", n), LOG_S("why", words));
	return transaction_begin(db_of(u), e) &&
	       transaction_end(db_of(u), put_back(u, rows, n, from, why, answer, words, e), "putting updates back",
	           e) &&
	       finish(&u->step, e);
}

/* ---- writing */

static bool
end_written(struct update *u, const struct http_answer *answer, const struct hubspot_outcome *outcomes, struct err *e)
{
	int64_t written = 0;
	int64_t refused = 0;

	for (size_t i = 0; i < u->now.n; i++) {
		const struct record_update *row = u->rows[u->now.from + i];
		const struct hubspot_outcome *o = &outcomes[i];
		/* An answer that says nothing of a record: it is read again. */
		struct record_update_end end = { .from = UPDATE_SENDING,
			.to = o->written   ? UPDATE_DONE
			      : o->refused ? UPDATE_REFUSED
			                   : UPDATE_READY,
			.code = o->code,
			.message = str_slice(o->words, 0, 500),
			.http_status = answer->status,
			.due_in_ms = step_retry_ms(&u->step, RETRY_HUBSPOT_WRITE, RETRY_AGAIN, answer, row->tries),
			.counts = true };

		written += o->written;
		refused += o->refused;
		if (!end_one(u, row, &end, e))
			return false;
	}
	log_event(LOG_INFO, "update.answered", LOG_I("written", written), LOG_I("refused", refused));
	return true;
}

/* Refused as a whole: in halves, down to the one that is wrong. */
static bool
split(struct update *u)
{
	size_t half = u->now.n / 2;

	if (u->now.n < 2 || u->n_parts + 2 > PARTS_MAX)
		return false;
	u->parts[u->n_parts++] = (struct part){ u->now.from, half };
	u->parts[u->n_parts++] = (struct part){ u->now.from + half, u->now.n - half };
	return true;
}

static bool
take_written(struct step *step, struct err *e)
{
	struct update *u = (struct update *)step;
	const struct http_answer *answer = &step->answers[0];
	struct hubspot_outcome *outcomes = arena_array(step->arena, u->now.n, sizeof(*outcomes));
	struct err why = { .code = ERR_NONE };
	enum retry_class result = hubspot_classify(step->arena, RETRY_HUBSPOT_WRITE, answer, &why);

	if (result == RETRY_OK &&
	    !hubspot_crm_read_outcomes(step->arena, answer, u->changes + u->now.from, u->now.n, outcomes, &why))
		result = retry_unreadable(RETRY_HUBSPOT_WRITE);
	if (result == RETRY_SPLIT && split(u))
		return write_part(step, e);
	if (retry_is_refusal(result))
		for (size_t i = 0; i < u->now.n; i++)
			outcomes[i] = (struct hubspot_outcome){ .refused = true,
				.code = STR("hubspot_refuses"),
				.words = str_copy(step->arena, str_from(why.text)) };
	else if (result != RETRY_OK) {
		/* The parts behind it have not left: all of them go back. */
		u->n_parts = 0;
		return give_up(u, u->rows + u->now.from, u->n - u->now.from, UPDATE_SENDING, result, answer, e);
	}
	if (!transaction_begin(db_of(u), e) ||
	    !transaction_end(db_of(u), end_written(u, answer, outcomes, e), "keeping what was written", e))
		return false;
	return write_part(step, e);
}

/* Parts go in the order of the batch, so that what is behind the current one is all that is left. */
static bool
write_part(struct step *step, struct err *e)
{
	struct update *u = (struct update *)step;
	struct secret token;
	struct access access;
	struct http_request q;
	int64_t granted;
	size_t first = 0;

	if (u->n_parts == 0)
		return next_round(step, e);
	if (!access_hubspot(step, 1, &token, &granted, &access, e))
		return false;
	if (!access.ready) {
		step->pause_ms = access.wait_ms > 0 ? access.wait_ms : 1;
		step->next = write_part;
		return true;
	}
	for (size_t i = 1; i < u->n_parts; i++)
		if (u->parts[i].from < u->parts[first].from)
			first = i;
	u->now = u->parts[first];
	u->parts[first] = u->parts[--u->n_parts];
	hubspot_crm_batch_update(step->arena, step->parts->settings, &token, u->rows[0]->object_type,
	    u->changes + u->now.from, u->now.n, &q);
	step_request(step, &q);
	step->next = take_written;
	return true;
}

/* ---- reading */

enum difference {
	SAME,
	OTHER,
	DIFFERS
};

/* What the record has against what it shall have. */
static enum difference
compare(struct arena *a, const struct record_update *row, const struct hubspot_record *record,
    const struct json *wanted)
{
	struct json_walk w = json_walk(wanted);
	enum difference d = SAME;

	while (json_next(&w)) {
		struct str has = json_text_at(a, record->properties, str_c(a, w.key));

		if (str_eq(has, json_text(a, w.value)))
			continue;
		if (has.n > 0 && !row->overwrite)
			return OTHER;
		d = DIFFERS;
	}
	return d;
}

static const struct hubspot_record *
find(const struct hubspot_record *records, size_t n, struct str id)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(records[i].id, id) && !records[i].archived)
			return &records[i];
	return NULL;
}

static bool
twice(const struct update *u, struct str id)
{
	for (size_t i = 0; i < u->n; i++)
		if (str_eq(u->rows[i]->object_id, id))
			return true;
	return false;
}

/* Ends what needs no write; what is left is u->rows.  Two updates of one record are two rounds. */
static bool
sort_out(struct update *u, const struct hubspot_record *records, size_t n, struct err *e)
{
	struct arena *a = u->step.arena;

	for (size_t i = 0; i < u->n_due; i++) {
		struct record_update *row = &u->due[i];

		FAULT_POINT_OF("update.record", row->object_id);
		const struct hubspot_record *record = find(records, n, row->object_id);
		struct record_update_end end = { .from = UPDATE_READY, .to = UPDATE_DONE, .code = STR("already") };
		struct json *wanted;
		enum difference d;

		if (!json_parse(a, row->properties, &json_limits_answer, &wanted, e))
			return false;
		d = record == NULL ? OTHER : compare(a, row, record, wanted);
		if (d == DIFFERS) {
			if (twice(u, row->object_id))
				continue;
			u->changes[u->n] = (struct hubspot_change){ .id = row->object_id,
				.trace = str_printf(a, "%lld", (long long)row->update_id),
				.properties = wanted };
			u->rows[u->n++] = row;
			continue;
		}
		if (record == NULL)
			end = (struct record_update_end){ .from = UPDATE_READY,
				.to = UPDATE_REFUSED,
				.code = STR("not_found"),
				.message = STR("HubSpot has no such record any more.") };
		else if (d == OTHER)
			end =
			    (struct record_update_end){ .from = UPDATE_READY, .to = UPDATE_KEPT, .code = STR("kept") };
		if (!end_one(u, row, &end, e))
			return false;
	}
	return u->n == 0 || record_update_sending(db_of(u), &u->lease, u->rows, u->n, e);
}

static bool
sorted_out(struct update *u, const struct hubspot_record *records, size_t n, struct err *e)
{
	return lease_hold(db_of(u), &u->lease, e) && sort_out(u, records, n, e);
}

static bool
take_read(struct step *step, struct err *e)
{
	struct update *u = (struct update *)step;
	const struct http_answer *answer = &step->answers[0];
	struct err why = { .code = ERR_NONE };
	enum retry_class result = hubspot_classify(step->arena, RETRY_HUBSPOT_READ, answer, &why);
	struct record_update **rows = arena_array(step->arena, u->n_due, sizeof(struct record_update *));
	struct hubspot_record *records;
	size_t n;

	if (result == RETRY_OK && !hubspot_crm_read_records(step->arena, answer, &records, &n, &why))
		result = retry_unreadable(RETRY_HUBSPOT_READ);
	if (result != RETRY_OK) {
		for (size_t i = 0; i < u->n_due; i++)
			rows[i] = &u->due[i];
		return give_up(u, rows, u->n_due, UPDATE_READY, retry_is_refusal(result) ? RETRY_AGAIN : result, answer,
		    e);
	}
	u->n = u->n_parts = 0;
	if (!transaction_begin(db_of(u), e) ||
	    !transaction_end(db_of(u), sorted_out(u, records, n, e), "before writing records", e))
		return false;
	if (u->n > 0)
		u->parts[u->n_parts++] = (struct part){ 0, u->n };
	return write_part(step, e);
}

/* The names of all that the rows want. */
static struct str_list
wanted_names(struct update *u)
{
	struct arena *a = u->step.arena;
	struct str *set = arena_array(a, PROPERTIES_MAX, sizeof(*set));
	struct err ignored = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < u->n_due; i++) {
		struct json *wanted = NULL;
		struct json_walk w;

		if (!json_parse(a, u->due[i].properties, &json_limits_answer, &wanted, &ignored))
			continue;
		w = json_walk(wanted);
		while (json_next(&w) && n < PROPERTIES_MAX) {
			size_t j = 0;

			while (j < n && !str_eq(set[j], w.key))
				j++;
			if (j == n)
				set[n++] = str_copy(a, w.key);
		}
	}
	return (struct str_list){ .v = set, .n = n };
}

static struct str_list
ids(struct update *u)
{
	struct str *list = arena_array(u->step.arena, u->n_due, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < u->n_due; i++) {
		size_t j = 0;

		while (j < n && !str_eq(list[j], u->due[i].object_id))
			j++;
		if (j == n)
			list[n++] = u->due[i].object_id;
	}
	return (struct str_list){ .v = list, .n = n };
}

static struct str
name_of(struct arena *a, const void *list, size_t i)
{
	const struct record_update *due = list;

	return str_printf(a, "%lld", (long long)due[i].update_id);
}

static bool
refuse(struct update *u, const struct record_update *row, struct err *e)
{
	const struct record_update_end end = { .from = UPDATE_READY, .to = UPDATE_REFUSED, .code = STR("poison") };

	return lease_hold(db_of(u), &u->lease, e) && end_one(u, row, &end, e);
}

/* After somebody's death one record after the other is written, the suspect first; the one that kills is not. */
static bool
take_one(struct update *u, struct err *e)
{
	struct step *step = &u->step;
	struct str id;

	if (step->careful == NULL)
		return true;
	if (!step_worked(step, e))
		return false;
	if (u->n_due == 0)
		return true;
	u->due += step_first(step, u->due, u->n_due, name_of);
	u->n_due = 1;
	id = name_of(step->arena, u->due, 0);
	if (!step_work_on(step, id, e))
		return false;
	if (!step_is_poison(step, id))
		return true;
	log_event(LOG_ERROR, "update.poison", LOG_I("update", u->due->update_id));
	u->n_due = 0;
	return transaction_begin(db_of(u), e) &&
	       transaction_end(db_of(u), refuse(u, u->due, e), "taking out what kills", e);
}

static bool
next_round(struct step *step, struct err *e)
{
	struct update *u = (struct update *)step;
	struct secret token;
	struct access access;
	struct http_request q;
	struct tenant tenant;
	int64_t granted;

	step->again_in_ms = -1;
	if (u->rounds++ == (step->careful != NULL ? BATCH_MAX : ROUNDS_MAX))
		return finish(step, e);
	/* Stopped, perhaps because the account is being deleted: the switch wakes the lease when it is put on again. */
	if (!tenant_load(db_of(u), step->arena, step->tenant_id, &tenant, e))
		return false;
	if (!tenant.sending)
		return true;
	if (!record_update_due(db_of(u), step->arena, step->tenant_id, BATCH_MAX, &u->due, &u->n_due, e) ||
	    !take_one(u, e))
		return false;
	if (u->n_due == 0)
		return finish(step, e);
	if (!access_hubspot_spare(step, 1, &token, &granted, &access, e))
		return false;
	if (!access.ready) {
		step->again_in_ms = access.wait_ms;
		return true;
	}
	hubspot_crm_batch_read(step->arena, step->parts->settings, &token, u->due->object_type, ids(u), wanted_names(u),
	    &q);
	step_request(step, &q);
	step->next = take_read;
	return true;
}

static bool
recover(struct update *u, int64_t *stranded, struct err *e)
{
	return record_update_recover(db_of(u), &u->lease, stranded, e);
}

static bool
begin(struct step *step, struct err *e)
{
	struct update *u = (struct update *)step;
	int64_t stranded;

	if (!transaction_begin(db_of(u), e) ||
	    !transaction_end(db_of(u), recover(u, &stranded, e), "finding what was under way", e))
		return false;
	if (stranded > 0)
		log_event(LOG_WARN, "update.recovered", LOG_I("records", stranded));
	return next_round(step, e);
}

struct step *
update_new(struct arena *a, const struct parts *parts, const struct lease *l)
{
	struct update *u = arena_alloc(a, sizeof(*u));

	u->step =
	    (struct step){ .arena = a, .parts = parts, .tenant_id = l->tenant_id, .next = begin, .again_in_ms = -1 };
	u->lease = *l;
	return &u->step;
}
