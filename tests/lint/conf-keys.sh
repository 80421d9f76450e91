#!/bin/sh
# Holds conf/connector.conf against the table of keys in fcgi/base/settings.c: the same keys with the same defaults.
set -eu
table=$(mktemp)
told=$(mktemp)
trap 'rm -f "$table" "$told"' EXIT
# { "name", SETTINGS_TYPE, AT(name), "default", ...   ->   name = default;   or  name must be given
sed -n 's/^[[:blank:]]*{ "\([a-z0-9_]*\)", SETTINGS_\([A-Z]*\), AT([a-z0-9_]*), \(NULL\|"[^"]*"\),.*/\1 \2 \3/p' \
	fcgi/base/settings.c | while read -r name type default; do
	case $type$default in
	*NULL) echo "$name must be given" ;;
	INT* | BOOL*) echo "$name = $(echo "$default" | tr -d '"');" ;;
	*) echo "$name = $default;" ;;
	esac
done | sort >"$table"
{
	sed -n 's/^#\([a-z0-9_]* = .*;\)$/\1/p' conf/connector.conf
	sed -n 's/^\([a-z0-9_]*\) = .*;$/\1 must be given/p' conf/connector.conf
} | sort >"$told"
[ -s "$table" ] || echo "no key found in fcgi/base/settings.c"
diff "$table" "$told" | sed -n 's/^</only in settings.c:/p; s/^>/only in connector.conf:/p'
