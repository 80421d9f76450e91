#!/bin/sh
# Runs test suites and counts what they say.  The last line is "N passed, N failed"; the exit code is 0 when none failed.
#   run.sh all | lint | unit | db | http | install | fuzz | sandbox | e2e | api | browser | disk | chaos | soak | san | pictures |
#   lighthouse ...
# "all" runs what needs sanitizers and the browser tests beside the rest, each in a folder of its own, and tells of them
# when they have ended.
# Everything it starts stands in build/test/ on free ports and is stopped again, whatever happens.  A running `make run`
# is not touched.  What the tests get: CONNECTOR_TEST_SOCKET and CONNECTOR_TEST_DATABASE (db; the database is empty),
# CONNECTOR_URL, SANDBOX_URL, SANDBOX_API_URL, CONNECTOR_VAR, CONNECTOR_BIN and CONNECTOR_CONF (e2e).
set -eu
PATH=$PATH:/usr/sbin:/sbin
ROOT=$(cd "$(dirname "$0")/.." && pwd -P)
cd "$ROOT"
TEST=${VAR:-$ROOT/build/test}
case $TEST in /*) ;; *) TEST=$ROOT/$TEST ;; esac
unset VAR PORT PREPARED
MAKE=${MAKE:-make}
passed=0 failed=0 broken= sides= # sides: process group and name of each suite beside
mkdir -p "$TEST/out"
exec 9>"$TEST/lock"
flock -n 9 || {
	echo "Another test run stands in $TEST; wait for it, or take another folder: VAR=build/test2 make test" >&2
	exit 1
}

# ---- counting

count() { # how, file: sets p and f
	case $1 in
	cmocka)
		p=$(awk '/\[  PASSED  \] [0-9]+ test/ { n += $4 } END { print n + 0 }' "$2")
		f=$(awk '/\[  FAILED  \] [0-9]+ test/ { n += $4 } END { print n + 0 }' "$2")
		;;
	node) # TAP
		p=$(awk '$1 == "#" && $2 == "pass" { n += $3 } END { print n + 0 }' "$2")
		f=$(awk '$1 == "#" && ($2 == "fail" || $2 == "cancelled") { n += $3 } END { print n + 0 }' "$2")
		;;
	playwright)
		p=$(awk '$1 ~ /^[0-9]+$/ && ($2 == "passed" || $2 == "flaky") { n += $1 } END { print n + 0 }' "$2")
		f=$(awk '$1 ~ /^[0-9]+$/ && ($2 == "failed" || $2 == "interrupted" || /did not run/) { n += $1 } END { print n + 0 }' "$2")
		;;
	lines) # one "ok ..." or "not ok ..." a line
		p=$(grep -c '^ok ' "$2" || true)
		f=$(grep -c '^not ok ' "$2" || true)
		;;
	esac
}

# What keeps suites from running at all.
one_failed() { # what, file that tells more
	echo "$1: counted as one failed."
	failed=$((failed + 1))
	broken="$broken
  $1: $2"
}

# A suite that ends badly without a failed test counts as one failed: a crash, or a sanitizer's finding.
suite() { # name, how its output is counted, command...
	name=$1 how=$2
	shift 2
	out=$TEST/out/$(printf %s "$name" | tr ' /' '--').log
	began=$(date +%s)
	code=0
	"$@" >"$out" 2>&1 </dev/null || code=$?
	count "$how" "$out"
	if [ "$code" != 0 ] && [ "$f" = 0 ]; then f=1; fi
	if [ "$code" = 0 ] && [ "$p" = 0 ] && [ "$f" = 0 ]; then
		echo "no test was counted" >>"$out"
		f=1
	fi
	passed=$((passed + p)) failed=$((failed + f))
	printf '%-28s %4d passed, %d failed  (%d s)\n' "$name" "$p" "$f" $(($(date +%s) - began))
	if [ "$f" != 0 ]; then
		broken="$broken
  $name: $out"
		case $how in
		cmocka) grep -aE '\[  (ERROR|FAILED)|^\[   LINE|error:|ERROR|runtime error' "$out" | head -n 40 || tail -n 30 "$out" ;;
		node) grep -aE -A 14 '^ *not ok ' "$out" | head -n 80 || tail -n 30 "$out" ;;
		lines) grep -avE '^ok ' "$out" | head -n 60 ;;
		*) tail -n 60 "$out" ;;
		esac
		[ "$p$f" != 01 ] || tail -n 20 "$out"
	fi
}

# ---- what suites need, started once

# Of a run that was killed.
end_rest_of_database() {
	[ -s "$TEST/db.pid" ] && pid=$(cat "$TEST/db.pid") || return 0
	! tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q -F "datadir=$TEST/db" || kill -s KILL "$pid"
	rm -f "$TEST/db.pid"
}
database_up=
start_database() {
	[ -z "$database_up" ] || return 0
	db=$TEST/db dbrun=$TEST
	[ ${#dbrun} -le 90 ] || dbrun=$(mktemp -d)
	CONNECTOR_TEST_SOCKET=$dbrun/db.sock
	me=$(id -un)
	end_rest_of_database
	rm -rf "$db"
	mkdir -p "$TEST/tmp"
	mariadb-install-db --no-defaults --user="$me" --datadir="$db" --skip-test-db --skip-name-resolve --force \
		--auth-root-authentication-method=socket --auth-root-socket-user="$me" >"$TEST/out/install-db.log" 2>&1
	setsid mariadbd --no-defaults --user="$me" --datadir="$db" --socket="$CONNECTOR_TEST_SOCKET" --tmpdir="$TEST/tmp" \
		--pid-file="$TEST/db.pid" --skip-networking --skip-log-bin --skip-name-resolve --performance-schema=OFF \
		--innodb-flush-log-at-trx-commit=1 --innodb-buffer-pool-size=64M --innodb-log-file-size=32M \
		--character-set-server=utf8mb4 --collation-server=utf8mb4_bin </dev/null >"$TEST/out/db.log" 2>&1 9>&- &
	database_up=$!
	n=0
	until mariadb --no-defaults -S "$CONNECTOR_TEST_SOCKET" -u "$me" -e 'DO 1' 2>/dev/null; do
		n=$((n + 1))
		[ $n -le 400 ] || { tail "$TEST/out/db.log"; exit 1; }
		sleep 0.05
	done
	export CONNECTOR_TEST_SOCKET CONNECTOR_TEST_DATABASE=connector_test CONNECTOR_TEST_USER="$me" CONNECTOR_SQL_DIR="$ROOT/sql"
}
fresh_database() {
	mariadb --no-defaults -S "$CONNECTOR_TEST_SOCKET" -u "$CONNECTOR_TEST_USER" -e \
		"DROP DATABASE IF EXISTS $CONNECTOR_TEST_DATABASE; CREATE DATABASE $CONNECTOR_TEST_DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
}

stack=
port_free() {
	awk -v a=":$(printf %04X "$1")" -v b=":$(printf %04X $(($1 + 1)))" -v c=":$(printf %04X $(($1 + 2)))" \
		-v d=":$(printf %04X $(($1 + 3)))" \
		'{ p = substr($2, length($2) - 4); if ($4 == "0A" && (p == a || p == b || p == c || p == d)) bad = 1 } END { exit bad }' \
		/proc/net/tcp /proc/net/tcp6 2>/dev/null
}
start_stack() { # kind, folder when it is another
	stack=$TEST/${2:-$1}
	VAR=$stack sh conf/run/stop.sh quiet # of a run that was killed
	rm -rf "$stack"
	port=$((20000 + $$ % 2000 * 4))
	until port_free "$port"; do port=$((port + 4)); done
	VAR=$stack PORT=$port KIND=$1 PREPARED=1 QUIET=1 SANDBOX_OPTIONS="${SANDBOX_OPTIONS:---judge-ms 800 --accounts 4}" \
		ASAN_OPTIONS="detect_leaks=1:abort_on_error=0" UBSAN_OPTIONS="print_stacktrace=1" sh "${START:-conf/run/start.sh}" 9>&- || return 1
	export CONNECTOR_URL="http://localhost:$port" SANDBOX_URL="http://localhost:$((port + 1))" \
		SANDBOX_API_URL="https://localhost:$((port + 2))" CONNECTOR_VAR="$stack" CONNECTOR_BIN="$ROOT/build/$1" \
		CONNECTOR_CONF="$stack/connector.conf" CONNECTOR_KIND="$1" NODE_EXTRA_CA_CERTS="$stack/sandbox/ca.pem"
}
stop_stack() {
	[ -z "$stack" ] || VAR=$stack sh conf/run/stop.sh quiet
	stack=
}
stop_all() {
	trap - EXIT
	for side in $sides; do kill -s TERM -- "-${side%:*}" 2>/dev/null || true; done
	stop_stack || true
	if [ -n "$database_up" ]; then
		kill "$database_up" 2>/dev/null || true
		wait "$database_up" 2>/dev/null || true
	fi
	for side in $sides; do wait "${side%:*}" 2>/dev/null || true; done # each stops what it started
}
trap 'code=$?; stop_all; exit $code' EXIT
trap 'exit 130' INT TERM HUP

# ---- the suites

programs() { # kind, folder
	for source in tests/"$2"/test_*.c; do
		[ ! -f "$source" ] || echo "build/$1/${source%.c}"
	done
}
c_suite() { # kind, folder
	label="$2"
	[ "$1" = release ] || label="$2 ($1)"
	for program in $(programs "$1" "$2"); do
		[ "$2" != db ] || fresh_database
		suite "$label ${program##*/test_}" cmocka "$program"
	done
}
replay() { # kind
	for source in tests/fuzz/fuzz_*.c; do
		[ -f "$source" ] || continue
		name=${source##*/fuzz_} name=${name%.c}
		suite "fuzz corpus $name" lines "build/$1/${source%.c}" "tests/fuzz/corpus/$name"
	done
}
node_tests() { # folder, files at once
	node --test --test-reporter=tap --test-concurrency="${2:-1}" "$1"
}
# What dies at points that a release does not have (fcgi/base/fault.h) has nothing to show there.
api_tests() { # kind
	for file in tests/e2e/api/*.test.mjs; do
		case $1:$file in release:*/09-crash.test.mjs) ;; *) set -- "$@" "$file" ;; esac
	done
	shift
	node --test --test-reporter=tap --test-concurrency=1 "$@"
}
sanitizer_silent() {
	if grep -alE 'ERROR: (Address|Leak)Sanitizer|runtime error:' "$stack"/log/*/*; then
		grep -ahE -A 12 'ERROR: (Address|Leak)Sanitizer|runtime error:' "$stack"/log/*/* | head -n 60
		echo "not ok a sanitizer found something in a running program"
		return 1
	fi
	echo "ok no sanitizer finding in any program's log"
}
build() { # kind, targets...
	kind=$1
	shift
	log=$TEST/out/build-$kind-$1.log
	$MAKE --no-print-directory -s -j"$(nproc)" kind="$kind" "$@" >"$log" 2>&1 || {
		grep -E 'error|Error|warning' -A 3 "$log" | head -n 60
		one_failed "$* ($kind) does not build" "$log"
		return 1
	}
}

