/* held.h - conversions that go out and are judged one by one, for tests of what impact.com refuses for its set-up. */
#ifndef TESTS_LIB_HELD_H
#define TESTS_LIB_HELD_H

#include "lib/flow.h"

/* All that is due goes out and is queued; how many. */
size_t held_send_all(void);
/* What impact.com says of a submission of it; an empty reason: it worked, and there is no action (yet). */
void held_verdict(int64_t id, const char *reason);
/* Tries each held event type; how many conversions go out for it. */
int64_t held_probe(void);
/* The clock goes on, so that what is sent next is later than what was. */
void held_later(void);
/* A deal is won and decided; the conversion of one. */
void held_deal_won(const char *id);
int64_t held_of_deal(const char *id);

#endif
