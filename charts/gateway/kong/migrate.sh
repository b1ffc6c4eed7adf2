#!/bin/sh
# Makes Kong's tables in its database, whatever an earlier try has left there: of half of them `kong migrations bootstrap`
# says that they are made, and is content. What is left to do, the list says by its status.
set -eu

# A step does nothing, and is content, while the lock of a try that was killed is there: for a minute.
for step in 1 2 3 4 5 6 7 8 9; do
  status=0
  said=$(kong migrations list 2>&1) || status=$?
  case $status in
    0) echo "INFO Kong's tables are complete" && exit ;;
    3) kong migrations bootstrap ;;
    4) kong migrations finish ;;
    5) kong migrations up ;;
    *) break ;;
  esac
done
echo "$said"
echo "ERROR Kong's tables are not complete after $step steps: see the log of this container." | tee "${TERMINATION_LOG:-/dev/null}"
exit 1
