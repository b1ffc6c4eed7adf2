#!/bin/bash
# Starts the server of this pod without the image's entrypoint, which ignores most settings silently
# and needs a writable /etc/kafka. https://github.com/confluentinc/kafka-images/tree/v7.6.0/zookeeper
set -euo pipefail
# The first process of a container ignores what it does not handle: a pod that is told to stop while it starts would go
# on until its grace period ends.
trap 'exit 143' TERM

# With one of its two volumes lost a server would refuse to start for ever, or, if it was the log, go on with an older state
# as if nothing had happened, and brokers and all would follow it.
readonly volumes=/var/lib/zookeeper
holds() { compgen -G "$volumes/$1/version-2/*" > /dev/null; }
if holds data && [[ ! -d $volumes/log/version-2 ]]; then lost=log kept=data; fi
if holds log && [[ ! -d $volumes/data/version-2 ]]; then lost=data kept=log; fi
if [[ -n ${lost:-} ]]; then
  echo "ERROR The volume \"$lost\" of $HOSTNAME is empty and \"$kept\" is not: it was lost. In an ensemble, delete both claims" \
    "of this server and its pod: it gets everything from the others. Otherwise: \"ZooKeeper: lost volumes\" in docs/operations.md."
  exit 1
fi

# Servers are numbered from 1, pods from 0.
echo $((${HOSTNAME##*-} + 1)) > /var/lib/zookeeper/data/myid

agent=$(echo /usr/share/java/cp-base-new/jmx_prometheus_javaagent-*.jar)
export KAFKA_HEAP_OPTS="-Xms$HEAP -Xmx$HEAP"
export KAFKA_OPTS="-javaagent:$agent=$METRICS_PORT:/etc/bss/jmx-exporter.yml -XX:+ExitOnOutOfMemoryError -Dzookeeper.electionPortBindRetry=0"
export KAFKA_LOG4J_OPTS="-Dlog4j.configuration=file:/etc/bss/log4j.properties"
# Each of these has a default when empty: a log file for the collector, which stops the JVM on a read-only
# root, and the JMX agent.
export KAFKA_GC_LOG_OPTS="-Xlog:disable -Xlog:all=warning:stderr"
export KAFKA_JMX_OPTS="-Djava.awt.headless=true"
export LOG_DIR=/tmp

exec zookeeper-server-start /etc/bss/zookeeper.properties
