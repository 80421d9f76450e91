/*
 * mortal.h - workers as processes of their own, which die at points that a test arms (base/fault.h); with flow.h.
 *
 * Nothing of it is there in a release build.
 */
#ifndef TESTS_LIB_MORTAL_H
#define TESTS_LIB_MORTAL_H

#include "lib/flow.h"

#ifdef CONNECTOR_FAULTS

/* Of the group, in place of store's. */
int mortal_setup(void **state);
/* Fails when a point is still armed. */
int mortal_teardown(void **state);

void mortal_arm(const char *point, const char *passes_and_kills);
bool mortal_armed(const char *point);
void mortal_disarm(const char *point);

/* Workers of that stage (LEASE__COUNT: of all), one after the other, until one has done all that is due; how many died. */
int mortal_deaths(enum lease_stage stage);
/* Whoever holds a lease is not heard of any more. */
void mortal_expire(void);
/* Runs that in a process of its own; whether it died of it.  It must not fail a test. */
bool mortal_dies(void (*work)(void));

#endif
#endif
