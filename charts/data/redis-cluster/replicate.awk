# Whose replica the own server is.

# By the names of pods, not by slots: those of the shard may have been moved, or not been given to it yet.
function replicate(   x, leader) {
  x = master[me]
  if (astray() && linked(x)) step("CLUSTER REPLICATE " x, "INFO Follows " pod_of[x] " to " place[x])
  if (!blank(me) && (x == "" || x in alive || x in has_slots)) return
  leader = shard[me] in serves ? serves[shard[me]] : designated[shard[me]]
  if (leader != me && leader in id && master[leader] == "" && linked(id[leader]))
    step("CLUSTER REPLICATE " id[leader], "INFO Becomes a replica of " leader)
}

# Redis may learn from others where its master is now, and go on to copy from where it was.
function astray() {
  return master[me] in place && copied[me] != "" && copied[me] != ip_of(place[master[me]])
}
