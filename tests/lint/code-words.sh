#!/bin/sh
# Every code that the sources put on a decision, a conversion or a fault has its row in fcgi/core/verdict.c, every row
# leads to a page that nginx/site/lib/fix.js knows, and every path of that file is one of the site's.
set -eu
used=$(mktemp)
told=$(mktemp)
trap 'rm -f "$used" "$told"' EXIT
sed -nE 's/^\t\{ "([^"]+)",.*/\1/p' fcgi/core/verdict.c | sort -u >"$told"
# Where codes are given: by name in C, in quotes in SQL.  The words behind the bar are of statements and of history.
# shellcheck disable=SC2046
grep -hE '\<code|CODE|fault\(|add\(c|not_ready|wait_or_skip|conversion_dead|return STR|_unpark' \
	$(ls fcgi/flow/*.c | grep -vE '/(ids|ids_look|update|records)\.c$') fcgi/lang/build.c fcgi/lang/wanted.c \
	fcgi/core/catalogue_check.c fcgi/store/act.c fcgi/store/again.c fcgi/store/hold.c fcgi/store/hold.h \
	fcgi/store/conversion*.c fcgi/web/words.c fcgi/task/resume.c fcgi/web/settings.c |
	grep -oE "\"[a-z]+(_[a-z0-9]+)*\"|code (=|<>) '[a-z_0-9]+'" | sed "s/.*'\(.*\)'/\1/; s/\"//g" |
	grep -vxE '[is]+|code|conversions?|not_again|problem|resuming' | sort -u >"$used"
[ "$(wc -l <"$used")" -gt 30 ] || echo "hardly a code found in the sources"
comm -23 "$used" "$told" | sed 's/^/without a sentence: /'

# Beside the site's own pages: impact.com, and HubSpot's record or log-in.
known=$(sed -nE 's/^const PATHS = \{ (.*) \};/\1/p' nginx/site/lib/fix.js)
[ -n "$known" ] || echo "no paths in nginx/site/lib/fix.js"
for page in $(sed -nE 's/.*", "([a-z]+)" \},$/\1/p; s/^\t  "([a-z]+)" \},$/\1/p' fcgi/core/verdict.c | sort -u); do
	case " $known, impact: hubspot:" in
	*" $page: "* | *" $page:"*) ;;
	*) echo "no page for the fix $page" ;;
	esac
done
for path in $(echo "$known" | grep -oE "'/[a-z]*'" | tr -d "'"); do
	[ "$path" = / ] || grep -qE "\[(new RegExp\(\`|/)\^\\\\?$path[\$(]" nginx/site/app.js || echo "no page at $path"
done
