#!/bin/sh
# Liveness: whether a restart would help. A server that is loading, has lost its master, runs a long script, cannot write to
# its volume or does not take our password is alive: killing it would only make it load once more.
set -u
. "$(dirname "$0")/cli.sh"

ASK_SECONDS=4 # a slow disk stalls a server for seconds
answer=$(ask "$LOCAL" PING)
case $answer in
  *PONG* | *LOADING* | *MASTERDOWN* | *BUSY* | *MISCONF* | *NOAUTH* | *WRONGPASS* | *NOPERM*) exit 0 ;;
esac
echo "no answer to PING in $ASK_SECONDS s: $answer"
exit 1
