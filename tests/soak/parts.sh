# The parts of `make soak`, sourced by tests/run.sh: each is a function soak_NAME that starts what it needs (start_stack) and runs
# tests/soak/NAME.mjs.  PARTS="disk fuzz" make soak: some of them.  Each prints its seed and a result line and leaves
# NAME.json in build/soak (tests/soak/part.mjs); sizes and seeds are variables NAME_...
#
#   refresh    REFRESH_TENANTS=50 REFRESH_PROCESSES=8 REFRESH_EXPIRIES=20 REFRESH_KILLS=40 REFRESH_LIFE_S=30: expiring tokens
#   chaos      CHAOS_EVENTS=100000 CHAOS_KILLS=1000 CHAOS_CUTS=2000 CHAOS_TENANTS=50: tests/chaos, ten times as long
#   disk       DISK_TIMES=20 full disks, DISK_KILLS=50 kills and DISK_STOPS=2 stops of the database
#   fuzz       every fuzzer for FUZZ_S=60 seconds
#   valgrind   every program under memcheck through stories of tests/e2e
#   fairness   FAIRNESS_EVENTS=100000 of one tenant whose far ends hang; how late the others are meanwhile
SOAK_PARTS="fuzz valgrind disk fairness chaos refresh"

run_soak() {
	sh conf/run/install.sh soak
	export SOAK_EVIDENCE="$ROOT/build/soak"
	build release all site tests-npm || return 0
	for part in ${PARTS:-$SOAK_PARTS}; do
		case " $SOAK_PARTS " in
		*" $part "*) ;;
		*)
			echo "make soak: no part $part; there are: $SOAK_PARTS" >&2
			exit 2
			;;
		esac
		"soak_$part"
		stop_stack
		unset SANDBOX_OPTIONS CONF_MORE DATABASE_OPTIONS
	done
	node tests/soak/results.mjs
}
# The programs with sandbox options and lines of connector.conf, and the part's node program against them.
soak_on_stack() { # part, kind of build, accounts, lines of connector.conf
	export SANDBOX_OPTIONS="--accounts $3 --judge-ms 800 --impact-limit 1000000" CONF_MORE="$4"
	start_stack "$2" "soak-$1" || {
		one_failed "The programs do not start" "$TEST/soak-$1/log"
		return 0
	}
	suite "soak $1" lines node "tests/soak/$1.mjs"
}
soak_chaos() {
	export CHAOS_EVENTS="${CHAOS_EVENTS:-100000}" CHAOS_KILLS="${CHAOS_KILLS:-1000}" CHAOS_CUTS="${CHAOS_CUTS:-2000}"
	chaos_run "soak chaos"
}
# The database on a small disk of its own: mounted, or played where this machine lets nobody mount (or ROOM_PLAYED=1).
# `make test` has one round of it (run_disk).
soak_disk() {
	export ROOM_MB="${ROOM_MB:-240}"
	if [ -z "${ROOM_PLAYED:-}" ] && sh tests/soak/room.sh --works; then
		export START=tests/soak/room.sh
	else
		echo "soak disk: on a disk that is played (tests/soak/room.c)"
		${CC:-cc} -O2 -Wall -Wextra -Werror -fPIC -shared -o "$TEST/room.so" tests/soak/room.c
		export ROOM_DIR="$TEST/soak-disk/db" LD_PRELOAD="$TEST/room.so" DATABASE_OPTIONS="--innodb-use-native-aio=0"
	fi
	soak_on_stack disk release 4 "$DISK_CONF"
	stop_stack
	unset START ROOM_MB ROOM_DIR LD_PRELOAD DATABASE_OPTIONS
}
DISK_CONF='disk_free_min_mb = 32;
lease_s = 3;
unknown_wait_s = 5;
'
soak_fuzz() {
	build fuzz tests-fuzz || return 0
	suite "soak fuzz" lines node tests/soak/fuzz.mjs
}
# The programs under valgrind are a build of their own: scripts with the programs' names.
soak_valgrind() {
	rm -rf build/valgrind
	mkdir -p build/valgrind "$TEST/valgrind"
	rm -f "$TEST"/valgrind/*
	for program in connector-hooks connector-site connector-worker connectorctl; do
		printf '#!/bin/sh\nexec valgrind --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite %s "%s" "$@"\n' \
			"--num-callers=30 --log-file='$TEST/valgrind/$program.%p'" "$ROOT/build/release/$program" >"build/valgrind/$program"
		chmod 700 "build/valgrind/$program"
	done
	export DEADLINE_S=300
	soak_on_stack valgrind valgrind 4 'http_connect_ms = 20000;
http_total_ms = 60000;
send_window_ms = 30000;
lease_s = 60;
'
	unset DEADLINE_S
}
soak_fairness() {
	soak_on_stack fairness release "${FAIRNESS_TENANTS:-50}" "$CHAOS_CONF"
}
soak_refresh() {
	soak_on_stack refresh release "${REFRESH_TENANTS:-50}" 'token_retry_s = 1;
'
}
