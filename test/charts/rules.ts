import { Duration, Size } from 'cdk8s';
import type { Environment } from '../../charts/environment';
import { platform } from '../../charts/platform';
import { model } from '../../charts/synth';
import { environmentNamed, environments } from '../../config/environments';
import { laptop as kind } from '../environments';
import { Manifests } from '../manifests';

const { gibibytes, mebibytes } = Size;
const { topics } = kind;

const developmentSecrets = kind.developmentSecrets!;

const errors = (change: Partial<Environment>) => model({ ...kind, ...change }).errors;

const kafka = (change: Partial<Environment['kafka']>) => errors({ kafka: { ...kind.kafka, ...change } });
const zookeeper = (change: Partial<Environment['zookeeper']>) =>
  errors({ zookeeper: { ...kind.zookeeper, ...change } });
const images = (kafkaImage: string) => errors({ images: { ...kind.images, kafka: kafkaImage } });
const exposed = (change: Partial<NonNullable<Environment['exposure']>>) =>
  errors({ exposure: { ...kind.exposure!, ...change } });
const topic = (...changes: Partial<(typeof topics)[number]>[]) =>
  errors({ topics: changes.map((change) => ({ ...topics[0]!, rate: Size.kibibytes(1), ...change })) });

it.each(environments)('$name breaks no rule', (environment) => {
  expect(model(environment).errors).toEqual([]);
});

describe('Kafka', () => {
  it('cannot hold more copies than there are brokers', () => {
    expect(kafka({ replication: 4 })).toEqual([
      'kafka.replication is 4, but there are 3 brokers, and a broker holds one copy of a partition. ' +
        'Set kafka.replication to 3 or less, or kafka.brokers to 4 or more.',
    ]);
  });

  it('must be able to do without one copy', () => {
    expect(kafka({ minInsyncReplicas: 3 })).toEqual([
      'kafka.minInsyncReplicas is 3 and kafka.replication 3: with acks=all every restart of a broker would stop writes. ' +
        'Set kafka.minInsyncReplicas to 2 or less.',
    ]);
    expect(kafka({ replication: 1, minInsyncReplicas: 1 })[0]).toMatch(
      /writes\. Set kafka\.replication to 2 or more\.$/,
    );
    expect(kafka({ minInsyncReplicas: 2 })).toEqual([]);
  });

  it('needs more memory than twice its heap', () => {
    expect(kafka({ heap: mebibytes(769) })).toEqual([
      'kafka.heap is 769 MiB, more than half of the memory limit of 1536 MiB: the rest is page cache and what the JVM ' +
        'needs beside its heap. Set kafka.heap to 768 MiB or less, or the limit to 1538 MiB or more.',
    ]);
    expect(kafka({ heap: mebibytes(768) })).toEqual([]);
  });

  it('is not killed while it waits to leave', () => {
    expect(kafka({ shutdown: { leaveSeconds: 240, graceSeconds: 240 } })).toEqual([
      'kafka.shutdown.graceSeconds is 240, but a broker waits up to leaveSeconds = 240 before it begins to stop: it would ' +
        'be killed. Set graceSeconds to 300 or more, a minute for the logs.',
    ]);
  });

  it('has room for what the topics keep on 70 % of its disks', () => {
    expect(kafka({ disk: gibibytes(3) })).toEqual([
      'the topics keep 11.8 GiB (rate × retention × 3 replicas × traffic 0.004), but 70 % of 3 disks of 3.0 GiB are ' +
        '6.3 GiB. Set kafka.disk to 6 GiB or more, or shorten a retention: "bss.events" alone keeps 8.1 GiB.',
    ]);
    expect(kafka({ disk: gibibytes(6) })).toEqual([]);
  });
});

