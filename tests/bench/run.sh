#!/bin/sh
# `make bench`: measures a system of its own, in build/bench on free ports, and prints one table.
# Figures are of this machine in this run; read the ratios, and compare within one run only.
set -eu
PATH=$PATH:/usr/sbin:/sbin
ROOT=$(cd "$(dirname "$0")/../.." && pwd -P)
cd "$ROOT"
VAR=$ROOT/build/bench
PORT=${BENCH_PORT:-23900}
export VAR PORT QUIET=1 SANDBOX_OPTIONS="--judge-ms 200 --impact-limit 100000"
sh conf/run/install.sh run
${MAKE:-make} --no-print-directory -s -j"$(nproc)" all site tests-npm
rm -rf "$VAR"
trap 'sh conf/run/stop.sh quiet' EXIT
trap 'exit 130' INT TERM HUP

now() { date +%s.%N; }
took() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.2f", b - a }'; }

began=$(now)
PREPARED=1 sh conf/run/start.sh
fresh=$(took "$began")
sh conf/run/stop.sh quiet
began=$(now)
${MAKE:-make} --no-print-directory -s run PORT="$PORT" VAR="$VAR"
warm=$(took "$began")
began=$(now)
${MAKE:-make} --no-print-directory -s run PORT="$PORT" VAR="$VAR"
running=$(took "$began")

# The demo's account may call impact.com 980 times an hour; here the far end allows more, and so do we.
sed -i 's/^impact_hour_s = .*/impact_calls_per_hour = 100000;/' "$VAR/connector.conf"
chpst -P sv -w 10 restart "$VAR/service/worker" >/dev/null

CONNECTOR_URL=http://localhost:$PORT SANDBOX_URL=http://localhost:$((PORT + 1)) CONNECTOR_VAR=$VAR \
	NODE_EXTRA_CA_CERTS=$VAR/sandbox/ca.pem node tests/bench/delivery.mjs \
	"make run, built, new database|$fresh s" "make run after make stop|$warm s|about 2 s" \
	"make run, all up|$running s"
