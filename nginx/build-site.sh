#!/bin/sh
# Copies the web site and its libraries into the folder that nginx serves.
#   build-site.sh NGINX_FOLDER TARGET
# The libraries come from npm as ES modules; the site has no bundler (build-index.mjs names what is read first).  Their bare imports become relative ones
# (an import map would be an inline script, which the site's policy refuses) and all are named .js, because
# Debian 12's nginx does not know the type of .mjs.  The target is replaced in one step, so a running nginx
# never serves half a site.
set -eu
from=$1 to=$2 new=$2.new.$$
trap 'rm -rf "$new" "$to.old.$$"' EXIT

vendor() { # module, name
	sed -e 's,from *"preact",from"./preact.js",g' -e '/^\/\/# sourceMappingURL=/d' "$from/node_modules/$1" >"$new/vendor/$2.js"
}

mkdir -p "$new/vendor"
cp -R "$from/site/." "$new/"
vendor preact/dist/preact.mjs preact
vendor preact/hooks/dist/hooks.mjs hooks
vendor htm/dist/htm.mjs htm
if grep -l 'from *"preact' "$new"/vendor/*.js; then
	echo "build-site: a library imports a module that the browser cannot find" >&2
	exit 1
fi
node "$from/build-index.mjs" "$new"
if [ -d "$to" ] && diff -r "$new" "$to" >/dev/null 2>&1; then
	exit 0
fi
if [ -d "$to" ]; then mv "$to" "$to.old.$$"; fi
mv "$new" "$to"
