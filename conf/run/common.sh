# Sourced by the scripts beside it: where things are.  VAR, PORT, KIND and BUILD may come from outside.
set -eu
umask 077
PATH=$PATH:/usr/sbin:/sbin # Debian keeps nginx and mariadbd out of a plain user's PATH
ROOT=$(cd "$(dirname "$0")/../.." && pwd -P)
VAR=${VAR:-$ROOT/var}
KIND=${KIND:-release}
BUILD=${BUILD:-build}
case $VAR in /*) ;; *) VAR=$PWD/$VAR ;; esac
case $BUILD in /*) ;; *) BUILD=$ROOT/$BUILD ;; esac
if [ -z "${PORT:-}" ]; then # the port of the last run here stays
	PORT=8080
	[ ! -s "$VAR/port" ] || PORT=$(cat "$VAR/port")
fi
BIN=$BUILD/$KIND
SITE=$BUILD/site
ME=$(id -un)
URL=http://localhost:$PORT
SANDBOX_PORT=$((PORT + 1))
API_PORT=$((PORT + 2))
MAIL_PORT=$((PORT + 3))
SERVICES="db sandbox hooks site live worker nginx"

die() {
	echo "$*" >&2
	exit 1
}
case $PORT in *[!0-9]* | '') die "PORT=$PORT is not a number" ;; esac
[ "$PORT" -ge 1 ] && [ "$PORT" -le 65532 ] || die "PORT=$PORT: four ports from there on must fit under 65536"
case $ROOT$VAR$BUILD in
*[!A-Za-z0-9._/+@~-]*) die "The paths $ROOT and $VAR may hold only letters, digits and . _ / + @ ~ -" ;;
esac

# A socket's path holds 107 bytes: a deep checkout keeps its sockets in a short folder of its own.
RUN=$VAR/run
if [ ${#RUN} -gt 95 ]; then
	RUN=${XDG_RUNTIME_DIR:-/tmp}/connector-$(id -u)-$(printf %s "$VAR" | cksum | cut -d ' ' -f 1)
fi
export ROOT VAR KIND BUILD PORT

make_run_folder() {
	mkdir -p "$RUN"
	[ -O "$RUN" ] && [ ! -L "$RUN" ] || die "$RUN belongs to somebody else"
	chmod 700 "$RUN"
}

# A zombie counts as gone.
process_lives() {
	[ -n "$1" ] && stat=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) && [ "${stat%% *}" != Z ]
}
supervisor_lives() {
	[ -s "$VAR/runsvdir.pid" ] && pid=$(cat "$VAR/runsvdir.pid") && process_lives "$pid" &&
		tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q -F "$VAR/service"
}
# The process that keeps service $1.
keeper_lives() {
	case $(sv status "$VAR/service/$1" 2>/dev/null) in
	run:* | down:* | finish:* | want*) return 0 ;;
	*) return 1 ;;
	esac
}
sql() {
	mariadb --no-defaults -S "$RUN/db.sock" -u "$ME" "$@"
}
status_of() { # URL: the HTTP status
	curl -s -o /dev/null -m 2 -w '%{http_code}' "$1" 2>/dev/null || true
}
kill_group() { # service
	[ -s "$RUN/$1.pgid" ] || return 0
	kill -s KILL -- "-$(cat "$RUN/$1.pgid")" 2>/dev/null || true
	rm -f "$RUN/$1.pgid"
}
