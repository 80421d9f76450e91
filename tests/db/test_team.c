/*
 * test_team.c - store/person, store/invitation, store/sign_in, store/mail and store/audit: who may belong to an account,
 * how links are used up, what is written down (C-22, F-003, F-029).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "lib/ground.h"
#include "store/audit.h"
#include "store/invitation.h"
#include "store/mail.h"
#include "store/session.h"
#include "store/sign_in.h"
#include "store/transaction.h"
#include "task/link.h"

static struct ground g;

static const struct invitation_terms terms = { .valid_s = 3600, .by_mail = true };

static struct person
join(int64_t user, const char *email)
{
	struct person p;

	must(person_join(g.db, g.a, g.tenant.tenant_id, user, str_from(email), &p, &g.e));
	return p;
}

static struct person
ada(void)
{
	return join(1, "ada@example.com");
}

static struct invitation
invite(const char *email, enum person_role role)
{
	struct person by = ada();
	struct invitation i;

	must(invitation_make(g.db, g.a, &by, str_from(email), role, &terms, &i, &g.e));
	return i;
}

static void
whom_an_owner_removed_is_refused_until_invited_again(void **state)
{
	(void)state;
	struct person owner = ada(), ben = join(2, "ben@example.com"), again;
	struct str cookie;

	must(session_open(g.db, g.a, &ben, SESSION_HUBSPOT, &cookie, &g.e));
	must(person_remove(g.db, g.a, &owner, ben.person_id, &g.e));
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM session"), 0);
	must_fail(person_join(g.db, g.a, g.tenant.tenant_id, 2, STR("ben@example.com"), &again, &g.e), ERR_DENIED);
	/* With another HubSpot user of the same address, and with another address of the same user, too. */
	must_fail(person_join(g.db, g.a, g.tenant.tenant_id, 22, STR("Ben@example.com"), &again, &g.e), ERR_DENIED);
	must_fail(person_join(g.db, g.a, g.tenant.tenant_id, 2, STR("other@example.com"), &again, &g.e), ERR_DENIED);
	(void)invite("ben@example.com", PERSON_VIEWER);
	again = join(2, "ben@example.com");
	assert_int_equal(again.role, PERSON_VIEWER);
	assert_int_equal(again.person_id, ben.person_id);
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM invitation"), 0);
}

static void
an_address_that_hubspot_gives_to_another_user_opens_nothing_of_the_first(void **state)
{
	(void)state;
	struct person first = join(31, "shared@example.com"), second = join(32, "shared@example.com");
	struct person_account *accounts;
	size_t n;

	assert_int_not_equal(first.person_id, second.person_id);
	must(person_accounts_of_email(g.db, g.a, STR("shared@example.com"), &accounts, &n, &g.e));
	assert_int_equal(n, 1);
	assert_int_equal(accounts[0].person.person_id, second.person_id);
	/* Somebody invited by e-mail who logs in with HubSpot later is one person. */
	must(transaction_begin(g.db, &g.e));
	must(person_lock(g.db, g.tenant.tenant_id, &g.e));
	must(person_let_in(g.db, g.a, g.tenant.tenant_id, STR("kim@example.com"), PERSON_VIEWER, &first, &g.e));
	must(transaction_end(g.db, true, "letting in", &g.e));
	second = join(33, "kim@example.com");
	assert_int_equal(second.person_id, first.person_id);
	assert_int_equal(second.role, PERSON_VIEWER);
}

static bool
step_down(struct ground *mine, unsigned i)
{
	const struct person by = { .tenant_id = mine->other.tenant_id, .person_id = i + 1 };

	mine->e = (struct err){ .code = ERR_NONE };
	return person_change_role(mine->db, mine->a, &by, by.person_id, PERSON_VIEWER, &mine->e);
}

static void
of_four_owners_who_step_down_at_once_one_stays(void **state)
{
	(void)state;
	ground_run(&g, "INSERT INTO person (tenant_id, person_id, hub_user_id, email, role, created_at) "
	               "SELECT tenant_id, n, 500 + n, '', 'owner', UTC_TIMESTAMP(3) FROM tenant "
	               "JOIN (SELECT 1 AS n UNION SELECT 2 UNION SELECT 3 UNION SELECT 4) x WHERE portal_id = 1002");
	assert_int_equal(ground_race(&g, 4, step_down, ERR_EXISTS), 3);
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM person WHERE hub_user_id > 500 AND role = 'owner'"),
	    1);
}

