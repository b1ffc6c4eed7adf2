# Servers that are not there any more, and that the own one still knows.

function forget(   x) {
  for (x in place)
    if (lost(x) && x != master[me]) step("CLUSTER FORGET " x, "INFO Forgets " x ", once " pod_of[x])
}

# An id is lost when its pod has come back with another one. While it owns slots it must not be forgotten as long as
# there may be a replica that can be promoted: that there is none is known only when everyone has answered.
function lost(x,   pod) {
  if (x in alive) return 0
  pod = pod_of[x]
  if (x in has_slots) return everyone && pod in shard && !(x in followed)
  if (pod in id) return 1
  if (flags[x] !~ /(^|,)fail(,|$)|noaddr/) return 0
  return everyone || pod != "" && !(pod in shard)
}
