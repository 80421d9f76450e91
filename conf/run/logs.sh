#!/bin/sh
# Shows the services' logs, each line with its service; on a terminal it goes on until Ctrl-C.
. "$(dirname "$0")/common.sh"
[ -d "$VAR/log" ] || die "Nothing has run here yet: make run"
follow=
[ ! -t 1 ] || follow=-F
pids=
trap 'kill $pids 2>/dev/null; exit 0' INT TERM
for name in $SERVICES; do
	file=$VAR/log/$name/current
	[ -f "$file" ] || continue
	if [ -n "$follow" ]; then
		tail -n 10 -F "$file" 2>/dev/null | sed -u "s/^/$(printf '%-8s' "$name") /" &
		pids="$pids $!"
	else
		tail -n 30 "$file" | sed "s/^/$(printf '%-8s' "$name") /"
	fi
done
[ -z "$follow" ] || wait
