import type { BackupSize } from '../../../lib/backup-jobs';
import { backupDiskErrors, backupSize } from '../../../lib/values/backups';
import { oneOf, optional } from '../../../lib/values/check';
import { hostPort } from '../../../lib/values/networks';
import { whole } from '../../../lib/values/numbers';
import { type Rule, record, union } from '../../../lib/values/record';
import { disk, memory, resources } from '../../../lib/values/sizes';
import { access, maxmemoryErrors } from '../redis/rules';
import {
  type HighlyAvailable,
  maxmemory,
  type RedisClusterSize,
  type Sharded,
  type Single,
  shape,
  type Topology,
} from './size';

/** Each shard is a StatefulSet, and each of its pods is known to every other one. */
const shards = whole(1, 100);

const topology = union<Topology>({
  single: record<Single>({ kind: oneOf('single') }),
  sharded: record<Sharded>({ kind: oneOf('sharded'), shards }, majorityErrors),
  highlyAvailable: record<HighlyAvailable>(
    { kind: oneOf('highlyAvailable'), shards, replicas: whole(1, 5) },
    majorityErrors,
  ),
});

function majorityErrors({ shards }: Sharded | HighlyAvailable): string[] {
  if (shards > 2) return [];
  return [
    `redisCluster.topology.shards is ${shards}: a new master is elected by a majority of the masters, and of ${shards} ` +
      `none is left when one is lost. Set it to 3 or more, or the topology to { kind: 'single' }.`,
  ];
}

/** A log, the log that replaces it, and a snapshot. */
const FILES_PER_KEYSPACE = 3;

function claimErrors(size: RedisClusterSize): string[] {
  const keys = maxmemory(size).toMebibytes();
  const [has, needs] = [size.disk.toMebibytes(), keys * FILES_PER_KEYSPACE];
  if (has >= needs) return [];
  return [
    `redisCluster.disk is ${has} MiB, but ${keys} MiB of keys need ${needs} MiB: the log, the log that ` +
      `replaces it, and a snapshot. Raise it to ${needs} MiB.`,
  ];
}

/** What a Redis Cluster may be. */
export const redisClusterSize = record<RedisClusterSize>(
  {
    topology,
    access,
    transport: oneOf('plain', 'tls'),
    resources: resources(64),
    maxmemory: optional(memory(8)),
    disk: disk(64),
    host: optional(hostPort),
  },
  (size) => maxmemoryErrors('redisCluster', maxmemory(size), size.resources.memoryLimit, 'persistent'),
  claimErrors,
);

export const redisBackupSize = backupSize('"0 2 * * *", every night at two');

/** Every backup has the keys of all shards. */
export const redisBackupErrors: Rule<{
  readonly redisBackup: BackupSize;
  readonly redisCluster: RedisClusterSize;
}> = ({ redisBackup, redisCluster }) =>
  backupDiskErrors(
    'redisBackup',
    redisBackup,
    shape(redisCluster.topology).shards * maxmemory(redisCluster).toMebibytes(),
  );

/** What is allowed, and should be known. */
export const topologyNotices = (topology: Topology): string[] =>
  topology.kind === 'sharded'
    ? [
        `redisCluster.topology is sharded: ${topology.shards} masters without replicas. When a node is lost its keys cannot ` +
          `be reached until it is back, and are lost with its volume. For failover: { kind: 'highlyAvailable', shards: ` +
          `${topology.shards}, replicas: 1 }.`,
      ]
    : [];
