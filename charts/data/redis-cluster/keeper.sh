#!/bin/sh
# Keeps the server of this pod in its cluster: a sidecar that needs names and redis-cli, but no rights in Kubernetes.
# Redis alone does not: it never looks for a peer whose address has changed, and a server that has lost its volume
# comes back as a stranger.
#
# A pass asks the servers, plans, and acts on the own server only; it may be repeated, or end anywhere.
set -u
scripts=$(dirname "$0")
readonly scripts
. "$scripts/cli.sh"

readonly heartbeat="${HEARTBEAT:-/tmp/keeper}" # as old as the last pass
readonly answers="$heartbeat.answers"
readonly joined="$heartbeat.joined" # there once this server may count as ready
readonly patience=10 # passes that must agree on what is to be done `later`: longer than redis needs to elect
readonly glances=10  # passes of which one asks all servers, while all is well

# Puts what a server says into a file with the name of its pod.
listen() { ask "$1" 'CLUSTER NODES' ROLE 'CONFIG GET syslog-ident' > "$answers/$2"; }

plan() {
  awk -f "$scripts/plan.awk" -f "$scripts/forget.awk" -f "$scripts/claim.awk" -f "$scripts/meet.awk" \
    -f "$scripts/replicate.awk" -f "$scripts/promote.awk" "$@"
}

# Logs the steps that the last plan did not have, and sends the commands in one go.
act() {
  set --
  while IFS='|' read -r command sentence; do
    case $command in
      later*)
        if [ "$agreed" -eq 0 ] || [ $((agreed % patience)) -ne 0 ]; then continue; fi
        echo "$sentence"
        ;;
      *) case $last in *"$sentence"*) ;; *) echo "$sentence" ;; esac ;;
    esac
    [ -z "$command" ] || set -- "$@" "${command#later }"
  done << END
$now
END
  [ $# -gt 0 ] || return 0
  reply=$(ask "$LOCAL" "$@")
  case $reply in "$complaint") ;; *ERR* | *NOPERM*) complaint=$reply && echo "WARN The server answers: $reply" ;; esac
}

# It reads its password again when it is asked to; one that starts just now reads it anyway.
tell_exporter() {
  if [ -n "${EXPORTER_PORT:-}" ] && sh "$scripts/acl.sh" exporter; then
    timeout 2 wget -q -O /dev/null "http://127.0.0.1:$EXPORTER_PORT/-/reload" || :
  fi
}

# What changes in the Secret reaches the running server without a restart, and without disconnecting anybody.
follow_secret() {
  [ -n "${PASSWORDS:-}" ] || return 0
  lines=$(cat "$PASSWORDS"/*)
  [ "$lines" != "$followed" ] || return 0
  if orders=$(sh "$scripts/acl.sh" commands); then
    case $(ask "$LOCAL" "$orders" | sort -u) in
      OK) followed=$lines && echo 'INFO The server has the passwords of the Secret' && tell_exporter ;;
    esac
  elif [ "$orders" != "$complaint" ]; then
    complaint=$orders && echo "$orders"
  fi
}

# Nor does a renewed certificate: connections go on with the old one, new ones get the new one.
follow_certificate() {
  [ -n "${CERTIFICATES:-}" ] || return 0
  sum=$(cat "$CERTIFICATES"/* | sha256sum)
  [ "$sum" != "$certificate" ] || return 0
  reply=$(ask "$LOCAL" "CONFIG SET tls-cert-file $CERTIFICATES/tls.crt tls-key-file $CERTIFICATES/tls.key \
    tls-ca-cert-file $CERTIFICATES/ca.crt")
  case $reply in
    OK) certificate=$sum && echo 'INFO The server has the certificate of the Secret' ;;
    "$complaint") ;;
    *) complaint=$reply && echo "WARN The server does not take the certificate: $reply" ;;
  esac
}

# An update must not go on to the next pod while this server does not know where the others are: of servers that were
# restarted together, with new addresses, each would be promoted without a connection to the others, and all be down.
# A pod that stays away is not waited for: what is missing then has been the same for as many passes as patience lasts.
join() {
  case $now in
    '' | 'later CLUSTER FAILOVER|'*) ;; # all is well, or would only be better elsewhere
    *'the server of this pod') return ;;
    *) [ "$agreed" -ge "$patience" ] || return ;;
  esac
  : > "$joined"
}

pass() {
  listen "$LOCAL" "$HOSTNAME"
  now=$(plan glance=1 "$answers/$HOSTNAME")
  if [ -z "$now" ] && { [ -n "$last" ] || [ $((passes % glances)) -eq 0 ]; }; then now=look; fi
  if [ "$now" = look ]; then
    for pod in $pods; do [ "$pod" = "$HOSTNAME" ] || listen "$pod.$DOMAIN" "$pod" & done
    wait
    now=$(plan glance= "$answers"/*)
  fi
  if [ "$now" = "$last" ]; then agreed=$((agreed + 1)); else agreed=0; fi
  act
  [ -n "$now" ] || [ -z "$last" ] || echo 'INFO All is well: every pod is connected, and every slot has an owner'
  last=$now passes=$((passes + 1))
  [ -f "$joined" ] || join
}

trap 'exit 0' TERM INT
rm -rf "$answers" && mkdir -p "$answers"
pods=$(pods)
readonly pods
passes=0 agreed=0 last=unknown complaint='' followed='' certificate=''
while :; do
  follow_secret
  follow_certificate
  pass
  : > "$heartbeat"
  if [ "$agreed" -lt "$patience" ]; then sleep 1; else sleep "${INTERVAL:-4}"; fi # what has changed may change on
done
