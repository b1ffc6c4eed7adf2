import { Duration, Size } from 'cdk8s';
import { complaints } from '../changed';
import { laptop as kind } from '../environments';

const { mebibytes } = Size;
const { topics } = kind;
const topic = (...changes: Partial<(typeof topics)[number]>[]) =>
  complaints({ topics: changes.map((change) => ({ ...topics[0]!, rate: Size.kibibytes(1), ...change })) });

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
      complaints({ topics: [{ ...topics[0]!, ...one }], kafka: { ...kind.kafka, traffic: 1, disk } });
    expect(on(mebibytes(965))).toEqual([]);
    expect(on(mebibytes(964))).toHaveLength(1);
  });
});
