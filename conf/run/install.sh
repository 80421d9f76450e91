#!/bin/sh
# Installs the Debian packages of conf/run/packages that are missing.
#   install.sh run|test|bench|soak        (the others: those of run as well)
# Starts no system service: a policy-rc.d that says no stands while apt works, and goes again.
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
PATH=$PATH:/usr/sbin:/sbin

node_is_there() {
	command -v node >/dev/null && [ "$(node -p 'parseInt(process.versions.node)')" -ge 18 ]
}

# Debian 13 put the older names of time zones into a package of their own.
no_legacy_zones() {
	[ -r /etc/os-release ] && (. /etc/os-release && [ "${VERSION_ID:-13}" = 12 ])
}

installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $(cut -f 2 "$here/packages") 2>/dev/null || true)
newline='
'
missing=
while IFS='	' read -r what name why; do
	case $what in
	run) ;;
	test | bench | soak) [ "${1:-run}" = "$what" ] || continue ;;
	*) continue ;;
	esac
	case $name in
	nodejs) if node_is_there; then continue; fi ;;
	tzdata-legacy) if no_legacy_zones; then continue; fi ;;
	npm) if command -v npm >/dev/null; then continue; fi ;;
	esac
	case "$newline$installed$newline" in
	*"$newline$name installed$newline"*) ;;
	*) missing="$missing $name" ;;
	esac
done <"$here/packages"
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || {
		echo "These Debian packages are missing, and there is no sudo to install them with.  As root:" >&2
		echo "  apt-get install --no-install-recommends$missing" >&2
		exit 1
	}
	as_root=sudo
fi
echo "Installing Debian packages that are missing (conf/run/packages says what each is for):"
echo " $missing"
[ -z "$as_root" ] || echo "This needs root, so sudo may ask for your password."

policy=/usr/sbin/policy-rc.d
cleanup() {
	[ -z "${ours:-}" ] || $as_root rm -f "$policy"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
if [ ! -e "$policy" ]; then
	ours=yes
	printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
	$as_root chmod 755 "$policy"
fi
apt() {
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 "$@" >"$log" 2>&1
}
log=$(mktemp)
install() {
	apt install --no-install-recommends $missing
}
# A fresh machine has no package lists, one that has been off for weeks old ones.
install || { apt update && install; } || {
	tail -n 20 "$log" >&2
	echo "apt-get could not install$missing" >&2
	exit 1
}
rm -f "$log"
