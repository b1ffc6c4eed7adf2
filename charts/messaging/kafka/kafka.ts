import { Size } from 'cdk8s';
import { Component } from '../../../lib/component';
import type { ContainerProps } from '../../../lib/container';
import type { Content } from '../../../lib/content';
import { addresses, type Endpoint } from '../../../lib/endpoint';
import { nativeFile, nativeFiles } from '../../../lib/native-file';
import type { Platform } from '../../../lib/platform';
import { http, tcp } from '../../../lib/probe';
import type { HostPort } from '../../../lib/publication';
import { settings } from '../../../lib/settings';
import { StatefulWorkload } from '../../../lib/stateful-workload';
import { heapFlag } from '../heap';
import { sessionFile } from '../zookeeper/zookeeper';
import type { KafkaSize } from './size';

export interface KafkaProps extends KafkaSize {
  readonly image: string;
  /** Servers of the ensemble that keeps the metadata. */
  readonly zookeeper: Endpoint[];
}

/** What a client needs: brokers to start from, of which any will do. */
export interface KafkaClients {
  readonly bootstrap: Endpoint[];
}

/** Role of pods that may use the brokers; see `clientLabels`. */
export const CLIENT_ROLE = 'kafka-client';

const BROKER_PORTS = { internal: 9092, metrics: 9404 };
const EXTERNAL_PORT = { external: 19092 };
const BALLAST_MIB = 64;

/** The brokers. Clients in the cluster bootstrap from `clients`; people, from the Service `kafka`. */
export class Kafka extends Component {
  readonly clients: KafkaClients;

  constructor(scope: Platform, props: KafkaProps) {
    super(scope, 'kafka', 'messaging');

    const kafka = new StatefulWorkload(this, 'default', {
      image: props.image,
      user: 1000,
      command: ['bash', '/etc/bss/start.sh'],
      env: {
        HEAP: heapFlag(props.heap),
        JVM_FLAGS: (props.heap.toMebibytes() < 2048 ? SMALL_HEAP : LARGE_HEAP).join(' '),
        METRICS_PORT: `${BROKER_PORTS.metrics}`,
        BALLAST_MIB: `${BALLAST_MIB}`,
      },
      ports: props.host ? { ...BROKER_PORTS, ...EXTERNAL_PORT } : BROKER_PORTS,
      files: configFiles(props, () => this.clients.bootstrap),
      claims: { data: { mountPath: '/var/lib/kafka/data', size: props.disk } },
      scratch: { '/tmp': Size.mebibytes(64) },
      resources: props.resources,
      probes: {
        // Half an hour: recovering logs after a crash must not be cut short.
        startup: { ...tcp('internal'), periodSeconds: 1, failureThreshold: 1800 },
        // Neither ZooKeeper nor the other brokers count: restarting this one would not bring them back.
        liveness: { ...tcp('internal'), periodSeconds: 15, failureThreshold: 6 },
      },
      sidecars: { 'in-sync': readinessServer(props.image) },
      metrics: { port: 'metrics', path: '/metrics' },
      preStop: python(
        'leave.py',
        BROKER_PORTS.internal,
        props.minInsyncReplicas,
        props.shutdown.leaveSeconds,
        addresses(props.zookeeper),
      ),
      graceSeconds: props.shutdown.graceSeconds,
      replicas: props.brokers,
    });
    this.clients = { bootstrap: kafka.podEndpoints('internal') };
    kafka.connectsTo(...props.zookeeper, ...this.clients.bootstrap);
    // The Service `kafka`, for people and their tools.
    kafka.endpoint('internal');
    kafka.admitsRole(CLIENT_ROLE, 'internal');
    if (props.host) kafka.publishEach('external', 'Kafka broker', props.host);
  }
}

const python = (script: string, ...values: (string | number)[]) => [
  ...['python3', `/etc/bss/${script}`],
  ...values.map(String),
];

/** Stands beside the broker and tells Kubernetes whether it is in sync. */
function readinessServer(image: string): ContainerProps {
  const port = 8080;
  return {
    image,
    // The shell hears the request to stop from its first moment, the interpreter only half a second later.
    command: [
      'bash',
      '-c',
      `trap 'exit 0' TERM; ${python('ready.py', BROKER_PORTS.internal, port).join(' ')} & wait $!`,
    ],
    ports: { 'in-sync': port },
    resources: { cpu: 5, memory: Size.mebibytes(16), memoryLimit: Size.mebibytes(64) },
    probes: {
      readiness: { ...http('in-sync', '/'), periodSeconds: 2, timeoutSeconds: 6, failureThreshold: 3 },
      liveness: { ...tcp('in-sync'), periodSeconds: 15, failureThreshold: 4 },
    },
  };
}

/**
 * A whole collection of a small heap is short, and G1's barriers and helper threads cost more than they save: a quarter of
 * the throughput on two cores, measured.
 */
const SMALL_HEAP = ['-XX:+UseParallelGC'];

/** Short pauses are what keeps a broker with a large heap in sync. */
const LARGE_HEAP = ['-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20', '-XX:InitiatingHeapOccupancyPercent=35'];

function configFiles(props: KafkaProps, brokers: () => readonly Endpoint[]): Record<string, Content> {
  return {
    ...nativeFiles(__dirname, '/etc/bss', 'start.sh', 'cluster_metadata.py', 'ready.py', 'rejoin.py', 'leave.py'),
    ...sessionFile,
    ...nativeFiles(__dirname, '/etc/bss', 'log4j.properties', 'jmx-exporter.yml'),
    '/etc/bss/server.properties': nativeFile(__dirname, 'server.properties') + settings(derivedProperties(props), '='),
    ...Object.fromEntries(
      Array.from({ length: props.brokers }, (_, id) => [
        `/etc/bss/broker-${id}.properties`,
        () => settings(ownProperties(id, brokers()[id]!, props.host), '='),
      ]),
    ),
  };
}

/**
 * Each of them changes its leader whenever a broker leaves, while producers wait; the default, 50 in all, is for clusters
 * of many brokers. A topic that exists keeps what it has.
 */
const OFFSETS_PARTITIONS_PER_BROKER = 4;

function derivedProperties(props: KafkaProps): Record<string, string | number> {
  const external = props.host ? `,EXTERNAL://:${EXTERNAL_PORT.external}` : '';
  return {
    'zookeeper.connect': addresses(props.zookeeper),
    listeners: `INTERNAL://:${BROKER_PORTS.internal}${external}`,
    'listener.security.protocol.map': 'INTERNAL:PLAINTEXT,EXTERNAL:PLAINTEXT',
    'default.replication.factor': props.replication,
    'min.insync.replicas': props.minInsyncReplicas,
    'offsets.topic.num.partitions': OFFSETS_PARTITIONS_PER_BROKER * props.brokers,
    'offsets.topic.replication.factor': props.replication,
    'transaction.state.log.replication.factor': props.replication,
    'transaction.state.log.min.isr': props.minInsyncReplicas,
    'num.network.threads': props.threads.network,
    'num.io.threads': props.threads.io,
    'num.replica.fetchers': props.threads.replicaFetchers,
  };
}

/** What one broker tells its clients to connect to: the address that the pod keeps when it is replaced. */
function ownProperties(id: number, broker: Endpoint, host?: HostPort): Record<string, string | number> {
  const internal = `INTERNAL://${broker.address}`;
  const external = host ? `,EXTERNAL://localhost:${host.hostPort + id}` : '';
  return { 'broker.id': id, 'advertised.listeners': internal + external };
}
