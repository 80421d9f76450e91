/* trouble.c - see trouble.h. */
#include "web/trouble.h"

const struct alarm *
trouble_alarm(const struct alarm *alarms, size_t n, enum alarm_kind kind)
{
	for (size_t i = 0; i < n; i++)
		if (alarms[i].kind == kind)
			return &alarms[i];
	return NULL;
}

/* What passes by itself is told only when the last token is used up. */
static bool
tells(const struct install *in)
{
	switch (in->trouble) {
	case INSTALL_CLIENT:
	case INSTALL_DENIED:
		return true;
	case INSTALL_UNREACHABLE:
		return in->expires_in_ms < 0;
	case INSTALL_NO_TROUBLE:
	case INSTALL_REFUSED:
	case INSTALL_REMOVED:
	case INSTALL_ACCOUNT_GONE:
	case INSTALL_TROUBLE__COUNT:
		break;
	}
	return !in->connected;
}

const char *
trouble_of(const struct install *in, const struct alarm *alarms, size_t n)
{
	static const enum alarm_kind told[] = { ALARM_IMPACT_REFUSED, ALARM_HUBSPOT_SCOPES, ALARM_IMPACT_SCOPES };

	if (tells(in))
		return install_trouble_name(in->trouble);
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (trouble_alarm(alarms, n, told[i]) != NULL)
			return alarm_kind_name(told[i]);
	return "none";
}

bool
trouble_load(struct db *db, struct arena *a, int64_t tenant_id, const char **out, struct err *e)
{
	struct install in = { .connected = true };
	struct alarm *alarms;
	size_t n;

	if (!install_facts(db, a, tenant_id, &in, e)) {
		if (e->code != ERR_NOT_FOUND)
			return false;
		*e = (struct err){ .code = ERR_NONE };
		in.connected = true;
	}
	if (!alarm_list(db, a, tenant_id, &alarms, &n, e))
		return false;
	*out = trouble_of(&in, alarms, n);
	return true;
}
