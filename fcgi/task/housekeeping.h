/* housekeeping.h - what the installation needs now and then: event partitions ahead, old sessions gone. */
#ifndef TASK_HOUSEKEEPING_H
#define TASK_HOUSEKEEPING_H

#include "flow/step.h"

struct step *housekeeping_new(struct arena *a, const struct parts *parts);

#endif
