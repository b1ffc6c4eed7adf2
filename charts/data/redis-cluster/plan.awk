# What the keeper plans, from the answers of servers in files that have the names of their pods. Prints the steps,
# COMMAND|SENTENCE, each with one of them or both; with glance=1 it is given the own server only, and prints `look` if not
# all is well. The steps follow from what every server says about itself at that moment, so that planning may be repeated.

BEGIN {
  me = ENVIRON["HOSTNAME"]; domain = "." ENVIRON["DOMAIN"]; shards = ENVIRON["SHARDS"] + 0
  for (s = 0; s < shards; s++) for (n = 0; n <= ENVIRON["REPLICAS"] + 0; n++) {
    pods[++size] = ENVIRON["NAME"] "-" s "-" n; shard[pods[size]] = s
    if (n == 0) designated[s] = pods[size]
  }
}

FNR == 1 { view = FILENAME; sub(".*/", "", view); before = "" }
refused == "" && match($0, /WRONGPASS|NOAUTH|NOPERM/) { refused = view; why = substr($0, RSTART) }
$0 == "connected" { in_sync[view] = 1 } # the link of a replica, in the answer to ROLE
before == "slave" { copied[view] = $0 } # the address from which a replica copies, in the answer to ROLE
before == "syslog-ident" { machine[view] = $0 }
{ before = $0 }

