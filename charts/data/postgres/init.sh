#!/bin/bash
# Before the first start: makes the data beside its place and moves it there when it is complete. A pod that is killed
# in between would else leave half of it, which the image takes for whole.
set -euo pipefail

if [[ ! -s $PGDATA/PG_VERSION ]]; then
  rm -rf "$PGDATA.incomplete"
  PGDATA=$PGDATA.incomplete docker-ensure-initdb.sh
  sync
  mv "$PGDATA.incomplete" "$PGDATA"
fi