run_lint() { suite lint lines sh tests/lint/lint.sh; }
# A suite that does not build is counted there, and the next one runs.
run_unit() { ! build "${1:-release}" tests-unit || c_suite "${1:-release}" unit; }
run_db() {
	build "${1:-release}" tests-db || return 0
	start_database
	c_suite "${1:-release}" db
}
run_http() { ! build "${1:-release}" tests-http || c_suite "${1:-release}" http; }
run_fuzz() { ! build san tests-fuzz || replay san; }
run_install() {
	build release all site || return 0
	start_database
	fresh_database
	suite install lines sh tests/install/install.sh
}
run_sandbox() {
	build release tests-npm || return 0
	suite sandbox node node_tests tests/sandbox/test 2
}
run_e2e_api() { # kind
	build "$1" all site tests-npm || return 1
	start_stack "$1" || {
		one_failed "The programs ($1) do not start" "$TEST/$1/log"
		return 1
	}
	label=
	[ "$1" = release ] || label=" ($1)"
	suite "e2e api$label" node api_tests "$1"
	[ "$1" = release ] || {
		VAR=$stack sh conf/run/stop.sh quiet # leaks are told when a program ends
		suite "e2e sanitizers" lines sanitizer_silent
	}
}
run_api() {
	run_e2e_api release || return 0
	stop_stack
}
run_browser() {
	build release all site tests-npm || return 0
	start_stack release || {
		one_failed "The programs do not start" "$TEST/release/log"
		return 0
	}
	suite "e2e browser" playwright node tests/node_modules/@playwright/test/cli.js test \
		--config tests/e2e/browser/playwright.config.mjs --reporter=line
	stop_stack
}
run_e2e() {
	run_api
	run_browser
}
# Pictures of every page in build/pictures (tests/e2e/pictures.mjs); counts no test.
run_pictures() {
	build release all site tests-npm && start_stack release pictures || exit 1
	node tests/e2e/pictures.mjs build/pictures
	stop_stack
}
# Lighthouse's marks for every page (tests/lighthouse/lighthouse.mjs); counts no test.
run_lighthouse() {
	build release all site lighthouse-npm && start_stack release lighthouse || exit 1
	node tests/lighthouse/lighthouse.mjs build/lighthouse || exit 1
	stop_stack
}
# One full disk and a kill or two of the database; `make soak` has many.
run_disk() {
	build release all site tests-npm || return 0
	export DISK_TIMES="${DISK_TIMES:-1}" DISK_KILLS="${DISK_KILLS:-2}" DISK_STOPS="${DISK_STOPS:-0}" SOAK_EVIDENCE="${SOAK_EVIDENCE:-$TEST/out}"
	soak_disk
	unset SANDBOX_OPTIONS CONF_MORE
}
# Fifty tenants at once, programs killed meanwhile (tests/chaos/driver.mjs): a stack of its own, with an impact.com that allows more.
run_chaos() {
	build release all site tests-npm || return 0
	suite "chaos checker" node node_tests tests/chaos/checker.test.mjs
	export SOAK_EVIDENCE="${SOAK_EVIDENCE:-$TEST/out}"
	chaos_run chaos
}
chaos_run() { # what the suite is called
	export SANDBOX_OPTIONS="--accounts $((${CHAOS_TENANTS:-50} + 1)) --judge-ms 800 --impact-limit 1000000" CONF_MORE="$CHAOS_CONF"
	start_stack release chaos || {
		one_failed "The programs do not start" "$TEST/chaos/log"
		return 0
	}
	suite "$1" lines node tests/chaos/driver.mjs
	stop_stack
	unset SANDBOX_OPTIONS CONF_MORE
}
# Waits that fit an impact.com of seconds.
CHAOS_CONF='impact_calls_per_hour = 1000000;
lease_s = 3;
unknown_wait_s = 5;
follow_plan_s = "1 1 2 3";
follow_confirmed_s = 3600;
'
. tests/soak/parts.sh
run_san() {
	run_unit san
	run_db san
	run_http san
	run_fuzz
	run_e2e_api san || return 0
	stop_stack
}
# Suites that run meanwhile, as a run of their own; joined() waits for all of them and tells what they said.  Each run
# leads a process group, so that an end of this one ends the program that it waits for, too.
beside() { # suites..., the last names them
	for name; do :; done
	VAR=$TEST/beside-$name setsid sh tests/run.sh "$@" >"$TEST/out/beside-$name.log" 2>&1 9>&- &
	sides="$sides $!:$name"
}
joined() {
	for side in $sides; do
		code=0
		wait "${side%:*}" || code=$?
		sides=${sides#" $side"}
		tell "$TEST/out/beside-${side#*:}.log"
	done
}
tell() { # what a run beside has said; $code is how it ended
	said=$1
	total=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$said" | tail -n 1)
	set -- $total
	# What has not come to its total, or failed without a failed test, was cut off.
	if [ -z "$total" ] || { [ "$code" != 0 ] && [ "$3" = 0 ]; }; then
		tail -n 20 "$said"
		one_failed "What runs beside ended badly (exit code $code)" "$said"
		return 0
	fi
	sed -e '/^What failed, and where/,$d' -e "/^$total\$/d" "$said"
	passed=$((passed + $1)) failed=$((failed + $3))
	[ "$3" = 0 ] || broken="$broken
$(sed -e '1,/^What failed, and where/d' -e "/^$total\$/d" "$said")"
}
# What waits for the browser and what computes (sanitizers) goes on beside the rest; chaos has the machine for itself.
run_all() {
	build release all site tests-npm || true # what all use
	beside san
	beside sandbox browser
	run_lint
	run_unit
	run_db
	run_http
	run_install
	run_api
	joined
	run_disk
	run_chaos
}

sh conf/run/install.sh test
for what in "${@:-all}"; do
	case $what in
	all | lint | unit | db | http | install | fuzz | sandbox | e2e | api | browser | disk | chaos | soak | san | pictures | lighthouse) "run_$what" ;;
	*)
		echo "run.sh: no suite $what" >&2
		exit 2
		;;
	esac
done
[ -z "$broken" ] || echo "What failed, and where it says why:$broken"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
