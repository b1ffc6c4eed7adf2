import { shape, type Topology } from '../../charts/data/redis-cluster/size';
import type { Environment } from '../../charts/environment';
import { platform } from '../../charts/platform';

import { kind } from '../../config/kind';
import { rehearsal } from '../../config/rehearsal';
import { addresses } from '../../lib/endpoint';
import { eventually } from '../eventually';
import { manifests } from '../installation';
import { kubectl } from '../kubectl';
import { Namespace } from '../namespace';
import { nodeNames } from '../nodes';

export const REDIS_NAMESPACE = 'bss-redis';

/** Selects the pods of the servers, and what else is theirs. */
export const SERVERS = 'app.kubernetes.io/name=redis-cluster';

/** Three shards of two: where there are nodes enough a node each, as production asks for. */
export const sixServers = (): Environment => ({
  ...rehearsal,
  namespace: REDIS_NAMESPACE,
  spread: nodeNames().length < 3 ? 'preferred' : 'required',
});

/** @param info what a server answers to CLUSTER INFO */
export const servesAllSlots = (info: string) => /cluster_state:ok[\s\S]*cluster_slots_ok:16384/.test(info);

const CHARTS = ['namespace', 'development-secrets', 'redis-cluster', 'redis-backup'];

/** A Redis Cluster by itself, without the rest of the platform. */
export class RedisInstallation {
  readonly namespace: Namespace;
  readonly user?: { name: string; password: string };

  constructor(private environment: Environment) {
    this.namespace = new Namespace(environment.namespace);
    const password = environment.developmentSecrets?.['redis-cluster-users']?.['application'];
    if (environment.redisCluster.access === 'users') this.user = { name: 'application', password: password! };
  }

  /** Who signed the certificates of the servers. */
  get authority(): string | undefined {
    return this.environment.developmentSecrets?.['redis-cluster-tls']?.['ca.crt'];
  }

  /** @param charts those to apply @default - all of them */
  apply(change: Partial<Environment> = {}, charts = CHARTS): void {
    this.environment = { ...this.environment, ...change };
    kubectl(['apply', '-f', '-'], manifests(this.environment, ...charts));
  }

  resize(topology: Topology): void {
    this.apply({ redisCluster: { ...this.environment.redisCluster, topology } }, ['namespace', 'redis-cluster']);
  }

  get shape() {
    return shape(this.environment.redisCluster.topology);
  }

  get seeds(): string {
    return addresses(platform(this.environment).redisCluster.clients.seeds);
  }

  get statefulSets(): string[] {
    return Array.from({ length: this.shape.shards }, (_, shard) => `statefulset/redis-cluster-${shard}`);
  }

  get pods(): string[] {
    const { shards, replicas } = this.shape;
    return Array.from({ length: shards * (replicas + 1) }, (_, index) => {
      return `redis-cluster-${Math.floor(index / (replicas + 1))}-${index % (replicas + 1)}`;
    });
  }

  /** redis-cli as the operator, at one server. */
  cli(pod: string, ...command: string[]): string {
    const script = 'AS=operator; . /etc/redis/cli.sh; tool 20 -h "$LOCAL" -p "$PORT" "$@"';
    return this.namespace.run('exec', pod, '-c', 'keeper', '--', 'sh', '-c', script, 'cli', ...command).trim();
  }

  /** The same wherever the keys are. */
  cluster(...command: string[]): string {
    return this.cli(this.pods[0]!, '-c', ...command);
  }

  tryCli(pod: string, ...command: string[]): string {
    try {
      return this.cli(pod, ...command);
    } catch {
      return '';
    }
  }

  /** What each server says of itself and of its cluster, asked from one of the pods: six kubectl would take seconds. */
  private infos(): string[] {
    const script =
      '. /etc/redis/cli.sh; for pod in $(pods); do ask "$(host_of "$pod")" "CLUSTER INFO" "INFO replication"; echo ---; done';
    const said = this.namespace.try('exec', this.pods[0]!, '-c', 'keeper', '--', 'sh', '-c', script).output;
    return said.split('---\n').slice(0, this.pods.length);
  }

  /** Every server sees a master that serves for every slot. */
  isServing(): boolean {
    return this.infos().every(servesAllSlots);
  }

  /** Whether all slots are served, there are as many nodes as pods, and every replica is in sync. */
  isWell(): boolean {
    const known = new RegExp(`cluster_known_nodes:${this.pods.length}\\s`);
    return this.infos().every(
      (info) => servesAllSlots(info) && known.test(info) && /role:master|master_link_status:up/.test(info),
    );
  }

  awaitWell(): void {
    eventually('the cluster to be well', () => this.isWell());
  }

  /** Every pod is as it was applied last, ready, and the cluster is well. */
  awaitReady(): void {
    this.namespace.awaitRollout(...this.statefulSets);
    this.namespace.awaitReady(...this.pods);
    this.awaitWell();
  }

  /** `true` for a server that is a master. */
  isMaster = (pod: string) => this.tryCli(pod, 'role').startsWith('master');

  /** Writes so many keys with one text; gives what is expected to be there. */
  fill(keys: number): void {
    const script =
      'AS=operator; . /etc/redis/cli.sh; i=0; ' +
      `while [ $i -lt ${keys} ]; do echo "SET kept:$i value-$i"; i=$((i+1)); done | tool 60 -c -h "$LOCAL" -p "$PORT" | grep -c OK`;
    const written = this.namespace.run('exec', this.pods[0]!, '-c', 'keeper', '--', 'sh', '-c', script).trim();
    if (!written.startsWith(`${keys}`)) throw new Error(`wrote ${written} of ${keys} keys`);
  }

  /** How many keys there are, each counted once. */
  count(): number {
    const script = '. /etc/redis/cli.sh; AS=operator; count_keys';
    // For a moment the name of a pod that was replaced leads nowhere.
    return eventually('the keys to be counted', () => {
      const { ok, output } = this.namespace.try('exec', this.pods[0]!, '-c', 'keeper', '--', 'sh', '-c', script);
      return ok ? { keys: Number(output.trim()) } : undefined;
    }).keys;
  }
}

/** The single server of a laptop, where it runs with the platform. */
export const onKind = () => new RedisInstallation(kind);
