#!/bin/sh
# `make install`: what lies where, that systemd and nginx take their files, and that the installed system answers over TLS.
# Prints "ok ..." or "not ok ..." lines.  tests/run.sh install starts it, with a database.
set -eu
PATH=$PATH:/usr/sbin:/sbin
cd "$(dirname "$0")/../.."
ROOT=$(pwd -P)
T=$(mktemp -d)
bad=0 pids=
cleanup() {
	[ ! -s "$T/nginx.pid" ] || kill "$(cat "$T/nginx.pid")" 2>/dev/null || true
	for pid in $pids; do kill "$pid" 2>/dev/null || true; done
	wait
	rm -rf "$T"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

check() { # sentence, command...: silent and true, or its output is what is wrong
	sentence=$1
	shift
	if said=$("$@" 2>&1) && [ -z "$said" ]; then
		echo "ok $sentence"
	else
		printf '%s\n' "$said"
		echo "not ok $sentence"
		bad=1
	fi
}
quiet() { # command...: told only when it fails
	"$@" >"$T/said" 2>&1 || {
		cat "$T/said"
		return 1
	}
}
make_install() { # variables
	${MAKE:-make} --no-print-directory -s install DOMAIN=connect.test "$@"
}
# Where the kernel allows it, in a network of its own that has no link to anywhere.
without_network() {
	if unshare -rn true 2>/dev/null; then unshare -rn "$@"; else "$@"; fi
}
free_port() {
	port=$((31000 + $$ % 900 + ${1:-0}))
	while grep -qi ":$(printf %04X $port) 0" /proc/net/tcp /proc/net/tcp6 2>/dev/null; do port=$((port + 1000)); done
	echo $port
}

# ---- a package's way: DESTDIR

staged() {
	quiet without_network ${MAKE:-make} --no-print-directory -s install DESTDIR="$T/root"
}
layout() {
	(cd "$T/root" && find . -type f | grep -v '^./usr/local/share/connector/site/' | sort) >"$T/files"
	cat >"$T/wanted" <<-FILES
		./etc/connector/connector.conf
		./etc/connector/hubspot-app/README.md
		./etc/connector/hubspot-app/hsprofile.prod.json
		./etc/connector/hubspot-app/hsproject.json
		./etc/connector/hubspot-app/src/app/app-hsmeta.json
		./etc/connector/hubspot-app/src/app/webhooks/webhooks-hsmeta.json
		./etc/connector/nginx.conf
		./usr/local/bin/connectorctl
		./usr/local/lib/connector/connector-hooks
		./usr/local/lib/connector/connector-site
		./usr/local/lib/connector/connector-worker
		./usr/local/lib/systemd/system/connector-hooks.socket
		./usr/local/lib/systemd/system/connector-hooks@.service
		./usr/local/lib/systemd/system/connector-live.socket
		./usr/local/lib/systemd/system/connector-live@.service
		./usr/local/lib/systemd/system/connector-migrate.service
		./usr/local/lib/systemd/system/connector-site.socket
		./usr/local/lib/systemd/system/connector-site@.service
		./usr/local/lib/systemd/system/connector-worker@.service
		./usr/local/lib/systemd/system/connector.target
		./usr/local/lib/sysusers.d/connector.conf
		./usr/local/share/doc/connector/LICENSE
		./usr/local/share/doc/connector/README.md
		./usr/local/share/connector/nginx/fastcgi.conf
		./usr/local/share/connector/nginx/headers.conf
		./usr/local/share/connector/nginx/operations.conf
		./usr/local/share/connector/sql/README.md
	FILES
	for f in conf/*.json; do echo "./usr/local/share/connector/$f"; done >>"$T/wanted"
	for f in sql/*.sql; do echo "./usr/local/share/connector/$f"; done >>"$T/wanted"
	sort "$T/wanted" | diff - "$T/files"
	diff -r build/site "$T/root/usr/local/share/connector/site"
}
modes() {
	find "$T/root" -type f -perm /022 -o -type d -perm /022
	[ "$(stat -c %a "$T/root/etc/connector/connector.conf")" = 600 ] || echo "connector.conf can be read by others"
	[ "$(stat -c %a "$T/root/etc/connector")" = 750 ] || echo "/etc/connector is open"
	for f in "$T/root/usr/local/bin/connectorctl" "$T/root"/usr/local/lib/connector/*; do
		[ "$(stat -c %a "$f")" = 755 ] || echo "$f: mode"
	done
}
no_build_path() {
	! grep -rlaF -e "$ROOT" -e "$T" "$T/root" || return 1
	! grep -rlE '^[^#]*@[A-Z ]+@' "$T/root/etc" "$T/root/usr/local/lib/systemd" || return 1
}
no_fault_points() {
	! grep -laF -e CONNECTOR_FAULTS "$T/root/usr/local/bin/connectorctl" "$T/root"/usr/local/lib/connector/* || return 1
}
operators_files_stay() {
	echo '# mine' >>"$T/root/etc/connector/nginx.conf"
	make_install DESTDIR="$T/root" >"$T/told"
	tail -n 1 "$T/root/etc/connector/nginx.conf" | grep -q '^# mine$' || echo "an edited file was replaced"
	[ -f "$T/root/etc/connector/nginx.conf.new" ] || echo "the new one is not beside it"
	grep -q 'kept .*/etc/connector/nginx.conf' "$T/told" || echo "nobody was told"
	[ ! -e "$T/root/etc/connector/hubspot-app/hsproject.json.new" ] || echo "a file that did not change has a .new"
}

# ---- systemd

units_verify() {
	SYSTEMD_UNIT_PATH="$T/usr/lib/systemd/system:" systemd-analyze verify --man=no "$T"/usr/lib/systemd/system/connector*
}
exposure() { # unit: at most 2.0
	said=$(systemd-analyze security --offline=true --threshold=20 --no-pager "$T/usr/lib/systemd/system/$1" 2>&1) ||
		printf '%s\n' "$said" | tail -n 1
}

# ---- the installed system

key() { # name, value: in the installed connector.conf
	sed -i "s|^#*$1 = .*|$1 = $2;|" "$T/etc/connector/connector.conf"
	grep -q "^$1 = " "$T/etc/connector/connector.conf"
}
configure() {
	key master_key_file "\"$T/etc/connector/master.key\""
	key database_socket "\"$CONNECTOR_TEST_SOCKET\""
	key database_name "\"$CONNECTOR_TEST_DATABASE\""
	key database_user "\"$CONNECTOR_TEST_USER\""
	key hubspot_client_id '"install-test"'
	key hubspot_client_secret '"install-test-secret"'
	key hubspot_app_id 39522895
	openssl rand -hex 32 >"$T/etc/connector/master.key"
	chmod 600 "$T/etc/connector/master.key"
}
nginx_file() {
	mkdir -p "$T/tls" "$T/log" "$T/run"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=connect.test \
		-addext subjectAltName=DNS:connect.test -keyout "$T/tls/key.pem" -out "$T/tls/cert.pem" 2>"$T/said" || cat "$T/said"
	ipv6=
	grep -q '^0\{31\}1 ' /proc/net/if_inet6 2>/dev/null || ipv6='/listen \[::\]/d'
	# The ports and folders of a test in place of the machine's.
	sed -e "$ipv6" -e "s/\(listen .*\)\b443\b/\1$HTTPS/" -e "s/listen 80;/listen $HTTP;/" -e "s/\(listen .*\):80;/\1:$HTTP;/" \
		-e "s/:9464;/:$MONITOR;/" -e "s,/run/connector/,$T/run/,g" -e "s,/var/log/nginx/,$T/log/,g" \
		"$T/etc/connector/nginx.conf" >"$T/connector.nginx"
	user=
	[ "$(id -u)" != 0 ] || user="user $(id -un);"
	cat >"$T/main.nginx" <<-CONF
		$user
		pid $T/nginx.pid;
		error_log $T/log/error.log;
		events {}
		http {
			include /etc/nginx/mime.types;
			client_body_temp_path $T/tmp1; proxy_temp_path $T/tmp2; fastcgi_temp_path $T/tmp3;
			uwsgi_temp_path $T/tmp4; scgi_temp_path $T/tmp5;
			include $T/connector.nginx;
		}
	CONF
}
start_installed() {
	for pool in hooks site live; do
		program=connector-$pool
		[ $pool != live ] || program=connector-site
		spawn-fcgi -n -s "$T/run/$pool.sock" -M 0600 -- "$T/usr/lib/connector/$program" -c "$T/etc/connector/connector.conf" \
			2>>"$T/log/$pool" >&2 &
		pids="$pids $!"
	done
	"$T/usr/lib/connector/connector-worker" -c "$T/etc/connector/connector.conf" 2>>"$T/log/worker" &
	pids="$pids $!"
	quiet nginx -p "$T/" -c "$T/main.nginx" -e "$T/log/error.log"
	n=0
	until [ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$MONITOR/readyz")" = 200 ]; do
		n=$((n + 1))
		[ $n -lt 300 ] || {
			curl -s "http://127.0.0.1:$MONITOR/readyz"
			tail -n 3 "$T"/log/*
			return 1
		}
		sleep 0.1
	done
}
site() { # path, curl options...
	path=$1
	shift
	curl -s --cacert "$T/tls/cert.pem" --resolve "connect.test:$HTTPS:127.0.0.1" --resolve "connect.test:$HTTP:127.0.0.1" "$@" \
		"${SCHEME:-https}://connect.test:${PORT:-$HTTPS}$path"
}
status() { site "$@" -o /dev/null -w '%{http_code}'; }
is() { # wanted, seen
	[ "$1" = "$2" ] || echo "wanted $1, saw $2"
}
answers_over_tls() {
	is 200 "$(status /)"
	is 200 "$(status /settings)"
	# What the installed configuration leaves out: no mail relay, and no optional scope.
	is '{"app":{"optional_scopes":[],"mail":false},"signed_in":false}' \
		"$(site /api/session | sed 's/"scopes":\[[a-z_.",]*\],//')"
	is 401 "$(status /api/overview)"
	is 401 "$(status /webhooks/hubspot -X POST -d '[]')"
	is 302 "$(status /oauth/start)"
	site / -D "$T/head" -o /dev/null
	grep -qi '^strict-transport-security: max-age=63072000' "$T/head" || echo "no HSTS"
	grep -qi '^content-security-policy: default-src' "$T/head" || echo "no policy"
	site /oauth/start -D "$T/head" -o /dev/null
	grep -qi '^set-cookie: __Host-.*secure' "$T/head" || echo "a cookie that is not for https only"
	is 421 "$(status / -H 'Host: other.test')"
}
clear_text_is_not_served() {
	SCHEME=http PORT=$HTTP
	is "301 https://connect.test/settings" "$(site /settings -o /dev/null -w '%{http_code} %{redirect_url}')"
	is 403 "$(status /webhooks/hubspot -X POST -d '[]')"
	is 403 "$(status /api/session)"
	SCHEME=https PORT=$HTTPS
}
monitors_are_apart() {
	for path in /healthz /readyz /metrics; do
		is 404 "$(status $path)"
		is 200 "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$MONITOR$path")"
	done
	is 404 "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$MONITOR/api/session")"
}
sign_in_links_are_limited() {
	n=0 limited=0
	while [ $n -lt 20 ] && [ $limited = 0 ]; do
		[ "$(status /api/sign-in/link -X POST -H 'Content-Type: application/json' -d '{"email":"x@example.com"}')" != 429 ] || limited=1
		n=$((n + 1))
	done
	is 1 $limited
	is 200 "$(status /api/session)"
}
logins_are_limited() {
	n=0 limited=0
	while [ $n -lt 60 ] && [ $limited = 0 ]; do
		[ "$(status /oauth/start)" != 429 ] || limited=1
		n=$((n + 1))
	done
	is 1 $limited
	is 200 "$(status /)"
}

check "make install with DESTDIR needs no network" staged
check "what is installed lies where it belongs" layout
check "nobody but the owner may write it, and connector.conf is for its owner alone" modes
check "no installed file names the folder it was built in, or has a name left to fill" no_build_path
check "no installed program has a point where a test kills" no_fault_points
check "F-151 what the operator edited stays when the next version is installed" operators_files_stay

HTTPS=$(free_port 0) HTTP=$(free_port 1) MONITOR=$(free_port 2)
check "make install with a PREFIX" quiet make_install PREFIX="$T/usr" SYSCONFDIR="$T/etc" CERT="$T/tls/cert.pem" KEY="$T/tls/key.pem"
check "systemd-analyze verify has nothing to say about the units" units_verify
for unit in "$T"/usr/lib/systemd/system/*.service; do
	check "exposure of ${unit##*/} is at most 2.0" exposure "${unit##*/}"
done
check "the installed connector.conf takes its values" configure
check "connectorctl migrate makes the schema" quiet "$T/usr/bin/connectorctl" -c "$T/etc/connector/connector.conf" migrate
for program in connector-hooks connector-site connector-worker; do
	check "$program --check is in order" quiet "$T/usr/lib/connector/$program" -c "$T/etc/connector/connector.conf" --check
done
check "nginx' file is filled for a certificate of our own" nginx_file
check "nginx -t takes it" quiet nginx -p "$T/" -c "$T/main.nginx" -e "$T/log/error.log" -t
if [ $bad = 0 ]; then
	start_installed && echo "ok the installed system starts and is ready" || { echo "not ok the installed system starts"; bad=1; }
fi
if [ $bad = 0 ]; then
	check "F-012 it answers over TLS, with HSTS and cookies for https only" answers_over_tls
	check "in the clear pages are sent to https, and programs are refused" clear_text_is_not_served
	check "F-175 health and metrics are not reached from outside" monitors_are_apart
	check "F-010 one address asks for a few sign-in links a minute, and for everything else as before" sign_in_links_are_limited
	check "F-010 logins from one address are limited" logins_are_limited
fi
exit $bad
