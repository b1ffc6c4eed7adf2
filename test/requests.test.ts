import { Size } from 'cdk8s';
import { totalRequests } from '../lib/requests';
import { Workload } from '../lib/workload';
import { everyEnvironment, nameOf, plainText } from './manifests';

expect.addSnapshotSerializer(plainText);

const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);

const table = (rows: (string | number)[][]) =>
  rows
    .map(([name, ...numbers]) =>
      [String(name).padEnd(28), ...numbers.map((each) => String(each).padStart(6))].join(' '),
    )
    .join('\n');

it('The laptop gives messaging 0.8 CPU and 4 GiB at most, Redis 0.15 CPU and 512 MiB, the gateway 0.15 CPU and 320 MiB', () => {
  const { app } = everyEnvironment[0]!.manifests;
  const rows = Workload.all(app).map(({ name, replicas, resources }) => [
    name,
    replicas,
    resources.cpu,
    resources.memory.toMebibytes(),
  ]);
  const { cpu, memory } = totalRequests(app, 'at rest');
  expect(table([['', 'pods', 'mCPU', 'MiB'], ...rows, ['together', '', cpu, memory]])).toMatchInlineSnapshot(`
                               pods   mCPU    MiB
zookeeper                         1     50    256
kafka                             3    155   1040
topics                            1     50    128
topics-drift                      1     50    128
akhq                              1    100    320
redis-cluster                     1     70    272
redis-backup                      1     10     32
redis-backup-restore              1     10     32
redis                             1     30     64
kong                              1    150    256
together                               985   4608
`);
  const charts = (name: RegExp) => {
    const all = app.charts.filter(({ node }) => name.test(node.id)).map((chart) => totalRequests(chart, 'at rest'));
    return { cpu: sum(all.map((each) => each.cpu)), memory: sum(all.map((each) => each.memory)) };
  };
  const [redis, kong] = [charts(/^redis/), charts(/^kong/)];
  expect([redis.cpu, redis.memory].map((each, index) => each <= [150, 512][index]!)).toEqual([true, true]);
  expect([kong.cpu, kong.memory].map((each, index) => each <= [150, 320][index]!)).toEqual([true, true]);
  expect(cpu - redis.cpu - kong.cpu).toBeLessThanOrEqual(800);
  expect(memory - redis.memory - kong.memory).toBeLessThanOrEqual(Size.gibibytes(4).toMebibytes());
});

it.each(everyEnvironment)(
  'The quota of $name has room while everything is replaced, and for a shell',
  ({ manifests }) => {
    const { cpu, memory } = totalRequests(manifests.app, 'while everything is replaced');
    const quota = manifests.objects.find((object) => object.kind === 'ResourceQuota');
    expect(quota?.spec).toEqual({
      hard: { 'requests.cpu': `${cpu + 1000}m`, 'requests.memory': `${memory + 2048}Mi` },
    });
  },
);

it.each(everyEnvironment)('The sum of $name is that of its containers', ({ manifests }) => {
  const autoscaled = new Map(
    manifests
      .ofKind('HorizontalPodAutoscaler')
      .map(({ spec: { scaleTargetRef, minReplicas } }) => [
        `${scaleTargetRef.kind}/${scaleTargetRef.name}`,
        minReplicas,
      ]),
  );
  const pods = manifests.pods().flatMap(({ owner, spec }) =>
    spec.containers.map(({ resources }) => ({
      replicas: (owner.spec as { replicas?: number }).replicas ?? autoscaled.get(nameOf(owner)) ?? 1,
      requests: resources!.requests!,
    })),
  );
  const sum = (amount: (requests: Record<string, string>) => number) =>
    pods.reduce((total, { replicas, requests }) => total + replicas * amount(requests), 0);
  expect(totalRequests(manifests.app, 'at rest')).toEqual({
    cpu: sum(({ cpu }) => Number.parseInt(cpu!, 10)),
    memory: sum(({ memory }) => Number.parseInt(memory!, 10) * (memory!.endsWith('Gi') ? 1024 : 1)),
  });
});
