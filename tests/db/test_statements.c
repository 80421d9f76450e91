/* test_statements.c - every statement of the product: prepared, and within its tenant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/ground.h"
#include "store/statements.h"

static struct ground g;

static void
all_are_prepared_and_their_letters_fit(void **state)
{
	(void)state;
	must(statements_check(g.db, &g.e));
}

/* "tenant_id" right behind "(" or named by the row: the statement inserts it. */
static bool
inserts_tenant(const struct sql *q)
{
	struct str text = str_from(q->text);

	return str_starts(text, STR("INSERT")) && str_find(text, STR("tenant_id")) < str_find(text, STR("VALUES"));
}

static void
each_tenant_statement_binds_its_tenant(void **state)
{
	(void)state;
	size_t n;
	const struct statements *all = statements_all(&n);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < all[i].n; k++) {
			const struct sql *q = &all[i].table[k];
			struct str text = str_from(q->text);

			if (q->name == NULL)
				fail_msg("%s has a gap at %zu", all[i].entity, k);
			if (q->scope == SQL_TENANT && str_find(text, STR("tenant_id = ?")) == text.n &&
			    !inserts_tenant(q))
				fail_msg("%s does not bind tenant_id", q->name);
			if (q->scope != SQL_TENANT && q->scope != SQL_GLOBAL)
				fail_msg("%s has no scope", q->name);
		}
}

static void
names_are_unique(void **state)
{
	(void)state;
	size_t n;
	const struct statements *all = statements_all(&n);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < all[i].n; k++)
			for (size_t m = 0; m <= i; m++)
				for (size_t o = 0; o < (m < i ? all[m].n : k); o++)
					if (str_eq(str_from(all[i].table[k].name), str_from(all[m].table[o].name)))
						fail_msg("%s is there twice", all[i].table[k].name);
}

static int
setup(void **state)
{
	(void)state;
	return ground_open(&g) ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	ground_close(&g);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_prepared_and_their_letters_fit),
		cmocka_unit_test(each_tenant_statement_binds_its_tenant),
		cmocka_unit_test(names_are_unique),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
