/*
 * mail_send.h - sends the e-mails that are due (store/mail.h): what stands in them is made here, at that moment.
 *
 * A relay that cannot be reached or puts us off is tried again by smtp_plan_s; a refusal for good (5xx, but for a
 * failed log-in at the relay, which the operator mends) and smtp_give_up_s end it, and the Team page shows why.
 */
#ifndef TASK_MAIL_SEND_H
#define TASK_MAIL_SEND_H

#include "flow/step.h"

struct step *mail_send_new(struct arena *a, const struct parts *parts);

#endif
