import { Duration, Size } from 'cdk8s';
import { diskNeed, segmentTime } from '../../charts/messaging/topics/topic';
import { catalogueFile } from '../../charts/messaging/topics/topics';
import { topics } from '../../config/topics';
import { plainText } from '../manifests';

expect.addSnapshotSerializer(plainText);

describe('The catalogue', () => {
  const lines = catalogueFile(topics, { replication: 3, minInsyncReplicas: 2 }).trimEnd().split('\n');

  it('has the ten topics of the original and the dead letters, and what was added to them', () => {
    const numbers = lines.map((line) => line.split(' ').slice(1, 3).map(Number) as [number, number]);
    const partitions = numbers.reduce((sum, [each]) => sum + each, 0);
    const replicas = numbers.reduce((sum, [each, copies]) => sum + each * copies, 0);
    expect(`${lines.length} topics, ${partitions} partitions, ${replicas} replicas`).toMatchInlineSnapshot(
      `11 topics, 36 partitions, 108 replicas`,
    );
  });

  it('says how long each is kept, to the millisecond', () => {
    const kept = lines.map((line) => `${line.split(' ')[0]} ${line.match(/retention\.ms=(\d+)/)![1]}`);
    expect(kept.join('\n')).toMatchInlineSnapshot(`
bss.events 604800000
bss.customer.events 604800000
bss.order.events 604800000
bss.invoice.events 604800000
bss.payment.events 604800000
bss.notification.events 604800000
bss.analytics.events 2592000000
bss.audit.events 31536000000
bss.service.provisioning 604800000
bss.billing.events 2592000000
bss.dead-letter.events 2592000000
`);
  });

  it('is written one topic a line, with all that Kafka is told about it', () => {
    expect(lines[0]).toBe(
      'bss.events 3 3 cleanup.policy=delete compression.type=producer min.insync.replicas=2 ' +
        'retention.ms=604800000 segment.ms=86400000',
    );
  });

  it.each([
    [1, 1],
    [7, 1],
    [14, 2],
    [30, 4],
    [365, 7],
  ])('closes the segments of %d days after %d', (retention, days) => {
    expect(segmentTime({ ...topics[0]!, retention: Duration.days(retention) }).toDays()).toBe(days);
  });

  it('counts replicas and open segments as disk space', () => {
    const topic = { ...topics[0]!, retention: Duration.days(7), rate: Size.mebibytes(1) };
    expect(diskNeed(topic, 3, 0.5)).toBe(8 * 86_400 * 3 * 0.5);
  });
});
