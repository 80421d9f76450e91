#!/bin/sh
# Runs clang-tidy (rules: .clang-tidy) over the files given and prints what it says.  A file that was clean is not
# looked at again until it, a header of ours that it includes, or the rules change: build/tidy/ holds a mark for each.
# It warns of what only clang sees, too: the fuzzers are built with clang.
# DEPTH: how many states of a function the analyzer goes through.  Its own 225000 takes three times as long.
set -eu
export DEPTH="${DEPTH:-75000}"
mkdir -p build/tidy
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 4 sh -c 'for f; do
	flags="-std=gnu17 -D_GNU_SOURCE= -Ifcgi -include base/banned.h"
	mark=build/tidy/$(gcc $flags -MM "$f" | tr -d "\\\\" | tr " " "\n" | grep -E "^(fcgi/|.*\.c$)" |
		xargs cat .clang-tidy | sha256sum | cut -c 1-40)
	[ ! -e "$mark" ] || continue
	said=$(clang-tidy-19 --quiet "$f" -- $flags -Wall -Wextra -Wconversion -Wsign-conversion -Xclang -analyzer-config -Xclang "max-nodes=$DEPTH" 2>/dev/null | grep -E "(warning|error):" || true)
	if [ -n "$said" ]; then printf "%s\n" "$said"; else : >"$mark"; fi
done' tidy
