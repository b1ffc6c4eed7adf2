#!/bin/sh
# From the passwords of a Secret, a file for each user, to what a server is told of them. The first line of a file is
# the password, a second line is one that is valid besides while the password is changed.
#
#   acl.sh render TEMPLATE    writes users.acl and replication.conf to $RUNTIME: hashes in the one, in the other the
#                             password with which a server follows a master
#   acl.sh start TEMPLATE SERVER…  renders and becomes the server. At every start: one that starts again in its pod would
#                             else come back with the passwords that were valid when the pod was made, and refuse the
#                             keeper that could tell it the new ones
#   acl.sh exporter           writes exporter.json to $RUNTIME, here a directory that only the exporter shares: the
#                             password with which it calls $SERVER_URL
#   acl.sh commands           prints commands that give a running server the same passwords
#
# Never prints a password that is wrong, only what is wrong with it.
set -eu
readonly least=16 # characters

refuse() {
  echo "ERROR The Secret's key \"$1\" $2. Put a password of $least or more of the characters A-Z a-z 0-9 _ - there," \
    'and a second one in a second line only while it is changed.'
  exit 1
}

# The hashes of a user's passwords as ACL takes them: #a… #b…
hashes() {
  hashes=
  while read -r password || [ -n "$password" ]; do
    case $password in
      '') refuse "$1" 'is empty, or has an empty line' ;;
      *[!A-Za-z0-9_-]*) refuse "$1" 'has a character that is none of those' ;;
    esac
    [ ${#password} -ge $least ] || refuse "$1" "has a password of ${#password} characters"
    hash=$(printf %s "$password" | sha256sum)
    hashes="$hashes #${hash%% *}"
  done < "$PASSWORDS/$1"
  case $hashes in
    '') refuse "$1" 'is empty, or has an empty line' ;;
    *#*#*#*) refuse "$1" 'has more than two lines' ;;
  esac
}

users() { for file in "$PASSWORDS"/*; do echo "${file##*/}"; done; }

first() { read -r password < "$PASSWORDS/$1" || :; echo "$password"; }

# Whole files under their names at once, as a server may start at any moment.
put() { cat > "$RUNTIME/$1.new" && mv "$RUNTIME/$1.new" "$RUNTIME/$1"; }

render() {
  script=
  for user in $(users); do
    hashes "$user"
    script="$script;s/%$user%/${hashes# }/"
  done
  sed "${script#;}" "$1" | put users.acl
  if grep '%' "$RUNTIME/users.acl" > /dev/null; then
    echo "ERROR The Secret has no key for: $(sed -n 's/.*%\(.*\)%.*/\1/p' "$RUNTIME/users.acl")"
    rm "$RUNTIME/users.acl"
    exit 1
  fi
  { [ ! -f "$PASSWORDS/replication" ] || echo "masterauth $(first replication)"; } | put replication.conf
}

start() {
  render "$1"
  shift
  exec "$@"
}

# In the form of its flag --redis.password-file. https://github.com/oliver006/redis_exporter/blob/v1.88.0/README.md
exporter() {
  hashes exporter
  printf '{"%s": "%s"}\n' "$(echo "$SERVER_URL" | sed 's|//|//exporter@|')" "$(first exporter)" | put exporter.json
}

# Not ACL LOAD: it disconnects every client.
commands() {
  for user in $(users); do
    hashes "$user"
    echo "ACL SETUSER $user resetpass $hashes"
  done
  [ ! -f "$PASSWORDS/replication" ] || echo "CONFIG SET masterauth $(first replication)"
}

"$@"
