# PostgreSQL for deploy/compose.yaml. The first start makes the database `waves` and its role, which
# logs in with POSTGRES_PASSWORD and may do no more than own it. The superuser has no password: it
# comes in by the socket in /tmp, from this container only.
set -eu
case "${POSTGRES_PASSWORD:?must be set}" in
*[!A-Za-z0-9_-]*)
    echo "POSTGRES_PASSWORD has signs other than letters, digits, - and _. Choose another one." >&2
    exit 1
    ;;
esac

if [ ! -d "$PGDATA" ]; then
    # Made beside its place: what an end in the middle leaves behind is never taken for whole.
    rm -rf "$PGDATA.new"
    initdb --pgdata="$PGDATA.new" --encoding=UTF8 --locale=C.UTF-8 --auth-local=peer --auth-host=scram-sha-256
    echo "host waves waves all scram-sha-256" >> "$PGDATA.new/pg_hba.conf"
    postgres --single -D "$PGDATA.new" postgres <<END
CREATE ROLE waves LOGIN PASSWORD '$POSTGRES_PASSWORD';
CREATE DATABASE waves OWNER waves;
END
    mv "$PGDATA.new" "$PGDATA"
fi
exec postgres -c listen_addresses=* -c unix_socket_directories=/tmp
