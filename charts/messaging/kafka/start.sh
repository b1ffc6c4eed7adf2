#!/bin/bash
# Starts the broker of this pod without the image's entrypoint: the whole configuration is in files that can be
# read, and nothing of it is in the pod's environment, where every `kubectl exec kafka-0 -- kafka-topics` would
# inherit it and fail on the agent's port or take the broker's heap.
set -euo pipefail
# The first process of a container ignores what it does not handle: a pod that is told to stop while it starts would go
# on until its grace period ends.
trap 'exit 143' TERM

readonly volume=/var/lib/kafka/data
readonly ballast=$volume/ballast

free_mib() { df --output=avail -BM "$volume" | tail -n 1 | tr -dc '0-9'; }

make_ballast() { head -c "${BALLAST_MIB}M" /dev/zero > "$ballast.new" && mv "$ballast.new" "$ballast"; }

# A broker whose volume is full dies at every start, so that retention can never make room again.
# The ballast is the room for one more start.
prepare_volume() {
  if (($(free_mib) >= BALLAST_MIB)); then
    [[ -f $ballast ]] || (($(free_mib) < 4 * BALLAST_MIB)) || make_ballast
  elif [[ -f $ballast ]]; then
    rm "$ballast"
    echo "WARN The volume is full. Its ballast of $BALLAST_MIB MiB was given up so that the broker can start." \
      "Make room now: grow the claim, or shorten a topic's retention."
  else
    echo "ERROR The volume is full: $(free_mib) MiB are free, and the ballast is used up." \
      "The broker will fail to start until there is room: grow the claim."
  fi
}

prepare_volume
cat /etc/bss/server.properties "/etc/bss/broker-${HOSTNAME##*-}.properties" > /tmp/server.properties

# Who never lived has no former life to wait for.
if [[ -f $volume/topics/meta.properties ]]; then
  python3 /etc/bss/rejoin.py 45 "$(sed -n 's/^zookeeper.connect=//p' /tmp/server.properties)" &
  wait $!
fi

agent=$(echo /usr/share/java/cp-base-new/jmx_prometheus_javaagent-*.jar)
export KAFKA_HEAP_OPTS="-Xms$HEAP -Xmx$HEAP"
export KAFKA_OPTS="-javaagent:$agent=$METRICS_PORT:/etc/bss/jmx-exporter.yml -XX:+ExitOnOutOfMemoryError"
# Metaspace: what the classes of a broker need, or the whole heap is collected twice while they are loaded.
# Huge pages: a tenth less CPU for the same records, measured; where the node has none, the JVM says so and goes on.
# Shared memory of the JVM's own counters is a file on a disk, and a collection would wait for that disk.
# https://docs.oracle.com/en/java/javase/11/tools/java.html
readonly memory="-XX:MetaspaceSize=96m -XX:+UseTransparentHugePages -XX:+PerfDisableSharedMem"
export KAFKA_JVM_PERFORMANCE_OPTS="-server $JVM_FLAGS -XX:MaxInlineLevel=15 $memory"
export KAFKA_LOG4J_OPTS="-Dlog4j.configuration=file:/etc/bss/log4j.properties"
# Each of these has a default when empty: a log file for the collector, which stops the JVM on a read-only
# root, and the JMX agent.
export KAFKA_GC_LOG_OPTS="-Xlog:disable -Xlog:all=warning:stderr"
export KAFKA_JMX_OPTS="-Djava.awt.headless=true"
export LOG_DIR=/tmp

# Not the first process itself, which nothing inside the container can kill: a broker that has to stop while ZooKeeper is
# gone waits for it, and leave.py must end it.
kafka-server-start /tmp/server.properties &
broker=$!
echo $broker > /tmp/broker.pid
trap 'kill -TERM $broker' TERM
# A trapped signal ends the waiting, not what is waited for.
while wait $broker && status=0 || status=$?; kill -0 $broker 2> /dev/null; do :; done
exit "$status"
