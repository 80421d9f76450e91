#!/bin/sh
# Holds tests/data/fault-points.txt against the sources: every point, and every transaction of the engine, has its row.
set -eu
table=tests/data/fault-points.txt
has() { # point, value: some row, of any value when that is empty
	awk -F';' -v p="$1" -v v="$2" '!/^#/ && $2 == p && (v == "" || $3 == v) { found = 1 } END { exit !found }' "$table"
}
# FAULT_POINT("name"), FAULT_POINT_OF("name", ...), http_fault("name", ...)
grep -rhoE '(FAULT_POINT(_OF)?|FAULT_HIT_OF|http_fault)\("[a-z.]+"' fcgi --include='*.c' | sed 's/.*"\(.*\)"/\1/' | sort -u |
	while read -r point; do
		case $point in
		commit.*) ;;
		*) has "$point" "" || echo "$point has no row in $table" ;;
		esac
	done
# What a transaction is about stands in front of its closing ", e)".
for file in fcgi/flow/[!i]*.c fcgi/store/conversion*.c fcgi/store/event.c fcgi/store/hold.c; do
	tr '\n' ' ' <"$file" | grep -oE 'transaction_end\([^;]*;' | grep -oE '"[^"]+",[[:space:]]+e\)' | sed 's/^"\(.*\)".*/\1/' |
		while read -r what; do
			has commit "$what" || echo "$file: the transaction \"$what\" has no row in $table"
		done
done
