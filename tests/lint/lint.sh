#!/bin/sh
# Every rule of the tree that a program can check: one "ok" or "not ok" a line, what is wrong above it.
set -eu
cd "$(dirname "$0")/../.."
bad=0
files() { # of the tree, by ending
	git ls-files -co --exclude-standard -- "$@" | while read -r f; do [ ! -f "$f" ] || echo "$f"; done
}
check() { # sentence, command...
	sentence=$1
	shift
	if said=$("$@" 2>&1) && [ -z "$said" ]; then
		echo "ok $sentence"
	else
		[ -z "$said" ] || printf '%s\n' "$said"
		echo "not ok $sentence"
		bad=1
	fi
}

layers() { awk -f tests/lint/layers.awk $(files 'fcgi/*.c' 'fcgi/*.h'); }
third_party() { awk -f tests/lint/third-party.awk $(files 'fcgi/*.c' 'fcgi/*.h'); }
banned_stay_banned() {
	names=$(sed -n 's/^#define \([a-z]*\)(\.\.\.).*/\1/p' fcgi/base/banned.h | paste -s -d '|')
	for f in $(files 'fcgi/*.c' 'fcgi/*.h' 'tests/*.c' 'tests/*.h'); do
		[ "$f" = fcgi/base/banned.h ] || grep -nHE "^# *undef +($names)\\b" "$f" || true
	done
}
layout() {
	for f in $(files '*.c' '*.h'); do
		clang-format-19 --dry-run -Werror "$f" 2>&1 | grep -E 'error:' | head -n 3 || true
	done
}
fault_points() { sh tests/lint/fault-points.sh; }
conf_keys() { sh tests/lint/conf-keys.sh; }
audit_words() { sh tests/lint/audit-words.sh; }
code_words() { sh tests/lint/code-words.sh; }
# The words are put together here, so that this file is clean itself.
words() {
	for f in $(files '*' ':!:*package-lock.json' ':!:tests/data/*'); do
		grep -nHIE "\\b(TO""DO|FIX""ME)\\b|\\.\\./sha""red|/wo""rk/|registry\\.npm""js" "$f" || true
	done
}
sizes() {
	for f in $(files '*.c' '*.h' '*.mjs' 'nginx/site/*.js' '*.sh'); do
		n=$(wc -l <"$f")
		[ "$n" -le 600 ] || echo "$f has $n lines; 600 is the limit"
	done
	[ "$(wc -l <Makefile)" -le 150 ] || echo "Makefile is longer than 150 lines"
}
blanks() {
	grep -nHIE '[[:blank:]]$' $(files '*.c' '*.h' '*.sh' '*.mjs' '*.js' '*.sql' '*.conf' '*.in' Makefile) || true
}
scripts() {
	for f in $(files '*.sh' .ci/run); do sh -n "$f" || true; done
}
lockfiles() { grep -nH '"resolved"' nginx/package-lock.json tests/package-lock.json tests/bench/package-lock.json || true; }
modules() {
	for f in $(files '*.mjs' 'nginx/site/*.js'); do
		case $f in
		*.mjs) node --check "$f" 2>&1 | head -n 5 || true ;;
		*) node --check --input-type=module <"$f" 2>&1 | head -n 5 || true ;;
		esac
	done
}
# A call is repeated by a step that asked core/retry, and by nobody below or before it.
one_retry_layer() {
	grep -nE 'retry_hint_ms' $(files 'fcgi/*.c') | grep -v '^fcgi/core/retry\.c:' || true
	grep -nE '_next_upstream|proxy_pass|server unix:.*server unix:' $(files 'nginx/*.in' 'nginx/*.conf') |
		grep -v 'fastcgi_next_upstream off;' || true
	[ "$(grep -c 'fastcgi_next_upstream off;' nginx/connector.conf.in)" -eq 1 ] || echo "nginx may repeat a request"
	grep -nE 'CURLOPT_(FOLLOWLOCATION|MAXREDIRS), *[^0 ]' $(files 'fcgi/*.c') || true
	grep -nE 'status *(==|!=|[<>]=?) *(408|409|42[0-9]|477|5[0-9][0-9])' $(files 'fcgi/flow/*.c' 'fcgi/wor[k]/*.c') |
		grep -v '^fcgi/flow/step\.c:' || true
}
tidy() { [ -n "${NO_TIDY:-}" ] || sh tests/lint/tidy.sh $(files "fcgi/*.c"); }

check "a lower layer never includes a higher one" layers
check "a library's header is included in one place only" third_party
check "banned functions stay banned" banned_stay_banned
check "every point where a test kills, and every transaction of the engine, has its row" fault_points
check "connector.conf tells every key with its default" conf_keys
check "each change that is recorded has its sentence on the Team page" audit_words
check "each code has its sentence, and a page that mends it" code_words
check "calls are repeated by one layer" one_retry_layer
check "the list of faults is what its rules make" node tests/lib/faults.mjs --check
check "no forbidden word and no address of a machine" words
check "no file is too long" sizes
check "no line ends in blanks" blanks
check "shell scripts are well formed" scripts
check "JavaScript modules are well formed" modules
check "lockfiles record no download addresses" lockfiles
check "C sources are laid out by clang-format" layout
check "clang-tidy has nothing to say" tidy
exit $bad
