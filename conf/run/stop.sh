#!/bin/sh
# Ends what start.sh began, in the order in which nothing is lost: nginx takes no more, the pools finish what they
# have, then the worker, the sandbox and last the database.  Leaves no process.
. "$(dirname "$0")/common.sh"
[ -d "$VAR/service" ] || exit 0
cd "$VAR/service"

down() {
	keepers=
	for name in "$@"; do
		! keeper_lives "$name" || keepers="$keepers $VAR/service/$name"
	done
	[ -z "$keepers" ] || sv -w 20 force-stop $keepers >/dev/null 2>&1 || true
}
any_keeper() {
	for name in $SERVICES; do
		! keeper_lives "$name" || return 0
	done
	return 1
}

if ! supervisor_lives && ! any_keeper; then
	for name in $SERVICES; do kill_group "$name"; done
	rm -f "$VAR/runsvdir.pid"
	exit 0
fi
down nginx
down site live hooks
down worker
down sandbox
down db
! supervisor_lives || kill -s HUP "$(cat "$VAR/runsvdir.pid")"
n=0
while supervisor_lives || any_keeper; do
	n=$((n + 1))
	# A keeper whose supervisor was killed hears no HUP.
	[ $((n % 20)) != 5 ] || for name in $SERVICES; do
		! keeper_lives "$name" || sv exit "$VAR/service/$name" >/dev/null 2>&1 || true
	done
	[ $n -le 400 ] || die "Something does not stop; see $VAR/log"
	sleep 0.05
done
for name in $SERVICES; do kill_group "$name"; done
rm -f "$VAR/runsvdir.pid"
[ "$RUN" = "$VAR/run" ] || rm -rf "$RUN"
[ "${1:-}" = quiet ] || echo "Stopped."