describe('ZooKeeper', () => {
  it('needs an odd number of servers', () => {
    expect(zookeeper({ servers: 4 })).toEqual([
      'zookeeper.servers is 4: an ensemble needs an odd number, as 4 tolerate no more failures than 3. Set it to 3 or 5.',
    ]);
    expect(zookeeper({ servers: 5 })).toEqual([]);
  });

  it('needs more memory than twice its heap', () => {
    expect(zookeeper({ heap: mebibytes(300) })).toEqual([
      'zookeeper.heap is 300 MiB, more than half of the memory limit of 512 MiB: the rest is page cache and what the JVM ' +
        'needs beside its heap. Set zookeeper.heap to 256 MiB or less, or the limit to 600 MiB or more.',
    ]);
  });
});

describe('A topic', () => {
  it.each(['bss events', 'ereignisse-für-bss', '', '.', '..', 'bss.events\u200b'])('cannot be called "%s"', (name) => {
    expect(topic({ name })).toEqual([
      `topic "${name}" has no legal name: use 1 to 249 of the characters a-z, A-Z, 0-9, ".", "_" and "-".`,
    ]);
  });

  it('has a name of 249 characters at most, and not one of Kafka itself', () => {
    expect(topic({ name: 'x'.repeat(250) })).toEqual([
      expect.stringMatching(/^topic "x{59}… \(252 characters\) has no/),
    ]);
    expect(topic({ name: '__consumer_offsets' })).toEqual([
      'topic "__consumer_offsets" begins with "__", as Kafka\'s own do. Rename it.',
    ]);
  });

  it.each(['bss.events', '...', 'A_b-9', 'x'.repeat(249)])('can be called "%s"', (name) => {
    expect(topic({ name })).toEqual([]);
  });

  it('has another name than every other, also where "." becomes "_"', () => {
    const message = (one: string, other: string) => [
      `topics "${one}" and "${other}" have the same name in metrics, where "." becomes "_". Rename one of them.`,
    ];
    expect(topic({ name: 'bss.events' }, { name: 'bss_events' })).toEqual(message('bss.events', 'bss_events'));
    expect(topic({ name: 'bss.events' }, { name: 'bss.events' })).toEqual(message('bss.events', 'bss.events'));
  });

  it.each([0, -1, 1.5, Number.NaN])('cannot have %d partitions', (partitions) => {
    expect(topic({ name: 'bss.events', partitions })).toEqual([
      `topic "bss.events".partitions is ${partitions}: it must be a whole number of 1 or more.`,
    ]);
  });

  it('keeps a segment longer than its retention, which counts as disk space', () => {
    // 1 KiB/s × (7 + 1) days × 3 copies = 1.98 GiB.
    const one = { name: 'a', retention: Duration.days(7), rate: Size.kibibytes(1) };
    const on = (disk: Size) =>
      errors({ topics: [{ ...topics[0]!, ...one }], kafka: { ...kind.kafka, traffic: 1, disk } });
    expect(on(mebibytes(965))).toEqual([]);
    expect(on(mebibytes(964))).toHaveLength(1);
  });
});

describe('A port of the host', () => {
  it('leads to one thing only', () => {
    expect(exposed({ akhq: { hostPort: 9093, nodePort: 30083 } })).toEqual([
      'hostPort 9093 is given to both Kafka broker kafka-1 and AKHQ. Change one of them.',
    ]);
  });

  it('has a port of the node of its own', () => {
    expect(exposed({ akhq: { hostPort: 8083, nodePort: 30094 } })).toEqual([
      'nodePort 30094 is given to both Kafka broker kafka-2 and AKHQ. Change one of them.',
    ]);
  });

  it('has a port of the node in the range that Kubernetes hands out', () => {
    const message = (port: number) =>
      `exposure.akhq.nodePort is ${port}: it must be a port of the node, a whole number of 30000 to 32767.`;
    expect(exposed({ akhq: { hostPort: 8083, nodePort: 29999 } })).toEqual([message(29999)]);
    expect(exposed({ akhq: { hostPort: 8083, nodePort: 32768 } })).toEqual([message(32768)]);
    expect(exposed({ akhq: { hostPort: 8083, nodePort: 32767 } })).toEqual([]);
    // Those of the brokers count up.
    expect(exposed({ kafka: { hostPort: 65534, nodePort: 32766 } })).toEqual([
      'hostPort of Kafka broker kafka-2 is 65536: it must be a port, a whole number of 1 to 65535.',
      'nodePort of Kafka broker kafka-2 is 32768: it must be a port of the node, a whole number of 30000 to 32767.',
    ]);
  });

  it('is a port at all', () => {
    const message = (port: number) =>
      `exposure.akhq.hostPort is ${port}: it must be a port, a whole number of 1 to 65535.`;
    expect(exposed({ akhq: { hostPort: 0, nodePort: 30083 } })).toEqual([message(0)]);
    expect(exposed({ akhq: { hostPort: 65536, nodePort: 30083 } })).toEqual([message(65536)]);
  });
});

describe('A number of things', () => {
  const message = (name: string, value: number) => `${name} is ${value}: it must be a whole number of 1 or more.`;

  it.each([0, 1.5, -1])('cannot be %d', (value) => {
    expect(kafka({ minInsyncReplicas: value })).toContain(message('kafka.minInsyncReplicas', value));
    expect(kafka({ brokers: value, replication: value })).toContain(message('kafka.brokers', value));
    expect(kafka({ threads: { network: value, io: value, replicaFetchers: value } })).toEqual([
      message('kafka.threads.network', value),
      message('kafka.threads.io', value),
      message('kafka.threads.replicaFetchers', value),
    ]);
    expect(zookeeper({ servers: value })).toContain(message('zookeeper.servers', value));
  });
});

it('A pod does not request more memory than it may use', () => {
  const akhq = { cpu: 100, memory: mebibytes(513), memoryLimit: mebibytes(512) };
  expect(errors({ akhq })).toEqual([
    'akhq.memory is 513 MiB, more than akhq.memoryLimit of 512 MiB. Raise the limit or lower the request.',
  ]);
  // A sidecar's limit must not hide it.
  const resources = { cpu: 100, memory: mebibytes(1550), memoryLimit: mebibytes(1536) };
  expect(kafka({ resources })).toEqual([
    'kafka.resources.memory is 1550 MiB, more than kafka.resources.memoryLimit of 1536 MiB. Raise the limit or lower the request.',
  ]);
});

it('A namespace has a legal name', () => {
  expect(errors({ namespace: 'BSS_live' })).toEqual([
    'namespace is "BSS_live": it must be 1 to 63 of the characters a-z, 0-9 and "-", which may not be first or last.',
  ]);
});

it('A schedule has five fields', () => {
  expect(errors({ topicsJob: { ...kind.topicsJob, driftSchedule: '@hourly' } })).toEqual([
    'topicsJob.driftSchedule is "@hourly": it needs five fields, as in "0 * * * *", every hour.',
  ]);
});

describe('An image', () => {
  it.each(['confluentinc/cp-kafka', 'confluentinc/cp-kafka:latest', 'registry:5000/cp-kafka', 'cp-kafka:'])(
    '"%s" does not say which version it is',
    (image) => {
      expect(images(image)).toEqual([
        `images.kafka is "${image}": it must name a tag other than latest, as in "name:7.6.0", or pods of one set may differ.`,
      ]);
    },
  );

  it.each(['cp-kafka:7.6.0', 'registry.example:5000/a/cp-kafka:7.6.0', `cp-kafka:7.6.0@sha256:${'0'.repeat(64)}`])(
    '"%s" does',
    (image) => {
      expect(images(image)).toEqual([]);
    },
  );
});

describe('Development Secrets', () => {
  it('have a value for every key that is read', () => {
    const { 'users.yml': users } = developmentSecrets['akhq']!;
    expect(errors({ developmentSecrets: { ...developmentSecrets, akhq: { 'users.yml': users! } } })).toEqual([
      'developmentSecrets has no value for key "jwt-signing-key" of Secret "akhq". Add it, or leave developmentSecrets out.',
    ]);
    const keys = Object.values(developmentSecrets).flatMap(Object.keys);
    expect(errors({ developmentSecrets: {} })).toHaveLength(keys.length);
  });

  it.each([
    [
      'kong-keys',
      'bss-mobile',
      'short',
      'has a line of 5 characters. Put 16 or more of the characters A-Z a-z 0-9 _ - there',
    ],
    ['kong-keys', 'bss-mobile', 'partner_api_key_789\nb c d e f g h i j k', 'has a character that is none of those'],
    [
      'akhq',
      'jwt-signing-key',
      'x'.repeat(31),
      'has 31 characters. Put one line of 32 or more printable characters there.',
    ],
    ['akhq', 'users.yml', 'akhq: [', 'is no YAML'],
    ['akhq', 'users.yml', 'akhq: {}', 'names no users'],
    ['postgres-users', 'bss', 'one\ntwo', 'has more than one line'],
    ['pghero', 'secret-key-base', 'größe'.repeat(9), 'has a character that is not printable ASCII'],
  ])('have values that the pods take: not every one for %s %s', (secret, key, value, says) => {
    const changed = { ...developmentSecrets, [secret]: { ...developmentSecrets[secret], [key]: value } };
    expect(errors({ developmentSecrets: changed })).toEqual([
      expect.stringContaining(`developmentSecrets.${secret}.${key} ${says}`),
    ]);
  });

  it('tell consumers apart, and hold nothing that nobody reads', () => {
    const keys = { ...developmentSecrets['kong-keys'], 'bss-mobile': 'partner_api_key_789' };
    expect(errors({ developmentSecrets: { ...developmentSecrets, 'kong-keys': keys } })).toEqual([
      'developmentSecrets.kong-keys has the same line twice: it could not be told who calls. Give each consumer a key of its own.',
    ]);
    expect(errors({ developmentSecrets: { ...developmentSecrets, akqh: { password: 'x' } } })).toEqual([
      'developmentSecrets has a value for key "password" of Secret "akqh", which nothing reads. Remove it.',
    ]);
  });

  it('can be left out: then the operator makes the Secrets', () => {
    expect(errors({ developmentSecrets: undefined })).toEqual([]);
  });
});

describe('Secrets with which images are pulled', () => {
  const pulling = (...imagePullSecrets: string[]) => ({ ...kind, imagePullSecrets });

  it('are those of every ServiceAccount', () => {
    const accounts = (environment: Environment) => new Manifests(platform(environment).app).ofKind('ServiceAccount');
    const references = accounts(pulling('registry', 'mirror.example')).map(({ imagePullSecrets }) => imagePullSecrets);
    expect(references).toEqual(accounts(kind).map(() => [{ name: 'registry' }, { name: 'mirror.example' }]));
    expect(references.length).toBeGreaterThan(10);
  });

  it.each(['', 'Registry', 'two words', '-registry', 'a..b', 'x'.repeat(254)])('cannot be called "%s"', (name) => {
    expect(errors(pulling(name))).toEqual([
      expect.stringMatching(/^imagePullSecrets\[0\] is ".*: it must be up to 253 of the characters/),
    ]);
  });

  it('are named once', () => {
    expect(errors(pulling('registry', 'registry'))).toEqual([
      'imagePullSecrets has "registry" twice. Remove one of them.',
    ]);
  });
});

it('An environment has a name that there is', () => {
  expect(environmentNamed('production').name).toBe('production');
  expect(() => environmentNamed('prod')).toThrow(
    `unknown environment "prod": there are ${environments.map(({ name }) => name).join(', ')}`,
  );
});

it('All errors of an environment are found at once', () => {
  const wrong = { replication: 4, minInsyncReplicas: 4, heap: gibibytes(1) };
  const names = errors({
    kafka: { ...kind.kafka, ...wrong },
    zookeeper: { ...kind.zookeeper, servers: 2 },
    images: { ...kind.images, akhq: 'akhq' },
  }).map((message) => message.split(' ')[0]);
  expect(names.sort()).toEqual([
    'images.akhq',
    'kafka.heap',
    'kafka.minInsyncReplicas',
    'kafka.replication',
    'zookeeper.servers',
  ]);
});
