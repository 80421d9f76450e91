#!/bin/sh
# Holds tests/data/fault-points.txt against the sources: every point, and every transaction of the engine, has its row,
# every row a kind that the head of the table explains, and every file of tests that it names is there.
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
# What a transaction is about stands in front of its closing ", e)".  flow/ids.c keeps what the ID doctor read: nobody is paid
# by that, and it is read again.
for file in fcgi/flow/[!i]*.c fcgi/store/conversion*.c fcgi/store/event.c fcgi/store/hold.c; do
	tr '\n' ' ' <"$file" | grep -oE 'transaction_end\([^;]*;' | grep -oE '"[^"]+",[[:space:]]+e\)' | sed 's/^"\(.*\)".*/\1/' |
		while read -r what; do
			has commit "$what" || echo "$file: the transaction \"$what\" has no row in $table"
		done
done
# A kind is told at the beginning of a line, or behind another one as "; kind: ...".
grep -v '^#' "$table" | cut -d';' -f4 | sort -u | while read -r kind; do
	[ -n "$kind" ] && grep -qE "^#   $kind |^#   .*; $kind: " "$table" || echo "$table does not tell what passes \"$kind\""
done
grep '^#' "$table" | grep -oE 'tests/[a-z0-9_/.-]+\.(c|mjs)' | while read -r file; do
	[ -f "$file" ] || echo "$table names $file, which is not there"
done
