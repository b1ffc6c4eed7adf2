import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Labels, PolicyPort, Selector } from '../kubernetes';
import { rowsOf, Written } from '../written';

const environments = ['kind', 'production'].map((name) => new Written(name));

/** Whom a policy may mean: pods, or whoever has nothing but a label. */
interface Party {
  readonly name: string;
  readonly labels: Labels;
  /** Numbers of its ports by name. */
  readonly ports: Record<string, number>;
}

const selects = ({ matchLabels = {} }: Selector, { labels }: Party) =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
const includes = (ports: PolicyPort[], number: number) => ports.some(({ port }) => port === number);

function partiesOf(written: Written): Party[] {
  const pods = new Map(
    written.pods().map(({ name, metadata: { labels }, spec }): [string, Party] => {
      const ports = spec.containers.flatMap((container) => container.ports ?? []);
      return [name, { name, labels, ports: Object.fromEntries(ports.map((port) => [port.name, port.containerPort])) }];
    }),
  );
  const asked = written.ofKind('NetworkPolicy').flatMap(({ spec }) => Object.keys(spec.podSelector.matchLabels ?? {}));
  const roles = [...new Set(asked)].filter((label) => label.startsWith('role.'));
  return [
    ...pods.values(),
    ...roles.map((role) => ({ name: `pods labelled ${role}: "true"`, labels: { [role]: 'true' }, ports: {} })),
  ];
}

/** Each way that is open in a cluster: the sender's policies let it out, and the receiver's let it in. */
function open(written: Written): string[] {
  const parties = partiesOf(written);
  const policies = written.ofKind('NetworkPolicy').map(({ spec }) => spec);
  const mayCall = (from: Party, to: Party, port: number) =>
    policies.some(
      ({ podSelector, egress = [] }) =>
        selects(podSelector, from) &&
        egress.some((rule) => includes(rule.ports, port) && rule.to.some((peer) => reaches(peer, to))),
    );
  const mayAnswer = (from: Party, to: Party, port: number) =>
    policies.some(
      ({ podSelector, ingress = [] }) =>
        selects(podSelector, to) &&
        ingress.some((rule) => includes(rule.ports, port) && rule.from.some((peer) => reaches(peer, from))),
    );
  const reaches = (
    { podSelector, namespaceSelector }: { podSelector?: Selector; namespaceSelector?: Selector },
    who: Party,
  ) => podSelector !== undefined && namespaceSelector === undefined && selects(podSelector, who);
  return parties.flatMap((to) =>
    Object.entries(to.ports).flatMap(([port, number]) =>
      [
        ...parties.filter((from) => mayCall(from, to, number) && mayAnswer(from, to, number)).map(({ name }) => name),
        ...outsiders(written, to, port, number),
      ].map((from) => `${from} -> ${to.name} ${port} ${number}`),
    ),
  );
}

/** The workload whose pods a Service selects, be it one pod of a set. */
const selected = (selector: Labels) =>
  selector['app.kubernetes.io/name'] ?? selector['statefulset.kubernetes.io/pod-name']!.replace(/-\d+$/, '');

/** Who comes from outside of the cluster: through a node's port, or a load balancer. */
function outsiders(written: Written, to: Party, port: string, number: number): string[] {
  const ranges = written
    .ofKind('NetworkPolicy')
    .filter(({ spec }) => selects(spec.podSelector, to))
    .flatMap(({ spec }) => spec.ingress ?? [])
    .filter((rule) => includes(rule.ports, number))
    .flatMap((rule) => rule.from.flatMap(({ ipBlock }) => ipBlock ?? []));
  const leads = (type: string) =>
    written
      .ofKind('Service')
      .filter(({ spec }) => spec.type === type && selected(spec.selector) === to.name)
      .flatMap(({ spec }) => spec.ports.filter(({ targetPort }) => targetPort === port));
  const host = leads('NodePort').length > 0 && ranges.some(({ except }) => except) ? ['your machine'] : [];
  const clients = ranges.filter(({ except }) => !except).map(({ cidr }) => cidr);
  return [
    ...host,
    ...leads('LoadBalancer').flatMap((balanced) =>
      clients.map((range) => `${range} through the load balancer's ${balanced.port}`),
    ),
  ];
}

