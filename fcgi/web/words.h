/* words.h - what became of an event, in one sentence a person understands, with what to do about it. */
#ifndef WEB_WORDS_H
#define WEB_WORDS_H

#include "store/activity.h"

/* "Credited to Acme Media, payout 42.00 USD, locks 12 Jan 2027." */
struct str words_sentence(struct arena *a, const struct activity_row *row);
/* The row of core/verdict.h that explains it, or the empty slice: a decision's reason or a conversion's code. */
struct str words_code(const struct activity_row *row);
/* Empty when nothing has to be done. */
struct str words_advice(const struct activity_row *row);
/* The page that helps, a word of verdict_table's `fix`. */
struct str words_fix(const struct activity_row *row);
/* "12 Jan 2027" */
struct str words_date(struct arena *a, int64_t ms);

#endif
