#!/bin/sh
# Every action that the sources record (store/audit.h) has a sentence in nginx/site/text/audit.js, and no other has one.
set -eu
used=$(mktemp)
told=$(mktemp)
trap 'rm -f "$used" "$told"' EXIT
grep -rhoE '"(config|impact|sending|hubspot|person|invitation|activity|ids|test)\.[a-z_]*(ed|made|again|second|left|found|sent|back)"' \
	fcgi/store/person.c fcgi/store/invitation.c fcgi/store/install.c fcgi/task fcgi/web | tr -d '"' | sort -u >"$used"
sed -n "s/^    '\([a-z_]*\.[a-z_][a-z_]*\)': .*/\1/p" nginx/site/text/audit.js | sort -u >"$told"
[ -s "$used" ] || echo "no action found in the sources"
diff "$used" "$told" | sed -n 's/^</without a sentence:/p; s/^>/no longer recorded:/p'
