#!/bin/sh
# Runs clang-tidy (rules: .clang-tidy) over the files given, two at a time, and prints what it says.
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 4 sh -c 'for f; do
	clang-tidy-19 --quiet "$f" -- -std=gnu17 -D_GNU_SOURCE= -Ifcgi -include base/banned.h 2>/dev/null |
		grep -E "(warning|error):" || true
done' tidy
