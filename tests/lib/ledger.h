/* ledger.h - conversions for tests of the ledger and of what stands on it; uses store.h's tenant. */
#ifndef TESTS_LIB_LEDGER_H
#define TESTS_LIB_LEDGER_H

#include "lib/store.h"
#include "store/conversion.h"

/* Deal 301 won, event type WON of program 1000, CustomerId 77; body, order, keys and lane depend on the order id. */
struct conversion ledger_conversion(const char *order_id);
/* As ledger_conversion() with another CustomerId, event type and moment. */
struct conversion ledger_of(const char *order_id, const char *customer_id, const char *event_type, int64_t occurred_ms);
/* Fills in what depends on the other fields: event type row, effect key, lane, hash of the body. */
void ledger_complete(struct conversion *c);

/* In a transaction of its own on that connection. */
struct conversion_claimed ledger_claim_on(struct db *db, const struct conversion *c);
struct conversion_claimed ledger_claim(const struct conversion *c);
/* A new conversion, READY and due. */
int64_t ledger_ready(const char *order_id);
/* A new conversion put into that state by hand, with one attempt and a delivery row of that stage ("" for none). */
int64_t ledger_in(enum state s, const char *stage);

enum state ledger_state(int64_t id);
struct str ledger_column(int64_t id, const char *column); /* as text; NULL is "" */
int64_t ledger_number(int64_t id, const char *column);
/* The stage of its delivery row, "" when it has none; and when it is due, in s from now (DEFAULT clock). */
struct str ledger_stage(int64_t id);
int64_t ledger_due_s(int64_t id);
/* Whether a worker is woken for that stage: a lease row that is due. */
bool ledger_woken(enum lease_stage stage);

#endif
