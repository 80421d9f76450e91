/*
 * worker.h - the worker's loop: claim what is due, run its steps over one multi handle, give it back.
 *
 * Single-threaded; more capacity is more processes, on any number of machines.
 */
#ifndef WORK_WORKER_H
#define WORK_WORKER_H

#include "flow/step.h"

/*
 * Runs until SIGTERM or SIGINT; then claims nothing more, lets what is under way end (at most the HTTP
 * client's total deadline), and gives its rows back.  False when it could not even begin.
 */
bool worker_run(const struct parts *parts, struct err *e) CC_MUST_USE;

#endif
