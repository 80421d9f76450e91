/* The states of a conversion are told the same in the schema and in the table, and so is every other ENUM. */
#include "core/event.h"
#include "core/state.h"
#include "core/update_state.h"
#include "lib/answer.h"
#include "lib/store.h"
#include "store/id_run.h"
#include "store/tenant.h"

/* "'a','b'" of a column as it is in the database. */
static struct str
enum_of(const char *table, const char *column)
{
	struct str type = store_text("SELECT CAST(column_type AS BINARY) FROM information_schema.columns WHERE "
	                             "table_schema = DATABASE() AND table_name = '%s' AND column_name = '%s'",
	    table, column);

	assert_true(str_starts(type, STR("enum(")));
	return str_slice(type, 5, type.n - 1);
}

static struct str
listed(const char *name(int), int n)
{
	struct str text = STR("");

	for (int i = 0; i < n; i++)
		text = str_printf(store.arena, STR_FMT "%s'%s'", STR_ARG(text), i > 0 ? "," : "", name(i));
	return text;
}

static const char *
state_at(int i)
{
	return state_name((enum state)i);
}

static const char *
stage_at(int i)
{
	return lease_stage_name((enum lease_stage)i);
}

static const char *
kind_at(int i)
{
	return event_kind_name((enum event_kind)i);
}

static const char *
update_at(int i)
{
	return update_state_name((enum update_state)i);
}

static const char *
run_kind_at(int i)
{
	return id_run_kind_name((enum id_run_kind)i);
}

static const char *
run_state_at(int i)
{
	return id_run_state_name((enum id_run_state)i);
}

static const char *
tenant_state_at(int i)
{
	return tenant_state_name((enum tenant_state)i);
}

static void
the_schema_and_the_tables_tell_the_same_names(void **state)
{
	static const struct {
		const char *table, *column;
		const char *(*name)(int);
		int n;
	} rows[] = {
		{ "conversion", "state", state_at, STATE__COUNT },
		{ "lease", "stage", stage_at, LEASE__COUNT },
		{ "event", "kind", kind_at, EVENT__COUNT },
		{ "pending", "kind", kind_at, EVENT__COUNT },
		{ "decision", "kind", kind_at, EVENT__COUNT },
		{ "record_update", "state", update_at, UPDATE__COUNT },
		{ "id_run", "kind", run_kind_at, ID_RUN_KINDS },
		{ "id_run", "state", run_state_at, ID_RUN_STATES },
		{ "tenant", "state", tenant_state_at, TENANT_DELETING + 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str schema = enum_of(rows[i].table, rows[i].column);

		if (!str_eq(schema, listed(rows[i].name, rows[i].n)))
			fail_msg("%s.%s: " STR_FMT, rows[i].table, rows[i].column, STR_ARG(schema));
	}
}

#define TEST(name) cmocka_unit_test_setup(name, store_fresh)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_schema_and_the_tables_tell_the_same_names),
	};

	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
