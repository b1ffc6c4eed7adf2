import { Size } from 'cdk8s';
import { Component } from '../../../lib/component';
import { type ContainerProps, PodField } from '../../../lib/container';
import type { Endpoint } from '../../../lib/endpoint';
import { nativeFile, nativeFiles } from '../../../lib/native-file';
import type { Platform } from '../../../lib/platform';
import type { PodProps } from '../../../lib/pod';
import { exec } from '../../../lib/probe';
import type { SecretKey } from '../../../lib/secret';
import { settings } from '../../../lib/settings';
import { StatefulWorkload } from '../../../lib/stateful-workload';
import { type ServerAccess, serverAccess, type User } from '../redis/access';
import { redisExporter } from '../redis/exporter';
import { topologyNotices } from './rules';
import { maxmemory, type RedisClusterSize, shape } from './size';
import { type ServerTransport, serverTransport } from './transport';

export interface RedisClusterProps extends RedisClusterSize {
  readonly image: string;
  readonly exporterImage: string;
}

/** What a client needs: names to start from, of which any will do, and what it is let in with. */
export interface RedisClusterClients {
  readonly seeds: Endpoint[];
  /** Whom to log in as. @default - access is open */
  readonly user?: User;
  /** Who signed the certificates of the servers. @default - they speak without TLS */
  readonly authority?: SecretKey;
}

/** Role of pods that may use the cluster; see `clientLabels`. */
export const CLIENT_ROLE = 'redis-cluster-client';

const PORTS = { client: 7000, bus: 7001 };
/** Seconds until it is the turn of a shard, and, should the election be lost, once more after 20 s; see leave.sh. */
const leaveSeconds = (shards: number) => 30 + 2 * (2 * shards);

const PURPOSES = {
  application: 'password of the applications: all keys, nothing that administers. A second line is valid, too',
  keeper: 'password of the keeper, the probes and the scripts. A second line is valid, too',
  exporter: 'password of the metrics exporter, which reads no key. A second line is valid, too',
  replication: 'password with which a replica copies its master. A second line is valid, too',
  operator: 'password of people, backups and restores, who may do everything. A second line is valid, too',
};

/** A Redis Cluster that forms and heals itself. A client starts from `clients` and follows the cluster from there. */
export class RedisCluster extends Component {
  readonly clients: RedisClusterClients;
  /** What a pod needs that runs one of the scripts as the operator. */
  readonly operation: Pick<PodProps, 'image' | 'secretFiles'> & { readonly env: Record<string, string> };
  /** Memory limit of a server. */
  readonly serverMemory: Size;

