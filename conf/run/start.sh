#!/bin/sh
# `make run`: installs what is missing, builds, starts everything under var/ and says where it is.  Everything that
# is up already stays up; a service whose program is newer than itself is restarted.
. "$(dirname "$0")/common.sh"
cd "$ROOT"
[ -n "${PREPARED:-}" ] || { # tests/run.sh has done this already
	sh conf/run/install.sh run
	${MAKE:-make} --no-print-directory -s -j"$(nproc)" BUILD="$BUILD" kind="$KIND" all site
}
DEADLINE_S=${DEADLINE_S:-60}

ready() {
	[ "$(status_of "$URL/")" = 200 ] && [ "$(status_of "$URL/readyz")" = 200 ] &&
		[ "$(status_of "http://localhost:$SANDBOX_PORT/")" = 200 ]
}
show_where() {
	[ -z "${QUIET:-}" ] || return 0
	echo "The connector:                    $URL"
	echo "The sandbox (HubSpot, impact.com): http://localhost:$SANDBOX_PORT"
	echo "make logs shows what happens, make stop ends it."
}
explain() {
	echo "Not up after $DEADLINE_S s: site $(status_of "$URL/"), /readyz $(status_of "$URL/readyz")," \
		"sandbox $(status_of "http://localhost:$SANDBOX_PORT/").  The last lines of the logs:"
	for name in $SERVICES; do
		echo "--- $name ($VAR/log/$name/current)"
		tail -n 8 "$VAR/log/$name/current" 2>/dev/null || true
	done
}
wait_for() { # what, command...
	what=$1 end=$(($(date +%s) + DEADLINE_S))
	shift
	until "$@" 2>/dev/null; do
		if [ "$(date +%s)" -ge "$end" ]; then
			explain >&2
			die "$what did not come up."
		fi
		sleep 0.05
	done
}
port_taken() { # port: somebody listens on it
	awk -v hex=":$(printf %04X "$1")" '$4 == "0A" && substr($2, length($2) - 4) == hex { found = 1 } END { exit !found }' \
		/proc/net/tcp /proc/net/tcp6 2>/dev/null
}
check_port() { # port, what for
	! port_taken "$1" || die "Port $1 is taken; it is wanted for $2.  Another four ports: make run PORT=$((PORT + 1000))"
}
# The program that each service runs.
program_of() {
	case $1 in
	hooks) echo connector-hooks ;;
	site | live) echo connector-site ;;
	worker) echo connector-worker ;;
	esac
}
# The schema is brought up to date, and every statement of the programs is held against it.
migrate() {
	"$BIN/connectorctl" -c "$VAR/connector.conf" migrate
	"$BIN/connectorctl" -c "$VAR/connector.conf" check >/dev/null || die "The programs do not fit the database."
}
db_up() {
	sql -e 'DO 1'
}

mkdir -p "$VAR/tmp" "$VAR/log" "$VAR/sandbox" "$VAR/service" "$VAR/faults"
make_run_folder

if supervisor_lives; then
	[ ! -f "$VAR/running.conf" ] || cp -p "$VAR/running.conf" "$VAR/before.conf"
	sh conf/run/config.sh
	cat "$VAR/connector.conf" "$VAR/nginx.conf" >"$VAR/running.conf"
	if cmp -s "$VAR/running.conf" "$VAR/before.conf" && ready; then
		for name in $SERVICES; do
			program=$(program_of "$name")
			[ -n "$program" ] && [ "$BIN/$program" -nt "$RUN/$name.pgid" ] || continue
			[ -n "${migrated:-}" ] || migrate
			migrated=yes
			echo "Restarting $name: its program is newer."
			sv -w 20 down "$VAR/service/$name" >/dev/null # restart would not wait for the end of the old one
			sv up "$VAR/service/$name" >/dev/null
		done
		wait_for "The connector" ready
		show_where
		exit 0
	fi
fi
sh conf/run/stop.sh quiet
check_port "$PORT" "the web site"
check_port "$SANDBOX_PORT" "the sandbox's pages"
check_port "$API_PORT" "the sandbox's API"
check_port "$MAIL_PORT" "the sandbox's mail relay"

trap 'code=$?; [ $code = 0 ] || { trap - EXIT; sh conf/run/stop.sh quiet; exit $code; }' EXIT
trap 'exit 130' INT TERM
echo "$PORT" >"$VAR/port"
rm -rf "$VAR/service"
sh conf/run/config.sh
cat "$VAR/connector.conf" "$VAR/nginx.conf" >"$VAR/running.conf"
if [ ! -d "$VAR/db/mysql" ]; then
	rm -rf "$VAR/db"/* # half of one; the folder may be a disk
	# --force: a bare machine does not know its own name
	mariadb-install-db --no-defaults --user="$ME" --datadir="$VAR/db" --skip-test-db --skip-name-resolve --force \
		--auth-root-authentication-method=socket --auth-root-socket-user="$ME" >"$VAR/log/install-db.log" 2>&1 || {
		rm -rf "$VAR/db"/*
		tail -n 20 "$VAR/log/install-db.log" >&2
		die "The database's files could not be made."
	}
fi

# The programs wait for the migrations, the sandbox for its certificates, which are looked at while the database starts;
# from then on runit starts whatever is not up.
for name in sandbox hooks site live worker; do : >"$VAR/service/$name/down"; done
setsid runsvdir -P "$VAR/service" </dev/null >>"$VAR/log/runsvdir.log" 2>&1 &
echo $! >"$VAR/runsvdir.pid"
begin() { # service
	rm -f "$VAR/service/$1/down"
	wait_for "$1" keeper_lives "$1"
	sv up "$VAR/service/$1" >/dev/null
}
node tests/sandbox/main.mjs --make-ca --state "$VAR/sandbox"
begin sandbox
wait_for "The database" db_up
sql -e 'CREATE DATABASE IF NOT EXISTS connector CHARACTER SET utf8mb4 COLLATE utf8mb4_bin'
migrate
for name in hooks site live worker; do
	begin "$name"
done
wait_for "The connector" ready
show_where
