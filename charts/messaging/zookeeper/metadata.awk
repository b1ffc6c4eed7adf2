# What ZooKeeper has to know of the topics when its volumes are lost, from what the brokers' volumes hold: commands of
# zookeeper-shell. See "ZooKeeper: lost volumes" in docs/operations.md. Lines of input, from all brokers:
#
#   cluster ID
#   BROKER TOPIC-PARTITION TOPIC_ID LAST_SEGMENT BYTES [LAST_LEADER_EPOCH, where it has had one]

$1 == "cluster" { cluster = $2; next }
NF < 5 || NF > 6 { print "ERROR Not what a broker has said: " $0 > "/dev/stderr"; failed = 1; exit 1 }
{
  topic = $2; sub("-[0-9]+$", "", topic)
  partition = substr($2, length(topic) + 2)
  if (!(topic in id)) topics[++count] = topic
  id[topic] = $3
  if (partition + 0 >= partitions[topic] + 0) partitions[topic] = partition + 1
  at = topic SUBSEP partition
  replica[at, ++replicas[at]] = $1
  sub(".*/", "", $4); sub("[.].*", "", $4)
  written[at, replicas[at]] = $4 sprintf("%020d", $5)
  if ($6 + 0 > epoch[at] + 0) epoch[at] = $6
  if (written[at, replicas[at]] > most[at]) most[at] = written[at, replicas[at]]
}

# Who leads has all that is acknowledged, so is one of those whose log is the longest; they take turns where several are.
# Only these count as in sync: of brokers that come back one by one none may lead before, and cut off the others.
function assign(at, partition,   i, lead, list, insync) {
  for (i = 1; i <= replicas[at]; i++) if (written[at, i] == most[at]) insync[++insync[0]] = i
  lead = insync[partition % insync[0] + 1]
  list = current = replica[at, lead]
  for (i = 1; i <= replicas[at]; i++) if (i != lead) {
    list = list "," replica[at, i]
    if (written[at, i] == most[at]) current = current "," replica[at, i]
  }
  state = "{\"version\":1,\"controller_epoch\":0,\"leader\":" replica[at, lead] ",\"leader_epoch\":" epoch[at] + 1 \
    ",\"isr\":[" current "]}"
  return list
}

END {
  if (failed || cluster == "") exit 1
  for (t = 1; t <= count; t++) {
    topic = topics[t]; path = "/brokers/topics/" topic; all = states = ""
    for (p = 0; p < partitions[topic]; p++) {
      if (!replicas[topic, p]) { print "ERROR No broker has partition " p " of " topic > "/dev/stderr"; exit 1 }
      all = all (p ? "," : "") "\"" p "\":[" assign(topic SUBSEP p, p) "]"
      states = states "create " path "/partitions/" p "\ncreate " path "/partitions/" p "/state " state "\n"
    }
    commands = commands "create " path " {\"version\":3,\"topic_id\":\"" id[topic] "\",\"partitions\":{" all \
      "},\"adding_replicas\":{},\"removing_replicas\":{}}\ncreate " path "/partitions\n" states
  }
  # Their records would else be deleted after a week: the topics Job sets the configuration of all others.
  if ("__consumer_offsets" in id) commands = commands config("__consumer_offsets", "producer")
  if ("__transaction_state" in id) commands = commands config("__transaction_state", "uncompressed")
  # Far above all that were given away: what a new producer sends would else be taken for a repetition.
  block = "/latest_producer_id_block {\"version\":1,\"broker\":0,\"block_start\":\"1000000000\",\"block_end\":\"1000000999\"}\n"
  # Last, as no broker starts before it is right.
  printf "%screate %sset %sset /cluster/id {\"version\":\"1\",\"id\":\"%s\"}\n", commands, block, block, cluster
}

function config(topic, compression) {
  return "create /config/topics/" topic " {\"version\":1,\"config\":{\"cleanup.policy\":\"compact\",\"segment.bytes\":" \
    "\"104857600\",\"compression.type\":\"" compression "\"}}\n"
}
