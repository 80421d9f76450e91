#!/bin/sh
# One service of `make run`, in the foreground: what runit starts.
#   service.sh run|finish NAME
# Every service leads a process group of its own; when it ends, what is left of the group is killed, or an orphan
# would keep a socket or the database's files.
. "$(dirname "$0")/common.sh"
name=$2
kill_group "$name" # after finish, and when the keeper itself was killed
[ "$1" = run ] || exit 0
echo $$ >"$RUN/$name.pgid"
cd "$VAR"

pool() { # name, processes, program
	# multiwatch: -s, or its children get SIGUSR1; -t is milliseconds.
	rm -f "$RUN/$1.sock"
	exec spawn-fcgi -n -s "$RUN/$1.sock" -M 0600 -b 1024 -- \
		/usr/bin/multiwatch -f "$2" -r 5 -t 1000 -s TERM -- "$BIN/$3" -c "$VAR/connector.conf"
}

case $name in
db)
	exec mariadbd --no-defaults --user="$ME" --datadir="$VAR/db" --socket="$RUN/db.sock" --pid-file="$RUN/db.pid" \
		--tmpdir="$VAR/tmp" --skip-networking --skip-log-bin --skip-name-resolve --performance-schema=OFF \
		--innodb-flush-log-at-trx-commit=1 --innodb-buffer-pool-size=64M --innodb-log-file-size=32M \
		--character-set-server=utf8mb4 --collation-server=utf8mb4_bin ${DATABASE_OPTIONS:-}
	;;
hooks) pool hooks 4 connector-hooks ;;
site) pool site 4 connector-site ;;
live) pool live 2 connector-site ;;
worker) exec "$BIN/connector-worker" -c "$VAR/connector.conf" ;;
nginx) exec nginx -p "$VAR/" -c "$VAR/nginx.conf" -e stderr -g 'daemon off;' ;;
sandbox)
	NODE_EXTRA_CA_CERTS=$VAR/sandbox/ca.pem
	export NODE_EXTRA_CA_CERTS
	exec node "$ROOT/tests/sandbox/main.mjs" --conf "$VAR/connector.conf" --state "$VAR/sandbox" \
		--pages-port "$SANDBOX_PORT" --api-port "$API_PORT" --mail-port "$MAIL_PORT" --hour-seconds 60 ${SANDBOX_OPTIONS:-}
	;;
*) die "no service $name" ;;
esac
