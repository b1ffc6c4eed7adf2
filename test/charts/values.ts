import { Duration, Size } from 'cdk8s';
import { valueErrors } from '../../charts/values';
import { environments } from '../../config/environments';
import { topics } from '../../config/topics';
import { errorsAt } from '../errors-at';

const { gibibytes, mebibytes } = Size;

it.each(environments)('The values of $name are right', (environment) => {
  expect(valueErrors(environment)).toEqual([]);
});

const WRONG: [path: string, value: unknown, says: RegExp][] = [
  ['name', undefined, /^name is missing: it must be 1 to 63/],
  ['name', '', /^name is "": it must be 1 to 63/],
  ['name', '../production', /^name is "..\/production"/],
  ['namespace', 'default', /^namespace is "default", which belongs to the cluster\. Choose/],
  ['namespace', 'kube-system', /belongs to the cluster/],
  ['storageClass', '', /^storageClass is "": it must be up to 253/],
  ['storageClass', 'Fast SSD', /^storageClass is/],
  ['spread', [3n], /^spread is \["3"\]: it must be 'required' or 'preferred'\.$/],
  ['spread', 'some', /^spread is "some": it must be 'required' or 'preferred'\.$/],
  ...[0, -1, Number.NaN, 0.5, 4, '500'].map((cpu): [string, unknown, RegExp] => [
    'akhq.resources.cpu',
    cpu,
    /^akhq\.resources\.cpu is .*: it must be a whole number of 10 or more thousandths of a core: 1000 are one core\.$/,
  ]),
  ['kafka.resources.memory', mebibytes(0), /^kafka\.resources\.memory is 0 MiB: it must be 16 MiB to 12 TiB/],
  [
    'kafka.heap',
    mebibytes(512.5),
    /^kafka\.heap is 512\.5 MiB: it must be a whole number of MiB, as in Size\.mebibytes\(513\)/,
  ],
  [
    'kafka.heap',
    gibibytes(0.7),
    /^kafka\.heap is 0\.7 GiB: it must be a whole number of MiB, as in Size\.mebibytes\(717\)/,
  ],
  ['kafka.heap', mebibytes('5' as never), /^kafka\.heap is 5 MiB: it must be a size of 128 MiB/],
  ['kafka.heap', mebibytes(Number.NaN), /^kafka\.heap is NaN MiB: it must be a size/],
  ['kafka.heap', mebibytes(Infinity), /^kafka\.heap is Infinity MiB: it must be a size/],
  ['kafka.heap', 512, /^kafka\.heap is 512: it must be a size of 128 MiB to 12 TiB, as in Size\.mebibytes\(128\)/],
  ['zookeeper.data', mebibytes(0), /^zookeeper\.data is 0 MiB: it must be 128 MiB to 64 TiB/],
  ['postgres.disk', mebibytes(64), /^postgres\.disk is 64 MiB: it must be 512 MiB/],
  ['kong.storage.disk', mebibytes(64), /^kong\.storage\.disk is 64 MiB: it must be 1 GiB/],
  ['redis.maxmemory', mebibytes(0), /^redis\.maxmemory is 0 MiB: it must be 8 MiB/],
  ['redis.resources.memoryLimit', mebibytes(0), /^redis\.resources\.memoryLimit is 0 MiB/],
  [
    'backend.autoscaling',
    { mostReplicas: 2, cpuPercent: 70 },
    /^backend\.autoscaling\.mostReplicas is 2, less than backend\.replicas, 3/,
  ],
  ['kong.autoscaling.cpuPercent', 0, /^kong\.autoscaling\.cpuPercent is 0: it must be a whole number of 1 or more/],
  ['kafka.brokers', 20_000, /^kafka\.brokers is 20000: it must be a whole number of 1 to 100\.$/],
  [
    'redisCluster.topology.shards',
    16_385,
    /^redisCluster\.topology\.shards is 16385: it must be a whole number of 1 to 100/,
  ],
  [
    'redisCluster.topology',
    { kind: 'star' },
    /^redisCluster\.topology\.kind is "star": it must be 'single' or 'sharded' or/,
  ],
  ['redisCluster.topology', undefined, /^redisCluster\.topology is missing: it must be an object with kind: 'single'/],
  ['kafka.threads', undefined, /^kafka\.threads is missing: it must be an object with network, io, replicaFetchers/],
  ['kafka.brokrs', 3, /^kafka\.brokrs is not known: did you mean kafka\.brokers\?$/],
  ['colour', 'red', /^colour is not known: there are .*\bname, namespace, .* Remove it\.$/],
  ['kafka.shutdown.graceSeconds', 900.5, /^kafka\.shutdown\.graceSeconds is 900\.5: it must be a whole number/],
  ['kafka.traffic', Number.NaN, /^kafka\.traffic is NaN: it must be a number above 0/],
  ['kong.drainSeconds', -5, /^kong\.drainSeconds is -5: it must be a whole number of 0 or more/],
  ['kong.drainSeconds', 2.5, /^kong\.drainSeconds is 2\.5/],
  ['kong.entry.clients', ['garbage'], /^kong\.entry\.clients\[0\] is "garbage": it must be a network with its mask/],
  ['kong.entry.clients', ['10.0.0.1/8'], /^kong\.entry\.clients\[0\] is "10\.0\.0\.1\/8"/],
  ['kong.entry.clients', [], /^kong\.entry\.clients is \[\]: it must be a list of 1 to 1000/],
  ['kong.entry.clients', ['10.0.0.0/8', '10.0.0.0/8'], /^kong\.entry\.clients has "10\.0\.0\.0\/8" twice/],
  ['kong.origins', ['http://'], /^kong\.origins\[0\] is "http:\/\/": it must be the address of a site/],
  ['podNetwork', '10.244.0.0', /^podNetwork is "10\.244\.0\.0": it must be a network of IPv4 with its mask/],
  ['podNetwork', '0.0.0.0/0', /^podNetwork/],
  ['podNetwork', 'fd00::/8', /^podNetwork/],
  ['apiServer.networks', ['10.0.0.1/24'], /^apiServer\.networks\[0\] is "10\.0\.0\.1\/24": it must be a network/],
  ['apiServer.ports', [0], /^apiServer\.ports\[0\] is 0: it must be a port/],
  ['topics', [], /^topics is \[\]: it must be a list of 1 to 1000/],
  ['topics.0.name', '__mine', /^topic "__mine" begins with "__", as Kafka's own do\. Rename it\.$/],
  [
    'topics.0.retention',
    Duration.days(0),
    /^topic "bss\.events"\.retention is 0 seconds: it must be 1 hour to 3650 days/,
  ],
  ['topics.0.rate', Size.kibibytes(0), /^topic "bss\.events"\.rate is 0 KiB/],
  [
    'topics',
    topics.map((topic) => ({ ...topic, partitions: 1000 })),
    new RegExp(`^the topics have ${3000 * topics.length} copies .* kafka\\.brokers to 9 or more\\.$`),
  ],
  ['databases.0.name', 'a/b', /^database "a\/b" has no legal name/],
  [
    'databases.1',
    { name: 'bss_restored', holds: 'x' },
    /^database "bss_restored" is called like one that a restore makes/,
  ],
  ['databases.1', { name: 'public', holds: 'x' }, /^database "public" is one that the server/],
  [
    'images.kafka',
    'confluentinc/cp-kafka:8.0.0',
    /^images\.kafka is .*: this chart is for 7\.x\. Version 8 has no ZooKeeper/,
  ],
  ['images.kong', 'kong:3.6.0', /this chart is for 3\.5\.x/],
  ['images.redis', 'redis:6.2.14', /this chart is for Redis 7\.x and Valkey/],
  ['images.redis', 'redis:8.0.1', /this chart is for Redis 7\.x and Valkey/],
  ['images.akhq', 'tchiotludo/akhq:0.25.0', /this chart is for 0\.24\.x/],
  ['images.backend', 'https://ghcr.io/bss/backend:1', /^images\.backend is .* without "https:\/\/"\.$/],
  ['images.backend', 'BSS/backend:1', /^images\.backend is .* a path of a-z/],
  ['images.backend', `bss/backend:${'1'.repeat(64)}`, /^images\.backend is .*: its tag is also a label/],
  ['images.backend', 'bss/backend:1-', /its tag is also a label/],
  [
    'developmentSecrets.akhq',
    { 'users.yml': '' },
    /^developmentSecrets\.akhq\.users\.yml is "": it must be 1 to 20000/,
  ],
];

it.each(WRONG)('%s is not %j', (path, value, says) => {
  expect(errorsAt(path, value)).toEqual([expect.stringMatching(says)]);
});
