#!/bin/sh
# `make bench`: measures a system of its own, in build/bench on free ports, and prints one table.
#   ROWS="intake client" make bench      some subjects only; each is tests/bench/SUBJECT.mjs
# Figures are of this machine in this run; read the ratios, and compare within one run only.  A peer that cannot be
# installed, or a subject that fails, fails the bench; a row that falls short is told and does not.
PORT=${BENCH_PORT:-23900}
BENCH_PORT=$PORT
VAR=${BENCH_VAR:-$(cd "$(dirname "$0")/../.." && pwd -P)/build/bench}
. "$(dirname "$0")/../../conf/run/common.sh"
cd "$ROOT"
SUBJECTS=${ROWS:-start delivery intake client claim split send calls burst mappings budget}
for subject in $SUBJECTS; do
	[ "$subject" = start ] || [ -f "tests/bench/$subject.mjs" ] || die "There is no tests/bench/$subject.mjs"
done
BENCH_LOAD=$(cut -d ' ' -f 1 /proc/loadavg)
sh conf/run/install.sh bench
${MAKE:-make} --no-print-directory -s -j"$(nproc)" all site bench-parts

# A database as an operator would size it; all that is measured, peers too, uses this one.
DATABASE_OPTIONS="--innodb-buffer-pool-size=2G --innodb-log-file-size=2G --max-connections=200 --max-allowed-packet=64M"
SANDBOX_OPTIONS="--judge-ms 200 --impact-limit 100000"
QUIET=1
export PORT BENCH_PORT QUIET DATABASE_OPTIONS SANDBOX_OPTIONS
sh conf/run/stop.sh quiet
rm -rf "$VAR"
mkdir -p "$VAR"
trap 'sh conf/run/stop.sh quiet' EXIT
trap 'exit 130' INT TERM HUP
BENCH_ROWS=$VAR/rows
: >"$BENCH_ROWS"

now() { date +%s.%N; }
timed() { # what, most seconds (or "") for "about 2 s", command...
	what=$1 wanted=$2 began=$(now)
	shift 2
	"$@"
	took=$(awk -v a="$began" -v b="$(now)" 'BEGIN { printf "%.2f", b - a }')
	case " $SUBJECTS " in *" start "*) ;; *) return 0 ;; esac
	awk -v what="$what" -v took="$took" -v wanted="$wanted" 'BEGIN {
		printf "%s\t\t%s s\t%s\t%s\n", what, took, wanted == "" ? "" : "about 2 s",
			wanted == "" ? "" : took <= wanted + 0 ? "ok" : "short" }' >>"$BENCH_ROWS"
}
run() { ${MAKE:-make} --no-print-directory -s run; }

timed "make run, built, new database" "" env PREPARED=1 sh conf/run/start.sh
case " $SUBJECTS " in
*" start "*)
	sh conf/run/stop.sh quiet
	timed "make run after make stop" 2.5 run
	timed "make run, all up" "" run
	;;
esac

# The demo's account may call impact.com 980 times an hour; here the far end allows more, and so do we.
sed -i 's/^impact_hour_s = .*/impact_calls_per_hour = 100000;/' "$VAR/connector.conf"
chpst -P sv -w 10 restart "$VAR/service/worker" >/dev/null
sql -e "CREATE USER IF NOT EXISTS bench@localhost IDENTIFIED BY 'bench'; GRANT ALL ON *.* TO bench@localhost"

export BENCH_LOAD BENCH_ROWS BENCH_RUN="$RUN" CONNECTOR_BIN="$BIN" CONNECTOR_URL="$URL" CONNECTOR_VAR="$VAR" \
	SANDBOX_URL="http://localhost:$SANDBOX_PORT" NODE_EXTRA_CA_CERTS="$VAR/sandbox/ca.pem"
failed=
for subject in $SUBJECTS; do
	[ "$subject" != start ] || continue
	echo "--- $subject"
	node "tests/bench/$subject.mjs" || failed="$failed $subject"
done
node tests/bench/table.mjs "$BENCH_ROWS"
[ -z "$failed" ] || die "These failed:$failed"
