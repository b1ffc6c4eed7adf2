# What the keeper plans, from the answers of servers in files that have the names of their pods. Prints the steps,
# COMMAND|SENTENCE, each with one of them or both; with glance=1 it is given the own server only, and prints `look` if not
# all is well. The steps follow from what every server says about itself at that moment, so that planning may be repeated.
#
# Here: what the answers say, and in which order the steps are planned. The steps are in files with their names.
#
# Of each pod, by its name:                     Of each server, by its id:
#   shard       the number of its shard           pod_of     the pod that it runs in, as far as is known
#   id          of its server, if it answers      alive      the pod that says that this id is its own
#   address     of its server                     has_slots  whether anybody says that it owns slots
#   master      the id that it copies, or ""      followed   whether some replica says that it copies it
#   in_sync     whether it has all of that        place      its address, as the own server knows it
#   copied      the address that it copies from   flags      its flags, likewise
#   machine     the node that it runs on          link       whether the own server is connected to it, likewise
#   acquainted  how many servers it knows         slots      how many slots it owns, likewise
#
# Of each shard, by its number: `designated`, the pod that is its master from the beginning, and `serves`, the one that owns
# slots now. Of each range of slots, counted over all answers: `owner`, `low` and `high`.

BEGIN {
  SLOTS = 16384
  me = ENVIRON["HOSTNAME"]
  domain = "." ENVIRON["DOMAIN"]
  shards = ENVIRON["SHARDS"] + 0
  for (s = 0; s < shards; s++)
    for (n = 0; n <= ENVIRON["REPLICAS"] + 0; n++) {
      pods[++size] = ENVIRON["NAME"] "-" s "-" n
      shard[pods[size]] = s
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
  split($2, at, ",")
  pod = at[2]
  if (substr(pod, length(pod) - length(domain) + 1) == domain) sub("[.].*", "", pod)
  if (pod != "") pod_of[$1] = pod
  if ($7 + 0 > epoch) epoch = $7 + 0
  acquainted[view]++
  owned = read_ranges($1)
  if (owned) has_slots[$1] = 1
  if (view == me) {
    place[$1] = at[1]
    flags[$1] = $3
    link[$1] = $8
    slots[$1] = owned
  }
  # A name that still leads to the address of another server says nothing about its pod.
  if ($3 ~ /myself/ && pod == view) {
    id[pod] = $1
    alive[$1] = pod
    address[pod] = at[1]
    master[pod] = $4 == "-" ? "" : $4
    followed[master[pod]] = 1
    if (owned) serves[shard[pod]] = pod
  }
}

# Notes the ranges of slots at the end of the line, and returns how many slots they are.
function read_ranges(server,   i, n, slot, count) {
  for (i = 9; i <= NF; i++)
    if ($i ~ /^\[/) moving = 1 # [slot->-id]: somebody is moving slots
    else {
      n = split($i, slot, "-")
      ranges++
      owner[ranges] = server
      low[ranges] = slot[1] + 0
      high[ranges] = slot[n] + 0
      count += high[ranges] - low[ranges] + 1
    }
  return count
}

function step(command, sentence) {
  steps++
  print command "|" sentence
}

# Whether a server is a master that owns no slot by anybody's word: it is new, or has lost its volume.
function blank(pod) { return pod in id && master[pod] == "" && !(id[pod] in has_slots) }

function linked(x) { return x in place && link[x] == "connected" && flags[x] !~ /fail|noaddr|handshake/ }

function ip_of(address) {
  sub(":[0-9]+@.*", "", address)
  return address
}

# Whether the own server is connected to every pod, knows nobody else, and an owner for every slot.
function well(   x, seen, count, covered) {
  for (x in place) {
    if (!linked(x) || !(pod_of[x] in shard) || seen[pod_of[x]]++) return 0
    count++
    covered += slots[x]
  }
  return count == size && covered == SLOTS && !astray() && (!blank(me) || me == designated[shard[me]])
}

END {
  for (i = 1; i <= size; i++) if (!(pods[i] in id)) missing = missing " " pods[i]
  everyone = missing == ""
  if (refused != "")
    step("", "ERROR " refused " refuses the user keeper, and nothing is done until line 1 or 2 of its key in the Secret " \
      "is its password there, and it may run the commands of keeper.sh: " why)
  else if (!(me in id)) step("", "INFO Waits for the server of this pod")
  else if (glance) {
    if (!well()) print "look"
  } else {
    if (!everyone) step("", "INFO Waits for" missing)
    forget()
    claim()
    meet()
    replicate()
    take_over()
    if (!steps && !well()) step("", "INFO Waits until the servers agree")
    if (!steps) spread()
  }
}
