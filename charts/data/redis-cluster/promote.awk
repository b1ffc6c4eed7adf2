# A replica that becomes the master, where Redis does not make it one by itself.

# Redis elects a new master only while most masters live, and never once another server has the address of the old.
function take_over(   x, i) {
  x = master[me]
  if (x == "" || x in alive || !(x in has_slots) || !(pod_of[x] in id)) return
  for (i = 1; master[pods[i]] != x; i++);
  if (pods[i] == me) step("later CLUSTER FAILOVER TAKEOVER", "WARN Takes over from " x ", lost by " pod_of[x])
}

# From a machine with several masters to one with none: each time one machine more has a master, so this ends.
# Every keeper chooses the same replica, the first that can, so that never two of them move to one machine.
function spread(   i, pod, masters, leader) {
  if (moving) return
  for (i = 1; i <= size; i++) {
    pod = pods[i]
    if (id[pod] in has_slots) masters[machine[pod]]++
    else if (master[pod] != "" && !(pod in in_sync)) return
  }
  for (i = 1; i <= size; i++) {
    pod = pods[i]
    leader = alive[master[pod]]
    if (!(id[leader] in has_slots) || masters[machine[leader]] < 2 || masters[machine[pod]]) continue
    if (pod == me) step("later CLUSTER FAILOVER", "INFO Takes the slots of " leader ", one of many on its machine")
    return
  }
}
