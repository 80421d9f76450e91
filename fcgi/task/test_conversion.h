/*
 * test_conversion.h - one conversion that a person sends to try the set-up, with the click id of a test link
 * (impact.md 2.10): it makes a test action, which pays nothing.
 *
 * It is built of a real record by the saved rules and takes the road of every conversion: ledger, queue, verdict; so it
 * stands in Activity.  OrderId and CustomerId are its own (core/effect.h), the click id is the one given, every other
 * key that could credit a partner is left out, and the event date is now.  Needs the object type's consent, not that a
 * trigger fires.
 */
#ifndef TASK_TEST_CONVERSION_H
#define TASK_TEST_CONVERSION_H

#include "store/person.h"
#include "task/preview.h"

/* impact.com's limit for ClickId. */
#define TEST_CLICK_MAX 64

struct test_ask {
	struct person by; /* who sends it, for the audit log */
	struct str object, id, click_id;
};

struct test_sent {
	int64_t decision_id, conversion_id; /* 0: it was not sent */
	struct str order_id;
	struct str why, fix; /* it was not: a sentence, and the page that helps */
};

struct test_conversion;
struct test_conversion *test_conversion_new(struct arena *a, const struct parts *parts, int64_t tenant_id,
    const struct test_ask *ask);
struct step *test_conversion_step(struct test_conversion *t);
const struct test_sent *test_conversion_sent(const struct test_conversion *t);

#endif
