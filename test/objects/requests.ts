import { Size } from 'cdk8s';
import { Namespace } from '../../charts/foundation/namespace';
import { cpuQuantity, quantity } from '../../lib/container';
import { objectsOf } from '../../lib/manifest-files';
import { claims, totalRequests } from '../../lib/requests';
import { Workload } from '../../lib/workload';
import { environmentCalled, everyEnvironment, expectEach } from '../environments';
import { shop } from '../example';
import type { Container } from '../kubernetes';
import { nameOf, plainText } from '../manifests';

expect.addSnapshotSerializer(plainText);

const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);

const written = (mebibytes: number) => quantity(Size.mebibytes(mebibytes)).value;
const mebibytes = ({ memory }: Record<string, string>) =>
  Number.parseInt(memory!, 10) * (memory!.endsWith('Gi') ? 1024 : 1);

const table = (rows: (string | number)[][]) =>
  rows
    .map(([name, ...numbers]) =>
      [String(name).padEnd(32), ...numbers.map((each) => String(each).padStart(6))].join(' '),
    )
    .join('\n');

it('The laptop gives each part what it may request at most, and 1.5 CPU and 6.5 GiB to all together', () => {
  const { app } = environmentCalled('kind').manifests;
  const rows = Workload.all(app).map(({ name, replicas, resources }) => [
    name,
    replicas,
    resources.cpu,
    resources.memory.toMebibytes(),
  ]);
  const { cpu, memory } = totalRequests(app, 'at rest');
  expect(table([['', 'pods', 'mCPU', 'MiB'], ...rows, ['together', '', cpu, memory]])).toMatchInlineSnapshot(`
                                   pods   mCPU    MiB
zookeeper                             1     50    256
kafka                                 3    155   1040
topics                                1     50    128
topics-drift                          1     50    128
akhq                                  1    100    320
redis-cluster                         1     75    288
redis-backup-claim-first-use          1     10     16
redis-backup                          1     10     32
redis-backup-restore                  1     10     32
redis                                 1     35     80
postgres                              1    105    272
databases                             1     10     32
databases-reconcile                   1     10     32
postgres-backup-claim-first-use       1     10     16
postgres-backup                       1     10     32
postgres-backup-restore               1     10     32
pgbouncer                             1     25     48
pghero                                1     60    240
backend-migrations                    1     10     64
backend                               1    100    192
kubernetes-state                      1     10     64
alertmanager                          1     10     32
prometheus                            1     50    192
grafana                               1     15    160
kong                                  1    150    256
together                                  1440   6064
`);
  const requestsOf = (charts: RegExp) => {
    const all = app.charts.filter(({ node }) => charts.test(node.id)).map((chart) => totalRequests(chart, 'at rest'));
    return { cpu: sum(all.map((each) => each.cpu)), memory: sum(all.map((each) => each.memory)) };
  };
  const bounds: [charts: RegExp, milliCpu: number, memory: Size][] = [
    [/^(zookeeper|kafka|topics|akhq)/, 800, Size.gibibytes(4)],
    [/^redis/, 150, Size.mebibytes(512)],
    [/^(postgres|databases|pg)/, 250, Size.mebibytes(720)],
    [/^kong/, 150, Size.mebibytes(320)],
    [/^prometheus/, 50, Size.mebibytes(192)],
    [/^(?!kong)/, 1300, Size.gibibytes(6)],
    [/^/, 1500, Size.mebibytes(6656)],
  ];
  for (const [charts, milliCpu, memory] of bounds) {
    const requests = requestsOf(charts);
    expect([charts, requests.cpu <= milliCpu, requests.memory <= memory.toMebibytes()]).toEqual([charts, true, true]);
  }
});

it('The quota has room while everything is replaced, and for a shell', () => {
  const quotas = everyEnvironment.map(({ name, manifests }) => {
    const { cpu, memory, memoryLimit } = totalRequests(manifests.app, 'while everything is replaced');
    const disks = claims(manifests.app);
    const balancers = manifests.ofKind('Service').filter(({ spec }) => spec.type === 'LoadBalancer');
    const hard = {
      'requests.cpu': cpuQuantity(cpu + 1000).value,
      'requests.memory': written(memory + 2048),
      'limits.memory': written(memoryLimit + 4096),
      'requests.storage': written(sum(disks) + Math.max(...disks)),
      'services.loadbalancers': `${Math.min(balancers.length, 1)}`,
    };
    const quota = manifests.objects.find((object) => object.kind === 'ResourceQuota');
    return [
      { name, spec: quota?.spec },
      { name, spec: { hard } },
    ] as const;
  });
  expectEach(quotas);
});

it('What is counted for all pods is the sum of their containers', () => {
  const sums = everyEnvironment.map(({ name, manifests }) => {
    const autoscaled = new Map(
      manifests
        .ofKind('HorizontalPodAutoscaler')
        .map(({ spec: { scaleTargetRef, minReplicas } }) => [
          `${scaleTargetRef.kind}/${scaleTargetRef.name}`,
          minReplicas,
        ]),
    );
    const total = (which: 'requests' | 'limits', amount: (amounts: Record<string, string>) => number) =>
      sum(
        manifests.pods().map(({ owner, spec: { containers, initContainers = [] } }) => {
          const replicas = (owner.spec as { replicas?: number }).replicas ?? autoscaled.get(nameOf(owner)) ?? 1;
          const of = ({ resources }: Container) => amount(resources![which]!);
          return replicas * Math.max(sum(containers.map(of)), ...initContainers.map(of));
        }),
      );
    const expected = {
      cpu: total('requests', ({ cpu }) => Number.parseInt(cpu!, 10) * (cpu!.endsWith('m') ? 1 : 1000)),
      memory: total('requests', mebibytes),
      memoryLimit: total('limits', mebibytes),
    };
    return [
      { name, ...totalRequests(manifests.app, 'at rest') },
      { name, ...expected },
    ] as const;
  });
  expectEach(sums);
});

it('What is counted of disks is the claims of sets and of backups', () => {
  const disks = everyEnvironment.map(({ name, manifests }) => {
    const sets = manifests.ofKind('StatefulSet').flatMap(({ spec: { replicas = 0, volumeClaimTemplates } }) => {
      const sizes = volumeClaimTemplates.map(({ spec }) => spec.resources.requests.storage);
      return Array.from({ length: replicas }, () => sizes).flat();
    });
    const own = manifests.ofKind('PersistentVolumeClaim').map(({ spec }) => spec.resources.requests.storage);
    return [
      { name, disks: claims(manifests.app).map(written).sort() },
      { name, disks: [...sets, ...own].sort() },
    ] as const;
  });
  expectEach(disks);
});

it('A namespace in which nothing has a volume has a quota, too', () => {
  const namespace = new Namespace(shop());
  expect(JSON.stringify(objectsOf(namespace))).toContain('"requests.storage":"0');
});
