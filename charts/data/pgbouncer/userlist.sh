#!/bin/sh
# PgBouncer's own login, as a line of the only thing that it reads it from: a file, here in memory.
set -eu
umask 077

IFS= read -r own < "$PASSWORDS/pgbouncer" || :
printf '"pgbouncer" "%s"\n' "$(printf %s "$own" | sed 's/"/""/g')" > "$RUNTIME/userlist.txt"
