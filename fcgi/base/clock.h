/* clock.h - the two clocks.  Times are int64_t milliseconds; the wall clock counts from 1970 in UTC. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

int64_t clock_wall_ms(void);
/* For deadlines and durations; never goes back. */
int64_t clock_mono_ms(void);
void clock_sleep_ms(int64_t ms);

#endif
