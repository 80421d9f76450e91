#!/bin/sh
# Starts the programs as conf/run/start.sh does, with the database's files on a disk of ROOM_MB: a tmpfs that only they see, in
# a mount namespace of their own.  Their supervisor keeps it; from outside it is /proc/$(cat $VAR/runsvdir.pid)/root$VAR/db.
#   room.sh --works     exit code 0 when this machine allows that
set -eu
if [ "${1:-}" = --works ]; then
	exec unshare -rm sh -c 'mount -t tmpfs -o size=1m tmpfs /mnt' 2>/dev/null
fi
mkdir -p "$VAR/db"
export ROOM_MB
exec unshare -rm sh -c 'mount -t tmpfs -o size="$ROOM_MB"m,mode=700 tmpfs "$VAR/db" && exec sh conf/run/start.sh'
