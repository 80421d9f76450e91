#!/bin/sh
# Builds the web site into the folder that nginx serves.
#   build-site.sh NGINX_FOLDER TARGET
# The modules and the libraries from npm become one app.js, the style sheets one site.css: seventy small files cost a slow
# line more than all that is in them.  Source maps stand beside.  The target is replaced in one step, so a running nginx
# never serves half a site.
set -eu
from=$1 to=$2 new=$2.new.$$
trap 'rm -rf "$new" "$to.old.$$"' EXIT

mkdir -p "$new"
cp "$from/site/index.html" "$from/site/icon.svg" "$from/site/openapi.json" "$new/"
"$from/node_modules/.bin/esbuild" "$from/site/app.js" "$from/site/site.css" --outdir="$new" \
	--bundle --minify --sourcemap --format=esm --target=es2022 --log-level=warning
if [ -d "$to" ] && diff -r "$new" "$to" >/dev/null 2>&1; then
	exit 0
fi
if [ -d "$to" ]; then mv "$to" "$to.old.$$"; fi
mv "$new" "$to"
