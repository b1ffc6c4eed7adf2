#!/bin/sh
# Sourced by the scripts that make and read backups: what of $BACKUPS is one, and that only one of them works there at a
# time. A backup is a directory that is called by its second and has a list of its files with their checksums. Whatever
# else lies there (lost+found, what somebody has copied half) is neither counted nor restored nor removed.
export LC_ALL=C # sorts by bytes
readonly sums=sha256sums
readonly stamp='[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]-[0-9][0-9]-[0-9][0-9]Z'

# The names of all, the oldest first.
backups() {
  # shellcheck disable=SC2231 # a pattern
  for found in "$BACKUPS"/$stamp "$BACKUPS"/$stamp-[0-9][0-9][0-9][0-9]; do
    [ ! -f "$found/$sums" ] || echo "${found##*/}"
  done | sort
}

newest_backup() { backups | tail -n 1; }

# The lock goes with the process that holds it, however that ends.
lock_backups() {
  exec 9> "$BACKUPS/.lock"
  flock -n 9 && return 0
  echo 'INFO Waits until another backup or restore has ended'
  flock 9
}

# Makes an empty directory for a new backup and enters it. Its name comes after all others, so that the newest is the one
# that was made last, also when the clock was set back, or when two are made in a second.
begin_backup() {
  lock_backups
  # shellcheck disable=SC2086 # a pattern
  rm -rf "$BACKUPS"/$stamp*.incomplete # of those that were stopped
  new=$(date -u +%Y-%m-%dT%H-%M-%SZ)
  newest=$(newest_backup)
  if [ "$newest" \> "$new" ]; then new=$newest; fi
  while [ -e "$BACKUPS/$new" ]; do
    new=$(echo "$new" | awk '{ split($0, part, "Z"); printf "%sZ-%04d\n", part[1], substr(part[2], 2) + 1 }')
  done
  mkdir "$BACKUPS/$new.incomplete"
  cd "$BACKUPS/$new.incomplete" || exit
}

# Gives it its name, and removes all but the $KEEP newest.
complete_backup() {
  made=$(sha256sum -- *)
  echo "$made" > "$sums"
  cd /
  sync
  mv -T "$BACKUPS/$new.incomplete" "$BACKUPS/$new"
  echo "INFO Complete: $new"
  for old in $(backups | sort -r | tail -n "+$((KEEP + 1))"); do
    # What is half removed must not be called like a whole one.
    mv -T "$BACKUPS/$old" "$BACKUPS/$old.incomplete"
    rm -rf "$BACKUPS/$old.incomplete"
    echo "INFO Removed: $old"
  done
}

# Enters the backup of that name, the newest if none is given, once every file is what it was when it was made.
choose_backup() {
  lock_backups
  chosen=${1:-$(newest_backup)}
  if ! backups | grep -qxF -e "$chosen"; then
    echo "ERROR There is no backup ${1:+$1 }in $BACKUPS; there are: $(backups | tr '\n' ' ')"
    exit 1
  fi
  cd "$BACKUPS/$chosen" || exit
  if ! checked=$(sha256sum -c "$sums" 2>&1); then
    echo "ERROR The backup $chosen is damaged: $(echo "$checked" | grep -v ': OK$'). Name another one: $(backups | tr '\n' ' ')"
    exit 1
  fi
  echo "INFO Restores $chosen"
}

# Of the backup that was chosen, the files whose names end so.
backup_files() { sed 's/^[0-9a-f]*  //' "$sums" | grep "$1\$"; }