/** What policies let out besides: to addresses that are no pod's, and by UDP. */
const outward = (written: Written): string[] =>
  partiesOf(written).flatMap((from) =>
    written
      .ofKind('NetworkPolicy')
      .filter(({ spec }) => selects(spec.podSelector, from))
      .flatMap(({ spec }) => spec.egress ?? [])
      .filter(({ ports }) => !includes(ports, 53))
      .flatMap(({ to, ports }) =>
        ports.flatMap(({ port, protocol }) => [
          ...to.flatMap(({ ipBlock }) => (ipBlock ? [`${from.name} -> ${ipBlock.cidr} ${port}`] : [])),
          ...(protocol === 'UDP' ? [`${from.name} -> ${from.name} gossip ${port}/UDP`] : []),
        ]),
      ),
  );

/** What a cell lists for an environment. */
const listed = (cell: string, environment: string) =>
  (cell === '–' ? [] : cell.split(', ')).flatMap((item) => {
    const [, what, only] = item.match(/^(.*?)(?: \((kind|production)\))?$/)!;
    return !only || only === environment ? [what!] : [];
  });

describe.each(environments)('docs/access.md and the policies of dist/$environment', (written) => {
  const { environment } = written;
  const ways = open(written).sort();

  it('say the same of who may be called by whom', () => {
    const rows = rowsOf('docs/access.md', 'Who answers').flatMap(([name, port, workloads, others]) =>
      [workloads!, others!].flatMap((cell) => listed(cell, environment)).map((from) => `${from} -> ${name} ${port}`),
    );
    expect(rows.sort()).toEqual(ways);
    expect(ways.length).toBeGreaterThan(20);
  });

  it('say the same of who may call whom', () => {
    const rows = rowsOf('docs/access.md', 'Who calls').flatMap(([name, targets]) =>
      listed(targets!, environment).map((target) => `${name} -> ${target}`),
    );
    const names = written.pods().map(({ name }) => name);
    const called = [...ways, ...new Set(outward(written))];
    expect(rows.sort()).toEqual(called.filter((way) => names.includes(way.split(' -> ')[0]!)).sort());
  });

  it('let those resolve names who may call something, and nobody else', () => {
    const resolve = written
      .ofKind('NetworkPolicy')
      .filter(({ spec }) => (spec.egress ?? []).some(({ ports }) => includes(ports, 53)));
    const callers = partiesOf(written).filter(({ name }) => ways.some((way) => way.startsWith(`${name} -> `)));
    const resolvers = partiesOf(written).filter((party) =>
      resolve.some(({ spec }) => selects(spec.podSelector, party)),
    );
    expect(resolvers).toEqual(callers);
  });
});

describe.each(environments)('What docs/access.md says of rights, and dist/$environment', (written) => {
  it('is what the Roles say', () => {
    const roles = written
      .ofKind('Role')
      .flatMap(({ metadata, rules }) => rules!.map((rule) => ({ name: metadata.name.replace(/-role$/, ''), ...rule })));
    const rows = rowsOf('docs/access.md', 'Who asks').map(([name, group, resources, verbs]) => ({
      name,
      apiGroups: [group === 'core' ? '' : group],
      resources: resources!.split(', '),
      verbs: verbs!.split(', '),
    }));
    expect(rows).toEqual(roles);
  });
});

describe.each(environments)('The picture of README.md and dist/$environment', (written) => {
  it('have the same lines between what runs all the time, but for those by which metrics are asked for', () => {
    const { environment } = written;
    const scrapes = rowsOf('docs/metrics.md', 'Job')
      .filter(([, component]) => component !== 'observability')
      .map(([job, , asked]) => new RegExp(`^prometheus -> ${job} \\S+ ${asked!.split('/')[0]}$`));
    const running = [...written.ofKind('StatefulSet'), ...written.ofKind('Deployment')].map(
      ({ spec }) => spec.template.metadata.labels['app.kubernetes.io/name']!,
    );
    const expected = open(written).filter((way) => {
      const [from, to] = [way.split(' -> ')[0]!, way.split(' -> ')[1]!.split(' ')[0]!];
      const drawn = !scrapes.some((scrape) => scrape.test(way));
      return from !== to && drawn && running.includes(from) && running.includes(to);
    });
    expect(scrapes.length).toBeGreaterThan(5);
    const lines = [
      ...readFileSync(join(__dirname, '../../README.md'), 'utf8').matchAll(/^ {2}(\S+) -\.?->\|"(.*)"\| (\S+)$/gm),
    ]
      .filter(([, from]) => from !== 'host')
      .flatMap(([, from, label, to]) => listed(label!, environment).map((port) => `${from} -> ${to} ${port}`));
    expect(lines.sort()).toEqual(expected.sort());
    expect(lines.length).toBeGreaterThan(5);
  });
});
