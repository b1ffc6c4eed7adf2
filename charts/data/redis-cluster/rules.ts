import { oneOf, optional } from '../../../lib/values/check';
import { whole } from '../../../lib/values/numbers';
import { type Rule, record, union } from '../../../lib/values/record';
import { disk, memory, resources } from '../../../lib/values/sizes';
import { claimErrors, maxmemoryErrors } from '../memory';
import { access, backupDiskErrors, backupFields } from '../rules';
import type { RedisBackupSize } from './backup';
import { maxmemory, type RedisClusterSize } from './redis-cluster';
import { type HighlyAvailable, type Sharded, type Single, shape, type Topology } from './topology';

const kind = { single: oneOf('single'), sharded: oneOf('sharded'), highlyAvailable: oneOf('highlyAvailable') };

/** Each shard is a StatefulSet, and each of its pods is known to every other one. */
const shards = whole(1, 100);

const topology = union<Topology>({
  single: record<Single>({ kind: kind.single }),
  sharded: record<Sharded>({ kind: kind.sharded, shards }, majorityErrors),
  highlyAvailable: record<HighlyAvailable>(
    { kind: kind.highlyAvailable, shards, replicas: whole(1, 5) },
    majorityErrors,
  ),
});

function majorityErrors({ shards }: Sharded | HighlyAvailable): string[] {
  return shards > 2
    ? []
    : [
        `redisCluster.topology.shards is ${shards}: a new master is elected by a majority of the masters, and of ${shards} ` +
          `none is left when one is lost. Set it to 3 or more, or the topology to { kind: 'single' }.`,
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
  },
  (size) => maxmemoryErrors('redisCluster', maxmemory(size), size.resources.memoryLimit, 'persistent'),
  (size) => claimErrors('redisCluster', size.disk, maxmemory(size)),
);

export const redisBackupSize = record<RedisBackupSize>(backupFields('"0 2 * * *", every night at two'));

/** Every backup has the keys of all shards. */
export const redisBackupErrors: Rule<{
  readonly redisBackup: RedisBackupSize;
  readonly redisCluster: RedisClusterSize;
}> = ({ redisBackup, redisCluster }) =>
  backupDiskErrors(
    'redisBackup',
    redisBackup,
    shape(redisCluster.topology).shards * maxmemory(redisCluster).toMebibytes(),
  );
