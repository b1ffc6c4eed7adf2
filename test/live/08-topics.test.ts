import { Duration } from 'cdk8s';
import { manifests } from '../../cluster/installation';
import { kubectl } from '../../cluster/kubectl';
import type { Namespace } from '../../cluster/namespace';
import { kind } from '../../config/kind';
import { kafkaTool } from './kafka-tool';
import { laptop } from './shared';

let bss: Namespace;
beforeAll(() => {
  bss = laptop();
});
afterAll(() => {
  kubectl(['apply', '-f', 'dist/kind']);
  bss.run('delete', 'jobs', '-l', 'test=topics');
});

const describe_ = (topic: string) => kafkaTool(bss, 'kafka-topics', '--describe', '--topic', topic);

/** Starts the topics Job of the manifests under a name of its own. */
function start(name: string, manifest: string): void {
  const objects = manifest.split(/^---$/m);
  const job = objects.find((object) => /^kind: Job$/m.test(object))!;
  const renamed = job.replace(/name: topics-\w{8}/, `name: ${name}`).replace('backoffLimit: 6', 'backoffLimit: 0');
  const files = objects.find((object) => /name: topics-files/.test(object) && /^kind: ConfigMap$/m.test(object))!;
  kubectl(['apply', '-f', '-'], [files, renamed].join('---\n'));
  bss.run('label', 'job', name, 'test=topics');
}

/** The same, and gives its end and its output. */
function run(name: string, manifest: string): { succeeded: boolean; output: string } {
  start(name, manifest);
  return ended(name);
}

function ended(job: string): { succeeded: boolean; output: string } {
  bss.run('wait', `job/${job}`, '--for=jsonpath={.status.conditions[0].status}=True', '--timeout=300s');
  const succeeded = bss.run('get', 'job', job, '-o', 'jsonpath={.status.succeeded}') === '1';
  return { succeeded, output: bss.run('logs', `job/${job}`) };
}

test('the second run changes nothing and says so', () => {
  const { succeeded, output } = run('topics-again', manifests(kind, 'topics'));
  expect(output).toContain(`No change: all ${kind.topics.length} topics are as the catalogue says.`);
  expect(succeeded).toBe(true);
});

test('drift made by hand is mended by what runs on the schedule, and its log says what it was', () => {
  const configs = (...args: string[]) => kafkaTool(bss, 'kafka-configs', '--topic', 'bss.order.events', ...args);
  configs('--alter', '--add-config', 'retention.ms=1000,max.message.bytes=2000');

  const log = bss.runJob('topics-drift', 'topics-drift-by-hand');
  expect(log).toMatch(/bss.order.events +change +max.message.bytes 2000 -> \(unset\), retention.ms 1000 -> 604800000/);
  expect(log).toContain(`Done: 1 topics created or changed, all ${kind.topics.length} read back.`);
  expect(configs('--describe')).not.toMatch(/retention.ms=1000|max.message.bytes/);
});

test('a catalogue that comes back is carried out, though its Job is complete and is not run again', () => {
  const kept = (days: number) => [{ ...kind.topics[0]!, retention: Duration.days(days) }, ...kind.topics.slice(1)];
  const apply = (days: number) => kubectl(['apply', '-f', '-'], manifests({ ...kind, topics: kept(days) }, 'topics'));
  const retention = () => describe_(kind.topics[0]!.name).match(/retention\.ms=(\d+)/)![1];
  const milliseconds = (days: number) => `${Duration.days(days).toMilliseconds()}`;
  apply(8);
  bss.awaitJobs('app.kubernetes.io/name=topics');
  expect(retention()).toBe(milliseconds(8));
  expect(apply(7)).toMatch(/job.batch\/topics-\w+ unchanged/);
  expect(bss.run('get', 'cronjob', 'topics-drift', '-o', 'jsonpath={.spec.suspend}')).toBe('false');
  bss.runJob('topics-drift', 'topics-drift-by-hand');
  expect(retention()).toBe(milliseconds(7));
});

test('fewer partitions are refused with the reason, and nothing else of that run is done', () => {
  const topics = [
    ...kind.topics.map((topic) => (topic.name === 'bss.analytics.events' ? { ...topic, partitions: 2 } : topic)),
    { ...kind.topics[0]!, name: 'bss.another' },
  ];
  const { succeeded, output } = run('topics-fewer', manifests({ ...kind, topics }, 'topics'));
  expect(output).toContain(
    'bss.analytics.events has 6 partitions, the catalogue says 2: Kafka cannot take partitions away.',
  );
  expect(output).toContain('Nothing was changed.');
  expect(succeeded).toBe(false);
  expect(describe_('bss.analytics.events')).toContain('PartitionCount: 6');
  expect(kafkaTool(bss, 'kafka-topics', '--list')).not.toContain('bss.another');
});

test('another number of replicas is refused with the way to move them', () => {
  const kafka = { ...kind.kafka, replication: 2, minInsyncReplicas: 1 };
  const { succeeded, output } = run('topics-replicas', manifests({ ...kind, kafka }, 'topics'));
  expect(output).toContain('bss.events has 3 replicas, the catalogue says 2: replicas move whole disks, so not here.');
  expect(output).toContain('Nothing was changed.');
  expect(succeeded).toBe(false);
});

test('more partitions are added', () => {
  const scratch = { ...kind.topics[0]!, name: 'topics-test' };
  const only = (partitions: number) => manifests({ ...kind, topics: [{ ...scratch, partitions }] }, 'topics');
  expect(run('topics-three', only(3)).succeeded).toBe(true);
  const more = run('topics-five', only(5));
  expect(more.output).toMatch(/topics-test +change +partitions 3 -> 5/);
  expect(describe_('topics-test')).toContain('PartitionCount: 5');
  kafkaTool(bss, 'kafka-topics', '--delete', '--topic', 'topics-test');
});

test('of runs at the same moment each ends well, whichever of them makes a topic', () => {
  const topics = Array.from({ length: 10 }, (_, number) => ({ ...kind.topics[0]!, name: `topics-at-once-${number}` }));
  const names = ['one', 'two', 'three'].map((name) => `topics-at-once-${name}`);
  for (const name of names) start(name, manifests({ ...kind, topics }, 'topics'));
  for (const name of names) expect(ended(name)).toMatchObject({ succeeded: true });
  kafkaTool(bss, 'kafka-topics', '--delete', '--topic', 'topics-at-once-.*');
});

test('without brokers the Job ends with a sentence that says what it waited for', () => {
  const unreachable = manifests(kind, 'topics')
    .replaceAll(/kafka-(\d).bss.svc:9092/g, 'kafka-9$1.bss.svc:9092')
    .replace(/- "300"/g, '- "5"');
  const { succeeded, output } = run('topics-alone', unreachable);
  expect(output).toContain(
    'Waited 5 s for 3 brokers at kafka-90.bss.svc:9092,kafka-91.bss.svc:9092,kafka-92.bss.svc:9092: 0 have registered. Nothing was changed.',
  );
  expect(succeeded).toBe(false);
});