  constructor(scope: Platform, props: RedisClusterProps) {
    super(scope, 'redis-cluster', 'data');
    for (const notice of topologyNotices(props.topology)) this.node.addMetadata('notice', notice);
    const { shards, replicas } = shape(props.topology);
    const leave = leaveSeconds(shards);
    const { image } = props;
    const access = serverAccess(this, { access: props.access, directory: __dirname, purposes: PURPOSES });
    // Each pod has a Service of its name.
    const domain = scope.serviceDomain;
    const transport = serverTransport(this, { ...props, port: PORTS.client, domain });
    const secretFiles = { ...access.secretFiles, ...transport.secretFiles };
    const env = {
      ...{ NAME: this.node.id, SHARDS: `${shards}`, REPLICAS: `${replicas}`, DOMAIN: domain },
      ...{ PORT: `${PORTS.client}`, BUS_PORT: `${PORTS.bus}`, LEAVE_SECONDS: `${leave}` },
      ...access.env,
      ...transport.env,
    };

    const exporter = redisExporter({
      image: props.exporterImage,
      serverImage: image,
      access,
      url: `${props.transport === 'tls' ? 'rediss' : 'redis'}://127.0.0.1:${PORTS.client}`,
    });
    const redis = new StatefulWorkload(this, 'default', {
      image,
      user: 999,
      command: [...access.start, ...SERVER, '--cluster-announce-hostname', `$(POD_NAME).${domain}`],
      env: { POD_NAME: PodField.NAME, POD_IP: PodField.IP, NODE_NAME: PodField.NODE, ...env },
      ports: PORTS,
      files: { ...configFiles(props, access, transport), ...access.files },
      secretFiles,
      memoryScratch: { ...access.memoryScratch, ...exporter.memoryScratch },
      scratch: { '/tmp': Size.mebibytes(4) },
      claims: { data: { mountPath: '/data', size: props.disk } },
      initContainers: exporter.initContainers,
      sidecars: { keeper: keeper(image, { ...env, ...exporter.env }), ...exporter.sidecars },
      metrics: exporter.metrics,
      resources: props.resources,
      probes: {
        // Loading ten gigabytes takes minutes: half an hour.
        startup: { ...script('alive.sh'), periodSeconds: 1, timeoutSeconds: 6, failureThreshold: 1800 },
        readiness: { ...script('ready.sh'), periodSeconds: 5, timeoutSeconds: 6, failureThreshold: 2 },
        // A slow disk stalls a server for seconds, and a restart would only make it load again.
        liveness: { ...script('alive.sh'), periodSeconds: 30, timeoutSeconds: 6, failureThreshold: 3 },
      },
      preStop: ['sh', '/etc/redis/leave.sh'],
      // The hand-over, the wait for replicas, and a snapshot.
      graceSeconds: leave + 70,
      replicas: replicas + 1,
      shards,
    });
    const seeds = redis.podEndpoints('client');
    redis.connectsTo(...seeds, ...redis.podEndpoints('bus'));
    // The Service `redis-cluster`, for people and their tools.
    redis.endpoint('client');
    redis.admitsRole(CLIENT_ROLE, 'client');
    if (props.host) redis.publish('client', 'Redis Cluster', props.host);
    this.clients = { seeds, user: access.application, authority: transport.authority };
    const operator = Object.entries(access.secretFiles ?? {}).filter(([, { key }]) => key === 'operator');
    this.operation = { image, env, secretFiles: { ...Object.fromEntries(operator), ...transport.secretFiles } };
    this.serverMemory = props.resources.memoryLimit;
  }
}

/** The flags of the original as they stand there, and what only the pod knows. Flags win over the file. */
const SERVER = [
  ...['redis-server', '/etc/redis/redis.conf', '--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf'],
  ...['--cluster-node-timeout', '5000', '--appendonly', 'yes', '--save', '20 1', '--loglevel', 'warning'],
  // A server never corrects its own address: without this a pod that moved hands out the old one for ever.
  ...['--cluster-announce-ip', '$(POD_IP)'],
  // Free text that every version has: the keeper reads there which node a server runs on.
  ...['--syslog-ident', '$(NODE_NAME)'],
];

const SCRIPTS = ['cli.sh', 'keeper.sh', 'ready.sh', 'alive.sh', 'leave.sh', 'reshard.sh'];
/** What the keeper plans: the answers of servers, and a file for each kind of step. */
const PLAN = ['plan.awk', 'forget.awk', 'claim.awk', 'meet.awk', 'replicate.awk', 'promote.awk'];

const script = (name: string) => exec('sh', `/etc/redis/${name}`);

function configFiles(props: RedisClusterProps, access: ServerAccess, transport: ServerTransport) {
  const derived = {
    maxmemory: `${maxmemory(props).toMebibytes()}mb`,
    ...(props.access === 'users' && { masteruser: 'replication' }),
    ...access.settings,
    ...transport.settings,
  };
  return {
    ...nativeFiles(__dirname, '/etc/redis', ...SCRIPTS, ...PLAN),
    '/etc/redis/redis.conf': nativeFile(__dirname, 'redis.conf') + settings(derived, ' '),
  };
}

/** Stands beside the server and keeps it in its cluster. */
function keeper(image: string, env: Record<string, string>): ContainerProps {
  const fresh = 'test $(($(date +%s) - $(stat -c %Y /tmp/keeper))) -lt 60';
  const joined = 'test -f /tmp/keeper.joined || { echo "not connected to every other server yet"; exit 1; }';
  return {
    image,
    command: ['sh', '/etc/redis/keeper.sh'],
    env,
    resources: { cpu: 10, memory: Size.mebibytes(16), memoryLimit: Size.mebibytes(64) },
    probes: {
      // The pod is not ready before; what has been seen once need not be asked for again. Half an hour, as for the server.
      startup: { ...exec('sh', '-c', joined), periodSeconds: 2, failureThreshold: 900 },
      liveness: { ...exec('sh', '-c', fresh), initialDelaySeconds: 60, periodSeconds: 60 },
    },
  };
}