static bool
accept_it(struct ground *mine, unsigned i)
{
	struct invitation *list, copy;
	struct person p;
	size_t n;

	(void)i;
	if (!invitation_list(mine->db, mine->a, mine->tenant.tenant_id, &list, &n, &mine->e))
		return false;
	if (n == 0)
		return err_set(&mine->e, ERR_NOT_FOUND, "gone");
	copy = list[0];
	return invitation_accept(mine->db, mine->a, &copy, &p, &mine->e);
}

static void
of_four_who_accept_one_invitation_at_once_one_comes_in(void **state)
{
	(void)state;
	(void)invite("race@example.com", PERSON_EDITOR);
	assert_int_equal(ground_race(&g, 4, accept_it, ERR_NOT_FOUND), 1);
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM person WHERE email = 'race@example.com'"), 1);
}

static void
a_link_is_good_for_its_row_alone_and_dies_with_its_nonce_or_its_time(void **state)
{
	(void)state;
	struct person owner = ada(), p;
	struct invitation i = invite("mia@example.com", PERSON_VIEWER), found;
	struct str link = link_invitation(g.a, STR("https://c.example"), &g.vault, &i);
	struct str token = str_slice(link, str_find_char(link, '#') + 1, link.n);

	must(link_find_invitation(g.db, g.a, &g.vault, token, &found, &g.e));
	assert_int_equal(found.invitation_id, i.invitation_id);
	must_fail(link_find_invitation(g.db, g.a, &g.vault, str_slice(token, 0, token.n - 1), &found, &g.e),
	    ERR_NOT_FOUND);
	must_fail(link_find_invitation(g.db, g.a, &g.vault, STR("i.1.1."), &found, &g.e), ERR_NOT_FOUND);
	must_fail(link_find_invitation(g.db, g.a, &g.vault, STR("s.1.x"), &found, &g.e), ERR_NOT_FOUND);
	must(invitation_renew(g.db, g.a, &owner, i.invitation_id, &terms, &found, &g.e));
	must_fail(link_find_invitation(g.db, g.a, &g.vault, token, &found, &g.e), ERR_NOT_FOUND);
	must_fail(invitation_accept(g.db, g.a, &i, &p, &g.e), ERR_NOT_FOUND);
	must(invitation_load(g.db, g.a, i.tenant_id, i.invitation_id, &found, &g.e));
	ground_run(&g, "UPDATE invitation SET expires_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND");
	must_fail(invitation_accept(g.db, g.a, &found, &p, &g.e), ERR_NOT_FOUND);
	must_fail(invitation_load(g.db, g.a, g.other.tenant_id, i.invitation_id, &found, &g.e), ERR_NOT_FOUND);
	must(invitation_revoke(g.db, g.a, &owner, i.invitation_id, &g.e));
}

static void
a_sign_in_link_is_good_once_and_five_an_hour_are_made_for_an_address(void **state)
{
	(void)state;
	struct sign_in link;
	int64_t id;

	ground_run(&g, "DELETE FROM mail");
	for (int i = 0; i < SIGN_IN_PER_HOUR + 2; i++)
		must(sign_in_ask(g.db, g.a, STR("nobody@example.com"), 900, &g.e));
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM sign_in_link"), SIGN_IN_PER_HOUR);
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM mail WHERE kind = 'sign_in'"), SIGN_IN_PER_HOUR);
	id = ground_number(&g, "SELECT MIN(link_id) FROM sign_in_link");
	must(sign_in_load(g.db, g.a, id, 900, &link, &g.e));
	must(sign_in_take(g.db, &link, &g.e));
	must_fail(sign_in_take(g.db, &link, &g.e), ERR_NOT_FOUND);
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM sign_in_link"), 0);
	must(sign_in_ask(g.db, g.a, STR("nobody@example.com"), 900, &g.e));
	ground_run(&g, "UPDATE sign_in_link SET created_at = UTC_TIMESTAMP(3) - INTERVAL 901 SECOND");
	must_fail(sign_in_load(g.db, g.a, ground_number(&g, "SELECT MAX(link_id) FROM sign_in_link"), 900, &link, &g.e),
	    ERR_NOT_FOUND);
}

