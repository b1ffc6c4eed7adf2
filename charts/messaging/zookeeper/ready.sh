#!/bin/bash
# Ready is a server that has a mode (leader, follower, standalone): without a quorum it says that it is
# "not currently serving requests". `srvr` is the one command that is allowed by default.
set -o pipefail
echo srvr | nc -w 2 127.0.0.1 "$1" | grep '^Mode: '
