/* disconnect.c - see disconnect.h. */
#include "task/disconnect.h"

#include "base/arena.h"

static bool
removed(struct step *s, struct err *e)
{
	struct disconnect *d = (struct disconnect *)s;
	struct install install;

	if (d->uninstall.result == UNINSTALL_UNREACHED)
		return err_set(e, ERR_REMOTE,
		    "HubSpot did not remove the app, so nothing was changed. Try again, or "
		    "uninstall it in HubSpot");
	if (!install_facts(s->parts->db, s->arena, s->tenant_id, &install, e)) {
		if (e->code != ERR_NOT_FOUND)
			return false;
		*e = (struct err){ .code = ERR_NONE };
		return true;
	}
	if (!install.connected)
		return true;
	/* Not the version of this moment: it may be of somebody who has just connected again. */
	if (d->uninstall.token.install.connected)
		install.version = d->uninstall.token.install.version;
	if (install_disconnected(s->parts->db, s->arena, d->by, install.version, INSTALL_NO_TROUBLE, e))
		return true;
	if (e->code == ERR_CONFLICT)
		e->code = ERR_REMOTE; /* not to be tried again by itself */
	return false;
}

struct disconnect *
disconnect_new(struct arena *a, const struct parts *parts, const struct person *by)
{
	struct disconnect *d = arena_alloc(a, sizeof(*d));

	d->by = by;
	uninstall_init(&d->uninstall, a, parts, by->tenant_id, removed);
	return d;
}
