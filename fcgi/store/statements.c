/* statements.c - see statements.h. */
#include "store/statements.h"

#include "store/act.h"
#include "store/activity.h"
#include "store/again.h"
#include "store/alarm.h"
#include "store/audit.h"
#include "store/breaker.h"
#include "store/budget.h"
#include "store/cache.h"
#include "store/census.h"
#include "store/config.h"
#include "store/conversion.h"
#include "store/counter.h"
#include "store/credential.h"
#include "store/decision.h"
#include "store/delivery.h"
#include "store/disk.h"
#include "store/erase.h"
#include "store/event.h"
#include "store/event_type.h"
#include "store/history.h"
#include "store/hold.h"
#include "store/hubspot_calls.h"
#include "store/id_run.h"
#include "store/inbox.h"
#include "store/install.h"
#include "store/invitation.h"
#include "store/lease.h"
#include "store/ledger.h"
#include "store/listing.h"
#include "store/mail.h"
#include "store/merged.h"
#include "store/migrate.h"
#include "store/partition.h"
#include "store/pending.h"
#include "store/person.h"
#include "store/pulse.h"
#include "store/quarantine.h"
#include "store/record_update.h"
#include "store/schedule.h"
#include "store/second.h"
#include "store/server.h"
#include "store/session.h"
#include "store/sign_in.h"
#include "store/standing.h"
#include "store/summary.h"
#include "store/tenant.h"
#include "store/underway.h"
#include "store/vault.h"

#define TABLES_MAX 64

/* The lengths are known to the linker only, so the list is filled at its first use. */
const struct statements *
statements_all(size_t *n)
{
	static struct statements list[TABLES_MAX];
	const struct statements all[] = {
		{ "activity", activity_sql, activity_sql_n },
		{ "act", act_sql, act_sql_n },
		{ "again", again_sql, again_sql_n },
		{ "alarm", alarm_sql, alarm_sql_n },
		{ "history", history_sql, history_sql_n },
		{ "audit", audit_sql, audit_sql_n },
		{ "activity_list", activity_list_sql, activity_list_sql_n },
		{ "summary", summary_sql, summary_sql_n },
		{ "breaker", breaker_sql, breaker_sql_n },
		{ "budget", budget_sql, budget_sql_n },
		{ "cache", cache_sql, cache_sql_n },
		{ "census", census_sql, census_sql_n },
		{ "config", config_sql, config_sql_n },
		{ "conversion", conversion_sql, conversion_sql_n },
		{ "conversion_move", conversion_move_sql, conversion_move_sql_n },
		{ "conversion_send", conversion_send_sql, conversion_send_sql_n },
		{ "counter", counter_sql, counter_sql_n },
		{ "credential", credential_sql, credential_sql_n },
		{ "decision", decision_sql, decision_sql_n },
		{ "delivery", delivery_sql, delivery_sql_n },
		{ "disk", disk_sql, disk_sql_n },
		{ "erase", erase_sql, erase_sql_n },
		{ "event", event_sql, event_sql_n },
		{ "event_type", event_type_sql, event_type_sql_n },
		{ "hold", hold_sql, hold_sql_n },
		{ "hubspot_calls", hubspot_calls_sql, hubspot_calls_sql_n },
		{ "id_run", id_run_sql, id_run_sql_n },
		{ "inbox", inbox_sql, inbox_sql_n },
		{ "install", install_sql, install_sql_n },
		{ "invitation", invitation_sql, invitation_sql_n },
		{ "lease", lease_sql, lease_sql_n },
		{ "ledger", ledger_sql, ledger_sql_n },
		{ "listing", listing_sql, listing_sql_n },
		{ "mail", mail_sql, mail_sql_n },
		{ "merged", merged_sql, merged_sql_n },
		{ "migrate", migrate_sql, migrate_sql_n },
		{ "partition", partition_sql, partition_sql_n },
		{ "pending", pending_sql, pending_sql_n },
		{ "person", person_sql, person_sql_n },
		{ "pulse", pulse_sql, pulse_sql_n },
		{ "quarantine", quarantine_sql, quarantine_sql_n },
		{ "record_update", record_update_sql, record_update_sql_n },
		{ "schedule", schedule_sql, schedule_sql_n },
		{ "second", second_sql, second_sql_n },
		{ "server", server_sql, server_sql_n },
		{ "session", session_sql, session_sql_n },
		{ "sign_in", sign_in_sql, sign_in_sql_n },
		{ "standing", standing_sql, standing_sql_n },
		{ "tenant", tenant_sql, tenant_sql_n },
		{ "underway", underway_sql, underway_sql_n },
		{ "vault", vault_sql, vault_sql_n },
	};

	_Static_assert(sizeof(all) / sizeof(all[0]) <= TABLES_MAX, "the list is too short");
	*n = sizeof(all) / sizeof(all[0]);
	memcpy(list, all, sizeof(all));
	return list;
}

bool
statements_check(struct db *db, struct err *e)
{
	size_t n;
	const struct statements *all = statements_all(&n);

	for (size_t i = 0; i < n; i++)
		if (!db_check(db, all[i].table, all[i].n, e))
			return err_wrap(e, "statements of %s", all[i].entity);
	return true;
}
