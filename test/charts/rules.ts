import { Duration, Size } from 'cdk8s';
import type { Environment } from '../../charts/environment';
import { model } from '../../charts/synth';
import { environmentNamed, environments } from '../../config/environments';
import { laptop as kind } from '../environments';

const { gibibytes, mebibytes } = Size;

const errors = (change: Partial<Environment>) => model({ ...kind, ...change }).errors;

const kafka = (change: Partial<Environment['kafka']>) => errors({ kafka: { ...kind.kafka, ...change } });
const zookeeper = (change: Partial<Environment['zookeeper']>) =>
  errors({ zookeeper: { ...kind.zookeeper, ...change } });
const images = (kafkaImage: string) => errors({ images: { ...kind.images, kafka: kafkaImage } });
const akhqAt = (hostPort: number, nodePort: number) => errors({ akhq: { ...kind.akhq, host: { hostPort, nodePort } } });

it.each(environments)('$name breaks no rule', (environment) => {
  expect(model(environment).errors).toEqual([]);
});

describe('A port of the host', () => {
  it('leads to one thing only', () => {
    expect(akhqAt(9093, 30083)).toEqual([
      'hostPort 9093 is given to both Kafka broker kafka-1 and AKHQ. Change one of them.',
    ]);
  });

  it('has a port of the node of its own', () => {
    expect(akhqAt(8083, 30094)).toEqual([
      'nodePort 30094 is given to both Kafka broker kafka-2 and AKHQ. Change one of them.',
    ]);
  });

  it('has a port of the node in the range that Kubernetes hands out', () => {
    const message = (port: number) =>
      `akhq.host.nodePort is ${port}: it must be a port of the node, a whole number of 30000 to 32767.`;
    expect(akhqAt(8083, 29999)).toEqual([message(29999)]);
    expect(akhqAt(8083, 32768)).toEqual([message(32768)]);
    expect(akhqAt(8083, 32767)).toEqual([]);
    // Those of the brokers count up.
    expect(kafka({ host: { hostPort: 65534, nodePort: 32766 } })).toEqual([
      'hostPort of Kafka broker kafka-2 is 65536: it must be a port, a whole number of 1 to 65535.',
      'nodePort of Kafka broker kafka-2 is 32768: it must be a port of the node, a whole number of 30000 to 32767.',
    ]);
  });

  it('needs the network of the pods, which are no host', () => {
    expect(errors({ podNetwork: undefined })).toEqual(
      ['kafka', 'akhq', 'redis-cluster', 'prometheus', 'grafana', 'kong', 'kong'].map(
        (name) =>
          `${name} has a port of the host, but the platform has no podNetwork to tell pods from the host. Set it.`,
      ),
    );
  });

  it('is a port at all', () => {
    const message = (port: number) => `akhq.host.hostPort is ${port}: it must be a port, a whole number of 1 to 65535.`;
    expect(akhqAt(0, 30083)).toEqual([message(0)]);
    expect(akhqAt(65536, 30083)).toEqual([message(65536)]);
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
  const akhq = { resources: { cpu: 100, memory: mebibytes(513), memoryLimit: mebibytes(512) } };
  expect(errors({ akhq })).toEqual([
    'akhq.resources.memory is 513 MiB, more than akhq.resources.memoryLimit of 512 MiB. Raise the limit or lower the request.',
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
  expect(errors({ topicsJob: { ...kind.topicsJob, schedule: '@hourly' } })).toEqual([
    'topicsJob.schedule is "@hourly": it needs five fields, as in "0 * * * *", every hour.',
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

it('A schedule is not kept without anybody noticing, as runs are forgotten before', () => {
  const redisBackup = { ...kind.redisBackup, schedule: '0 2 * * *' };
  expect(errors({ redisBackup })).toEqual([
    'prometheus.retention is 24 hours, but whether redis-backup, which runs at "0 2 * * *", is overdue is seen after 31. ' +
      'Raise it, or let redis-backup run more often.',
  ]);
  expect(errors({ redisBackup: { ...redisBackup, schedule: '0 */6 * * *' } })).toEqual([]);
});

it('Samples are kept until it is seen that a budget burns slowly', () => {
  const kept = (hours: number) =>
    errors({ prometheus: { ...kind.prometheus, retention: Duration.hours(hours) } }).filter((each) =>
      /burns/.test(each),
    );
  expect(kept(7)).toEqual([]);
  expect(kept(6)).toEqual([
    'prometheus.retention is 6 hours, but that the budget of an objective burns slowly is seen where samples of 6 hours ago are ' +
      'kept. Raise it, best to 3d, over which that is counted.',
  ]);
});

it('What asks the API server is told where it is', () => {
  expect(errors({ apiServer: undefined })).toEqual([
    'kubernetes-state asks the API server, but the platform has no apiServer to let it get there. Set it.',
  ]);
});

it('Certificates are looked at where there are some', () => {
  expect(errors({ certificates: { resources: kind.prometheus.resources } })).toEqual([
    'certificates are to be looked at, but nothing speaks TLS with one of yours. Leave certificates out.',
  ]);
});