# CLUSTER NODES: id ip:port@bus,name flags master ping pong epoch link slots...
NF >= 8 && $2 ~ /@/ {
  split($2, at, ","); pod = at[2]
  if (substr(pod, length(pod) - length(domain) + 1) == domain) sub("[.].*", "", pod)
  if (pod != "") pod_of[$1] = pod
  if ($7 + 0 > epoch) epoch = $7 + 0
  acquainted[view]++; owned = 0
  for (i = 9; i <= NF; i++) if ($i ~ /^\[/) moving = 1 # [slot->-id]: somebody is moving slots
  else {
    n = split($i, slot, "-")
    owner[++ranges] = $1; low[ranges] = slot[1] + 0; high[ranges] = slot[n] + 0
    owned += high[ranges] - low[ranges] + 1
  }
  if (owned) has_slots[$1] = 1
  if (view == me) { place[$1] = at[1]; flags[$1] = $3; link[$1] = $8; slots[$1] = owned }
  # A name that still leads to the address of another server says nothing about its pod.
  if ($3 ~ /myself/ && pod == view) {
    id[pod] = $1; alive[$1] = pod; address[pod] = at[1]
    master[pod] = $4 == "-" ? "" : $4; followed[master[pod]] = 1
    if (owned) serves[shard[pod]] = pod
  }
}

function step(command, sentence) { steps++; print command "|" sentence }
function blank(pod) { return pod in id && master[pod] == "" && !(id[pod] in has_slots) }
function linked(x) { return x in place && link[x] == "connected" && flags[x] !~ /fail|noaddr|handshake/ }

# Redis may learn from others where its master is now, and go on to copy from where it was.
function astray(   ip) {
  if (!(master[me] in place)) return 0
  ip = place[master[me]]; sub(":[0-9]+@.*", "", ip)
  return copied[me] != "" && copied[me] != ip
}

# Whether the own server is connected to every pod, knows nobody else, and an owner for every slot.
function well(   x, seen, count, covered) {
  for (x in place) {
    if (!linked(x) || !(pod_of[x] in shard) || seen[pod_of[x]]++) return 0
    count++; covered += slots[x]
  }
  return count == size && covered == 16384 && !astray() && (!blank(me) || me == designated[shard[me]])
}

# An id is lost when its pod has come back with another one. While it owns slots it must not be forgotten as long as
# there may be a replica that can be promoted: that there is none is known only when everyone has answered.
function lost(x,   pod) {
  if (x in alive) return 0
  pod = pod_of[x]
  if (x in has_slots) return everyone && pod in shard && !(x in followed)
  return pod in id || flags[x] ~ /(^|,)fail(,|$)|noaddr/ && (everyone || pod != "" && !(pod in shard))
}
function forget(   x) {
  for (x in place) if (lost(x) && x != master[me]) step("CLUSTER FORGET " x, "INFO Forgets " x ", once " pod_of[x])
}

# A slot without an owner goes to the designated master of its range, if that is blank, else to the first one that
# is. Each gets its slots, and an epoch above all others, before anyone meets it: an epoch cannot be set after that.
function claim(   s, x, i, heirs, heir, covered, remembered, owned, home, unowned, wait, last, mine, command) {
  for (s = shards; s--;) if (!(s in serves) && blank(designated[s])) { heirs[s] = 1; heir = s }
  for (x in slots) if (!lost(x)) covered += slots[x]
  if (heir == "" || covered == 16384) return
  for (i = 1; i <= ranges; i++)
    if (lost(owner[i])) for (x = low[i]; x <= high[i]; x++) remembered[x] = 1
    else for (x = low[i]; x <= high[i]; x++) owned[x] = 1
  for (i = 0; i < 16384; i++) {
    while (i >= int(16384 * (home + 1) / shards)) home++
    if (i in owned) continue
    unowned = 1
    if ((home in heirs ? home : heir) != shard[me]) continue
    if (i in remembered) wait = 1
    if (mine == "" || i > last + 1) mine = mine (mine == "" ? "" : "-" last " ") i
    last = i
  }
  if (unowned) for (s in heirs) if (acquainted[designated[s]] == 1) meet_later[designated[s]] = 1
  if (mine == "" || wait || !everyone || me != designated[shard[me]]) return
  mine = command = mine "-" last; gsub("-", " ", command)
  step(me in meet_later ? "CLUSTER SET-CONFIG-EPOCH " epoch + 1 + shard[me] : "CLUSTER BUMPEPOCH")
  step("CLUSTER ADDSLOTSRANGE " command, "INFO Claims the slots " mine ", which nobody owns")
}

# Without the last argument redis takes the port + 10000 for the port of the bus.
function meet(   i, pod, ip) {
  for (i = 1; i <= size; i++) {
    pod = pods[i]
    if (pod == me || !(pod in id) || pod in meet_later || me in meet_later) continue
    if (linked(id[pod]) && place[id[pod]] == address[pod]) continue
    ip = address[pod]; sub(":[0-9]+@.*", "", ip)
    step("CLUSTER MEET " ip " " ENVIRON["PORT"] " " ENVIRON["BUS_PORT"], "INFO Meets " pod " at " ip)
  }
}

# By the names of pods, not by slots: those of the shard may have been moved, or not been given to it yet.
function replicate(   x, leader) {
  x = master[me]
  if (astray() && linked(x)) step("CLUSTER REPLICATE " x, "INFO Follows " pod_of[x] " to " place[x])
  if (!blank(me) && (x == "" || x in alive || x in has_slots)) return
  leader = shard[me] in serves ? serves[shard[me]] : designated[shard[me]]
  if (leader != me && leader in id && master[leader] == "" && linked(id[leader]))
    step("CLUSTER REPLICATE " id[leader], "INFO Becomes a replica of " leader)
}

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
    pod = pods[i]; leader = alive[master[pod]]
    if (!(id[leader] in has_slots) || masters[machine[leader]] < 2 || masters[machine[pod]]) continue
    if (pod == me) step("later CLUSTER FAILOVER", "INFO Takes the slots of " leader ", one of many on its machine")
    return
  }
}

END {
  for (i = 1; i <= size; i++) if (!(pods[i] in id)) missing = missing " " pods[i]
  everyone = missing == ""
  if (refused != "") step("", "ERROR " refused " refuses the user keeper, and nothing is done until line " \
    "1 or 2 of its key in the Secret is its password there, and it may run the commands of keeper.sh: " why)
  else if (!(me in id)) step("", "INFO Waits for the server of this pod")
  else if (glance) { if (!well()) print "look" }
  else {
    if (!everyone) step("", "INFO Waits for" missing)
    forget(); claim(); meet(); replicate(); take_over()
    if (!steps && !well()) step("", "INFO Waits until the servers agree")
    if (!steps) spread()
  }
}
