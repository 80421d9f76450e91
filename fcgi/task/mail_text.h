/* mail_text.h - the words of the connector's e-mails. */
#ifndef TASK_MAIL_TEXT_H
#define TASK_MAIL_TEXT_H

#include "store/alarm.h"
#include "store/invitation.h"
#include "store/tenant.h"

struct mail_text {
	struct str subject, text;
};

/* `account` is the account's name in HubSpot, shown as text. */
struct mail_text mail_text_invitation(struct arena *a, const struct invitation *i, struct str account, struct str link,
    int64_t valid_days);
struct mail_text mail_text_sign_in(struct arena *a, struct str link, int64_t valid_minutes);
/* What broke at the account's connection and how to mend it; or that it works again. */
struct mail_text mail_text_alarm(struct arena *a, const struct alarm *alarm, bool recovery, const struct tenant *t,
    struct str public_url);

#endif
