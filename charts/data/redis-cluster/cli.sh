#!/bin/sh
# Sourced by the other scripts: how they call redis-cli, and the names of the pods.

# Sends commands, one argument each, to a server over one connection. Prints the answers, and the errors among them.
# The password file is read at every call, so that a rotated Secret needs no restart: its second line is tried where
# the first is not valid yet, or not any more.
ask() {
  server=$1
  shift
  second=
  log_in
  answer=$(call "$@")
  case $second/$answer in
    /*) ;;
    *WRONGPASS*) REDISCLI_AUTH=$second answer=$(call "$@") ;;
  esac
  printf '%s\n' "$answer"
}

# Where passwords are asked for at all.
log_in() {
  [ -n "${PASSWORDS:-}" ] || return 0
  { read -r REDISCLI_AUTH || :; read -r second || :; } < "$PASSWORDS/$AS"
  export REDISCLI_AUTH
}

# redis-cli itself waits for ever for an address that nobody has any more.
call() {
  # shellcheck disable=SC2086 # several flags, or none
  printf '%s\n' "$@" |
    timeout "${ASK_SECONDS:-2}" redis-cli -h "$server" -p "$PORT" ${PASSWORDS:+--user "$AS"} ${TLS_FLAGS:-} 2>&1
}

# redis-cli with whatever arguments, for at most so many seconds.
tool() {
  seconds=$1
  shift
  log_in
  # shellcheck disable=SC2086 # several flags, or none
  timeout "$seconds" redis-cli ${PASSWORDS:+--user "$AS" --no-auth-warning} ${TLS_FLAGS:-} "$@"
}

# The pods of the cluster, the designated master of each shard first.
pods() {
  shard=0
  while [ "$shard" -lt "$SHARDS" ]; do
    ordinal=0
    while [ "$ordinal" -le "$REPLICAS" ]; do
      echo "$NAME-$shard-$ordinal"
      ordinal=$((ordinal + 1))
    done
    shard=$((shard + 1))
  done
}

# Until every pod has answered, or a minute has passed: the network learns of a new pod, and what it may reach, only
# after the pod has started.
await_pods() {
  until=$(($(date +%s) + 60))
  for pod in $(pods); do
    while [ "$(ask "$pod.$DOMAIN" PING)" != PONG ] && [ "$(date +%s)" -lt "$until" ]; do sleep 1; done
  done
}

# Where a pod is asked: the own one without its Service, as not every network leads back.
host_of() { if [ "$1" = "${HOSTNAME:-}" ]; then echo "$LOCAL"; else echo "$1.$DOMAIN"; fi; }

# The address of some pod that answers.
any_pod() {
  for pod in $(pods); do
    ip=$(ask "$(host_of "$pod")" 'CLUSTER NODES' | sed -n 's/^[^ ]* \([^:]*\):.*myself.*/\1/p')
    [ -z "$ip" ] || { echo "$ip"; return 0; }
  done
  echo "ERROR None of these pods answers: $(pods | tr '\n' ' ')" >&2
  return 1
}

# Address, id, pod and number of slots of each master, as a server sees them. Fails unless it says of every slot who has it:
# what cannot be asked has not answered "none".
masters() {
  ask "$1" 'CLUSTER NODES' | awk '
    $3 !~ /master/ || $3 ~ /fail|noaddr|handshake/ { next }
    {
      split($2, at, ":"); pod = $2 ~ /,/ ? substr($2, index($2, ",") + 1) : "-"; sub("[.,].*", "", pod)
      owned = 0
      for (i = 9; i <= NF; i++) if ($i !~ /^\[/) { n = split($i, slot, "-"); owned += slot[n] - slot[1] + 1 }
      covered += owned
      print at[1], $1, pod, owned
    }
    END { exit covered != 16384 }'
}

# The number of keys of a server. Fails unless it has said one.
keys_of() {
  keys=$(ask "$1" DBSIZE)
  case $keys in '' | *[!0-9]*) return 1 ;; esac
  echo "$keys"
}

# The keys of all masters together.
count_keys() {
  at=$(any_pod) && list=$(masters "$at") || return 1
  sum=0
  for address in $(echo "$list" | sed 's/ .*//'); do
    keys=$(keys_of "$address") || return 1
    sum=$((sum + keys))
  done
  echo "$sum"
}

: "${LOCAL:=127.0.0.1}" "${AS:=keeper}"
