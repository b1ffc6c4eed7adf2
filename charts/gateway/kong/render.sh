#!/bin/sh
# Puts API keys into Kong's configuration before Kong starts, and has Kong check the result.
#
#   render.sh TEMPLATE OUTPUT
#
# A line with @@KEYS_X@@ takes the first line of the environment variable KEYS_X, one with @@KEYS_X__2@@ its second; where
# there is no second, that line and the next, its id, are dropped. No key may be shorter than $LEAST_KEY_LENGTH.
# @@REDIS_PASSWORD@@ takes the first line of that variable, the password that stays when there are two.
# Needs a POSIX shell and sed, grep, sort, uniq, tr.
#
# Never prints a key: not in the log, and not in $TERMINATION_LOG, which ends up in the pod's status. Kong itself would: it
# quotes a key that it finds twice.
set -eu
umask 077
readonly template="$1" output="$2" work="$2.work"

refuse() {
  echo "ERROR $*" | tee "${TERMINATION_LOG:-/dev/null}" >&2
  exit 1
}

# The consumers' variables, as the template names them.
variables() { sed -n 's/.*@@\(KEYS_[A-Z0-9_]*\)@@.*/\1/p' "$template" | grep -v '__2$' | sort -u; }

check() {
  advice="Put a key of $LEAST_KEY_LENGTH or more of the characters A-Z a-z 0-9 _ - there, and a second one in a second line only while it is changed."
  case $2 in
    '') refuse "$1 is empty, or has an empty line. $advice" ;;
    *[!A-Za-z0-9_-]*) refuse "$1 has a key with a character that is none of those. $advice" ;;
  esac
  [ ${#2} -ge "$LEAST_KEY_LENGTH" ] || refuse "$1 has a key of ${#2} characters. $advice"
}

# Writes how sed turns placeholders into keys, and the keys, each in a line.
read_keys() {
  for variable in $(variables); do
    eval "value=\$(printf %s \"\${$variable-}\")"
    first='' second='' lines=0
    # shellcheck disable=SC2154 # value is set by eval
    while read -r key || [ -n "$key" ]; do
      lines=$((lines + 1))
      check "$variable" "$key"
      if [ $lines = 1 ]; then first=$key; else second=$key; fi
      echo "$key" >> "$work/keys"
    done <<EOF
$value
EOF
    [ $lines -le 2 ] || refuse "$variable has $lines lines: one key, or two while the first is changed."
    echo "s/@@$variable@@/$first/" >> "$work/insert"
    if [ -n "$second" ]; then
      echo "s/@@${variable}__2@@/$second/" >> "$work/insert"
    else
      printf '/@@%s__2@@/{\nN\nd\n}\n' "$variable" >> "$work/insert"
    fi
  done
}

read_password() {
  grep -q '@@REDIS_PASSWORD@@' "$template" || return 0
  read -r password <<EOF
${REDIS_PASSWORD-}
EOF
  case $password in
    '' | *[!A-Za-z0-9_-]*) refuse 'REDIS_PASSWORD is empty or has a character that is none of A-Z a-z 0-9 _ - in its first line.' ;;
  esac
  echo "s/@@REDIS_PASSWORD@@/$password/" >> "$work/insert"
  echo "$password" >> "$work/hidden"
}

mkdir -p "$work" "$KONG_PREFIX"
trap 'rm -rf "$work" "$KONG_PREFIX"' EXIT

read_keys
[ -f "$work/keys" ] || refuse "$template asks for no key: nobody could call the API."
[ -z "$(sort "$work/keys" | uniq -d)" ] ||
  refuse 'Two API keys are the same: Kong could not tell who calls. Give each consumer its own, and a new one when it is changed.'

read_password
sed -f "$work/insert" "$template" > "$work/kong.yml"
if grep -q '@@' "$work/kong.yml"; then
  left=$(sed -n 's/.*@@\([A-Za-z0-9_]\{1,\}\).*/\1/p' "$work/kong.yml" | tr '\n' ' ')
  refuse "The template has a placeholder that is no key: ${left% }."
fi

if ! kong config parse "$work/kong.yml" > "$work/verdict" 2>&1; then
  cat "$work/keys" >> "$work/hidden"
  grep -v -F -f "$work/hidden" "$work/verdict" || :
  refuse 'Kong refuses its configuration: see the log of this container.'
fi
mv "$work/kong.yml" "$output"
