#!/bin/sh
# `make install`: puts what is built into its places.  Needs no network, and with DESTDIR no root.
#   DESTDIR=   in front of every path, for packagers and tests          PREFIX=/usr/local
#   SYSCONFDIR=/etc    DOMAIN=connect.example.com   CERT= KEY=   the site's name and its certificate's files, for nginx
# A file under SYSCONFDIR that is there already stays; the new one is put beside it as NAME.new when it differs.
set -eu
umask 022
cd "$(dirname "$0")/.."
DESTDIR=${DESTDIR:-} PREFIX=${PREFIX:-/usr/local} SYSCONFDIR=${SYSCONFDIR:-/etc}
DOMAIN=${DOMAIN:-connect.example.com}
ETC=$SYSCONFDIR/connector
CERT=${CERT:-$ETC/tls/fullchain.pem} KEY=${KEY:-$ETC/tls/privkey.pem}
BIN=$PREFIX/bin LIB=$PREFIX/lib/connector SHARE=$PREFIX/share/connector UNITS=$PREFIX/lib/systemd/system
built=${BUILD:-build}/${KIND:-release} site=${BUILD:-build}/site
new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT

for value in "$PREFIX" "$SYSCONFDIR" "$DOMAIN" "$CERT" "$KEY"; do
	case $value in
	*[!A-Za-z0-9._/+@~-]*)
		echo "install: \"$value\" may hold only letters, digits and . _ / + @ ~ -" >&2
		exit 1
		;;
	esac
done
[ -f "$site/index.html" ] || {
	echo "install: the web site is not built yet: make site (it gets the site's libraries from npm)" >&2
	exit 1
}

put() { # mode, file..., folder
	mode=$1
	shift
	for to; do :; done
	mkdir -p "$DESTDIR$to"
	while [ $# -gt 1 ]; do
		install -m "$mode" "$1" "$DESTDIR$to/"
		shift
	done
}
keep() { # mode, file, path: of the operator, who may have changed it
	mkdir -p "$DESTDIR$(dirname "$3")"
	rm -f "$DESTDIR$3.new"
	if [ ! -e "$DESTDIR$3" ]; then
		install -m "$1" "$2" "$DESTDIR$3"
	elif ! cmp -s "$2" "$DESTDIR$3"; then
		install -m "$1" "$2" "$DESTDIR$3.new"
		echo "  kept   $3 (the new one is $3.new)"
	fi
}
fill() { # file: to standard output, its @NAMES@ filled
	sed -e "s,@BIN@,$BIN,g" -e "s,@LIB@,$LIB,g" -e "s,@ETC@,$ETC,g" -e "s,@NGINX@,$SHARE/nginx,g" -e "s,@SITE@,$SHARE/site,g" \
		-e "s,@RUN@,/run/connector,g" -e "s,@HOST@,$DOMAIN,g" -e "s,@CERT@,$CERT,g" -e "s,@KEY@,$KEY,g" \
		-e '/^@DEMO@/d' -e 's/^@LIVE@//' -e '/^@HARDENING@$/{r conf/systemd/hardening
d}' -e '/^@NETWORK local@$/{r conf/systemd/local
d}' -e '/^@NETWORK internet@$/{r conf/systemd/internet
d}' "$1"
}

put 755 "$built/connectorctl" "$BIN"
put 755 "$built/connector-site" "$built/connector-hooks" "$built/connector-worker" "$LIB"
put 644 conf/*.json "$SHARE/conf"
put 644 sql/*.sql sql/README.md "$SHARE/sql"
put 644 nginx/fastcgi.conf nginx/headers.conf nginx/operations.conf "$SHARE/nginx"
put 644 README.md LICENSE "$PREFIX/share/doc/connector"
# The site is replaced as a whole, so that no file of an older one stays.
rm -rf "$DESTDIR$SHARE/site"
mkdir -p "$DESTDIR$SHARE/site"
cp -R "$site/." "$DESTDIR$SHARE/site/"
chmod -R u=rwX,go=rX "$DESTDIR$SHARE/site"

for unit in conf/systemd/connector*; do
	fill "$unit" >"$new/unit"
	mkdir -p "$DESTDIR$UNITS"
	install -m 644 "$new/unit" "$DESTDIR$UNITS/${unit##*/}"
done
mkdir -p "$DESTDIR$PREFIX/lib/sysusers.d"
install -m 644 conf/systemd/sysusers.conf "$DESTDIR$PREFIX/lib/sysusers.d/connector.conf"

sed -e "s,https://connector.example.com,https://$DOMAIN," -e "s,\"/etc/connector/master.key\",\"$ETC/master.key\"," \
	-e "s,^#conf_dir = .*,conf_dir = \"$SHARE/conf\";," -e "s,^#sql_dir = .*,sql_dir = \"$SHARE/sql\";," \
	-e "s,^#hubspot_app_dir = .*,hubspot_app_dir = \"$ETC/hubspot-app\";," \
	-e "s,^#database_socket = .*,database_socket = \"/run/mysqld/mysqld.sock\";," conf/connector.conf >"$new/connector.conf"
keep 600 "$new/connector.conf" "$ETC/connector.conf"
fill nginx/connector.conf.in >"$new/nginx.conf"
keep 644 "$new/nginx.conf" "$ETC/nginx.conf"
find conf/hubspot-app -type f | while read -r file; do
	keep 644 "$file" "$ETC/${file#conf/}"
done
chmod 750 "$DESTDIR$ETC"
