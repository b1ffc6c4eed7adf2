#!/bin/sh
# Makes the server have the databases of databases.txt, with a line for each: its name, the role of its applications and
# the role of its owner. Gives each role the password of its file in $PASSWORDS. Drops nothing that is not there.
set -eu
. "$(dirname "$0")/server.sh"

check_passwords() {
  for file in "$PASSWORDS"/*; do
    if [ "$(grep -c . "$file")" != 1 ] || [ "$(sed -n '$=' "$file")" != 1 ]; then
      echo "ERROR The Secret's key \"${file##*/}\" is empty or has more than one line: put one password there."
      exit 1
    fi
  done
}

# Only where it is another one: setting it anew changes its salt, and new connections that PgBouncer opens for clients
# would be refused until these have logged in again.
give_password() {
  if answer=$(log_in_as "$1" && PGOPTIONS='' sql -d postgres -c '' 2>&1); then return; fi
  case $answer in
    *'password authentication failed'*)
      ROLE=$1 sql -d postgres -f "$here/password.sql"
      echo "INFO Role $1 has the password of the Secret"
      ;;
    *'permission denied for database'* | *'too many connections for role'* | *'slots are reserved'*) ;; # it was let in so far
    *)
      echo "ERROR Whether role $1 has the password of the Secret cannot be seen: $answer"
      exit 1
      ;;
  esac
}

check_passwords
await_server
sql -d postgres -f "$here/server.sql"
while read -r database application owner; do
  sql -d postgres -v database="$database" -v application="$application" -v owner="$owner" -f "$here/database.sql"
  echo "INFO Database $database is as declared"
done < "$here/databases.txt"
for file in "$PASSWORDS"/*; do give_password "${file##*/}"; done