static void
asking_for_somebody_elses_address_keeps_nobody_out(void **state)
{
	(void)state;
	struct sign_in link;
	int64_t last;

	ground_run(&g, "DELETE FROM sign_in_link");
	for (int i = 0; i < SIGN_IN_PER_HOUR + 2; i++)
		must(sign_in_ask(g.db, g.a, STR("mia@example.com"), 900, &g.e));
	last = ground_number(&g, "SELECT MAX(link_id) FROM sign_in_link");
	must(sign_in_load(g.db, g.a, last, 900, &link, &g.e));
	/* Within the hour, when none of the five works any more, there is another one. */
	ground_run(&g, "UPDATE sign_in_link SET created_at = UTC_TIMESTAMP(3) - INTERVAL 901 SECOND");
	for (int i = 0; i < 3; i++)
		must(sign_in_ask(g.db, g.a, STR("mia@example.com"), 900, &g.e));
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM sign_in_link"), SIGN_IN_PER_HOUR + 1);
	must(sign_in_load(g.db, g.a, ground_number(&g, "SELECT MAX(link_id) FROM sign_in_link"), 900, &link, &g.e));
	/* A hundred strangers in a minute do not close the door for the installation. */
	for (int i = 0; i < 100; i++)
		must(sign_in_ask(g.db, g.a, str_printf(g.a, "s%d@example.com", i), 900, &g.e));
	must(sign_in_ask(g.db, g.a, STR("bob@example.com"), 900, &g.e));
	ground_run(&g, "DELETE FROM sign_in_link");
	ground_run(&g, "DELETE FROM mail");
}

static void
an_email_is_claimed_by_one_and_waits_or_ends_with_its_reason(void **state)
{
	(void)state;
	struct mail *due, stale;
	int64_t in_ms;
	size_t n;

	ground_run(&g, "DELETE FROM mail");
	ground_run(&g, "DELETE FROM sign_in_link");
	must(sign_in_ask(g.db, g.a, STR("x@example.com"), 900, &g.e));
	must(mail_due(g.db, g.a, &due, &n, &g.e));
	assert_int_equal(n, 1);
	stale = due[0];
	must(mail_claim(g.db, &due[0], 60, &g.e));
	must_fail(mail_claim(g.db, &stale, 60, &g.e), ERR_CONFLICT);
	must(mail_failed(g.db, &due[0], STR("later"), 5000, &g.e));
	must(mail_next(g.db, g.a, &in_ms, &g.e));
	assert_in_range(in_ms, 1, 5000);
	must(mail_failed(g.db, &due[0], STR("never"), -1, &g.e));
	assert_int_equal(ground_number(&g, "SELECT COUNT(*) FROM mail WHERE state = 'failed' AND problem = 'never'"),
	    1);
	must(mail_next(g.db, g.a, &in_ms, &g.e));
	assert_int_equal(in_ms, -1);
}

static void
a_change_that_is_rolled_back_is_not_in_the_log_and_a_long_one_is_cut(void **state)
{
	(void)state;
	struct person owner = ada();
	struct json *big = json_object(g.a);
	struct audit_row *rows;
	size_t n;
	char text[AUDIT_JSON_MAX + 2];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	json_set_str(big, "text", str_from(text));
	must(transaction_begin(g.db, &g.e));
	must(audit_add(g.db, g.a, &owner, &(struct audit){ .action = "test.rolled_back" }, &g.e));
	db_rollback(g.db);
	must(transaction_begin(g.db, &g.e));
	must(audit_add(g.db, g.a, &owner, &(struct audit){ .action = "test.big", .after = big }, &g.e));
	must(transaction_end(g.db, true, "testing", &g.e));
	must(audit_list(g.db, g.a, g.tenant.tenant_id, &(struct audit_filter){ .action = STR("test."), .limit = 10 },
	    &rows, &n, &g.e));
	assert_int_equal(n, 1);
	assert_true(str_eq(rows[0].action, STR("test.big")));
	assert_true(str_eq(rows[0].after, STR("{\"too_long\":true}")));
	assert_true(str_eq(rows[0].email, STR("ada@example.com")));
	must(audit_list(g.db, g.a, g.other.tenant_id, &(struct audit_filter){ .action = STR("test."), .limit = 10 },
	    &rows, &n, &g.e));
	assert_int_equal(n, 0);
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
		cmocka_unit_test(whom_an_owner_removed_is_refused_until_invited_again),
		cmocka_unit_test(an_address_that_hubspot_gives_to_another_user_opens_nothing_of_the_first),
		cmocka_unit_test(of_four_owners_who_step_down_at_once_one_stays),
		cmocka_unit_test(of_four_who_accept_one_invitation_at_once_one_comes_in),
		cmocka_unit_test(a_link_is_good_for_its_row_alone_and_dies_with_its_nonce_or_its_time),
		cmocka_unit_test(a_sign_in_link_is_good_once_and_five_an_hour_are_made_for_an_address),
		cmocka_unit_test(asking_for_somebody_elses_address_keeps_nobody_out),
		cmocka_unit_test(an_email_is_claimed_by_one_and_waits_or_ends_with_its_reason),
		cmocka_unit_test(a_change_that_is_rolled_back_is_not_in_the_log_and_a_long_one_is_cut),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
