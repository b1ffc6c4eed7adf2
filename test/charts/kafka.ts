import { Size } from 'cdk8s';
import type { Environment } from '../../charts/environment';
import { complaints } from '../changed';
import { laptop as kind } from '../environments';

const { gibibytes, mebibytes } = Size;
const kafka = (change: Partial<Environment['kafka']>) => complaints({ kafka: { ...kind.kafka, ...change } });
const zookeeper = (change: Partial<Environment['zookeeper']>) =>
  complaints({ zookeeper: { ...kind.zookeeper, ...change } });

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
