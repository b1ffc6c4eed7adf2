import { Workload } from '../../lib/workload';
import { environmentCalled, everyEnvironment, expectEach, wrongAnywhere } from '../environments';
import type { Manifest, Peer, PolicyPort, Selector, Specs } from '../kubernetes';
import { nameOf, plainText } from '../manifests';

expect.addSnapshotSerializer(plainText);

const DNS = 'kube-dns: 53/UDP 53/TCP';

/** `role.bss/x` or the name of a workload. */
function subject({ matchLabels = {} }: Selector): string {
  const [[key, value] = ['every pod']] = Object.entries(matchLabels);
  return key === 'app.kubernetes.io/name' ? value! : key;
}

function peer({ podSelector, namespaceSelector, ipBlock }: Peer): string {
  if (ipBlock) return [ipBlock.cidr, ...(ipBlock.except ?? []).map((range) => `except ${range}`)].join(' ');
  const outside = namespaceSelector?.matchLabels?.['kubernetes.io/metadata.name'];
  return outside === 'kube-system' ? podSelector!.matchLabels!['k8s-app']! : subject(podSelector!);
}

const ports = (list: PolicyPort[]) => list.map(({ port, protocol }) => `${port}/${protocol}`).join(' ');

/** A policy as lines such as `akhq may send to kafka: 9092/TCP`. */
function lines({ spec }: Manifest<Specs['NetworkPolicy']>): string[] {
  const pods = subject(spec.podSelector);
  const out = (spec.egress ?? []).flatMap((rule) =>
    rule.to.map((to) => `${pods} may send to ${peer(to)}: ${ports(rule.ports)}`),
  );
  const into = (spec.ingress ?? []).flatMap((rule) =>
    rule.from.map((from) => `${pods} may receive from ${peer(from)}: ${ports(rule.ports)}`),
  );
  const nothing = spec.policyTypes.length === 2 ? [`${pods} may send and receive nothing else`] : [];
  return [...out, ...into, ...nothing];
}

const tcp = (numbers: readonly number[]) => numbers.map((number) => `${number}/TCP`).join(' ');
const both = (from: string, to: string, port: number) => [
  `${from} may send to ${to}: ${port}/TCP`,
  `${to} may receive from ${from}: ${port}/TCP`,
];

it('Policies allow the declared connections, publications, load balancers and roles, and nothing else', () => {
  const allowed = everyEnvironment.map(({ name: environmentName, environment, manifests }) => {
    const workloads = Workload.all(manifests.app);
    const expected = [
      'every pod may send and receive nothing else',
      ...workloads.flatMap((workload) =>
        workload.connections.flatMap(({ from, to }) => both(from.name, to.workload.name, to.portNumber)),
      ),
      ...workloads.flatMap((workload) =>
        workload.externals.flatMap(({ networks, ports }) =>
          networks.map((range) => `${workload.name} may send to ${range}: ${tcp(ports)}`),
        ),
      ),
      ...workloads
        .filter(({ rights }) => rights.length > 0)
        .flatMap(({ name }) => {
          const { networks, ports } = environment.apiServer!;
          return networks.map((range) => `${name} may send to ${range}: ${tcp(ports)}`);
        }),
      ...workloads.flatMap((workload) =>
        workload.gossipPorts.flatMap((port) =>
          both(workload.name, workload.name, workload.portNumber(port)).map((line) => line.replace('TCP', 'UDP')),
        ),
      ),
      ...workloads
        .filter(({ connections, externals }) => connections.length + externals.length > 0)
        .map(({ name }) => `${name} may send to ${DNS}`),
      ...workloads
        .flatMap(({ name, publications }) => publications.map(({ port, service }) => ({ name, port, service })))
        .filter(
          (each, index, all) => all.findIndex(({ name, port }) => each.name === name && each.port === port) === index,
        )
        .map(({ name, service }) => {
          const port = manifests.find('Service', service).spec.ports[0]!.port;
          return `${name} may receive from 0.0.0.0/0 except ${environment.podNetwork}: ${port}/TCP`;
        }),
      ...workloads.flatMap((workload) =>
        workload.loadBalancers.flatMap(({ ports: balanced, clients }) =>
          Object.keys(balanced).flatMap((port) =>
            clients.map((range) => `${workload.name} may receive from ${range}: ${workload.portNumber(port)}/TCP`),
          ),
        ),
      ),
      ...workloads.flatMap((workload) =>
        workload.admissions.flatMap(({ role, port }) => [
          ...both(`role.bss/${role}`, workload.name, workload.portNumber(port)),
          `role.bss/${role} may send to ${DNS}`,
        ]),
      ),
    ];
    return [
      { environmentName, lines: manifests.ofKind('NetworkPolicy').flatMap(lines).sort() },
      { environmentName, lines: expected.sort() },
    ] as const;
  });
  expectEach(allowed);
});

it('A policy governs the direction that it has a rule for', () => {
  const wrong = wrongAnywhere(({ manifests }) =>
    manifests
      .ofKind('NetworkPolicy')
      .filter(({ spec, metadata: { name } }) => {
        const rules = [...(spec.egress ? ['Egress'] : []), ...(spec.ingress ? ['Ingress'] : [])];
        return name !== 'default-deny' && (rules.length !== 1 || rules.join() !== spec.policyTypes.join());
      })
      .map(nameOf),
  );
  expect(wrong).toEqual([]);
});

it('The platform has these connections on a laptop', () => {
  const { manifests } = environmentCalled('kind');
  const declared = Workload.all(manifests.app).flatMap(({ name, connections }) =>
    connections.map(({ to }) => `${name} -> ${to.workload.name}:${to.port}`),
  );
  expect(declared.join('\n')).toMatchInlineSnapshot(`
kafka -> zookeeper:client
kafka -> kafka:internal
topics -> kafka:internal
topics-drift -> kafka:internal
akhq -> kafka:internal
redis-cluster -> redis-cluster:client
redis-cluster -> redis-cluster:bus
redis-backup -> redis-cluster:client
redis-backup-restore -> redis-cluster:client
databases -> postgres:sql
databases-reconcile -> postgres:sql
postgres-backup -> postgres:sql
postgres-backup-restore -> postgres:sql
pgbouncer -> postgres:sql
pghero -> postgres:sql
backend-migrations -> postgres:sql
backend -> kafka:internal
backend -> pgbouncer:sql
backend -> redis-cluster:client
prometheus -> alertmanager:web
prometheus -> zookeeper:metrics
prometheus -> kafka:metrics
prometheus -> akhq:management
prometheus -> redis-cluster:metrics
prometheus -> redis:metrics
prometheus -> postgres:metrics
prometheus -> pgbouncer:metrics
prometheus -> backend:web
prometheus -> kubernetes-state:metrics
prometheus -> prometheus:web
prometheus -> grafana:web
prometheus -> kong:status
grafana -> prometheus:web
kong -> backend:web
kong -> akhq:web
kong -> pghero:web
kong -> prometheus:web
kong -> grafana:web
`);
});

it('Three ZooKeeper servers talk to each other besides', () => {
  const { manifests } = environmentCalled('production');
  const zookeeper = Workload.all(manifests.app).find(({ name }) => name === 'zookeeper')!;
  expect(zookeeper.connections.map(({ to }) => `${to.workload.name}:${to.port}`)).toEqual([
    'zookeeper:quorum',
    'zookeeper:election',
  ]);
});
