#!/bin/sh
# Writes .sqlx, what the compiler knows of every query without a database; --check only says whether it is fresh.
# Needs the sqlite3 command line.
set -eu
cd "$(dirname "$0")"
command -v sqlite3 >/dev/null || { echo "sqlite3 is missing. Install it: apt-get install sqlite3" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat migrations/*.sql | sqlite3 "$work/schema.db"
mkdir "$work/queries"
touch src/lib.rs
DATABASE_URL="sqlite://$work/schema.db" SQLX_OFFLINE_DIR="$work/queries" SQLX_OFFLINE=false \
    cargo check --quiet --package gatepass-storage
if [ "${1:-}" = --check ]; then
    diff -r "$work/queries" .sqlx || { echo "run src-tauri/storage/queries.sh and commit .sqlx" >&2; exit 1; }
else
    rm -rf .sqlx
    mv "$work/queries" .sqlx
fi
