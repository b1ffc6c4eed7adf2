import { clientLabels } from '../charts/platform';
import type { Server } from '../lib/endpoint';
import { Workload } from '../lib/workload';
import { code, table } from './markdown';
import { inEither, unique, workloads } from './model';

/** One way that policies open: who answers, at which port, and who may come there. */
type Way = readonly [answers: string, port: string, who: string];

const portOf = (workload: Server, port: string) => `${port} ${workload.portNumber(port)}`;

/** The ways of both environments, and in brackets the one that has it where the other has not. */
const ways = (list: (workload: Workload) => Way[]) =>
  inEither((app) => Workload.all(app).flatMap((workload) => list(workload).map((way) => way.join('|')))).map(
    ({ found, only }) => {
      const [answers, port, who] = found.split('|') as unknown as Way;
      return { answers, port, who, only: only ? ` (${only})` : '' };
    },
  );

/** Workloads of the model that may come. */
const callers = ways((workload) =>
  workload.connections.map(({ to }) => [to.workload.name, portOf(to.workload, to.port), workload.name]),
);

/** What each may call besides: addresses that are no pod's, among them the API server's, and its own pods by UDP. */
const outward = inEither((app) =>
  Workload.all(app).flatMap((workload) => {
    const { apiServer } = workload.platform.props;
    const outside = [...workload.externals, ...(workload.rights.length > 0 && apiServer ? [apiServer] : [])];
    return [
      ...outside.flatMap(({ networks, ports }) =>
        networks.flatMap((network) => ports.map((port) => `${workload.name}|${network} ${port}`)),
      ),
      ...workload.gossipPorts.map((port) => `${workload.name}|${workload.name} ${portOf(workload, port)}/UDP`),
    ];
  }),
).map(({ found, only }) => {
  const [who, what] = found.split('|') as [string, string];
  return { who, cell: `${code(what)}${only ? ` (${only})` : ''}` };
});

const label = (role: string) =>
  Object.entries(clientLabels(role))
    .map(([key, value]) => `${key}: "${value}"`)
    .join();

/** Others who may: pods with a label, the machine of a laptop, addresses. */
const others = ways((workload) => {
  const at = (port: string, who: string): Way => [workload.name, portOf(workload, port), who];
  return [
    ...workload.admissions.map(({ role, port }) => at(port, `pods labelled ${code(label(role))}`)),
    ...workload.publications.map(({ port }) => at(port, 'your machine')),
    ...workload.loadBalancers.flatMap(({ ports, clients }) =>
      Object.entries(ports).flatMap(([port, number]) =>
        clients.map((range) => at(port, `${code(range)} through the load balancer's ${number}`)),
      ),
    ),
  ];
});

/** Who may talk to whom, a section for each system. */
export function access(): string {
  const systems = unique(workloads.map(({ any }) => systemOf(any)));
  return systems.map((system) => `## ${title(system)}\n\n${answers(system)}\n\n${calls(system)}`).join('\n\n');
}

const systemOf = ({ labels }: Workload) => labels['app.kubernetes.io/component']!;
const title = (system: string) => `${system[0]!.toUpperCase()}${system.slice(1)}`;
const namesOf = (system: string) => workloads.filter(({ any }) => systemOf(any) === system).map(({ name }) => name);
const listed = (cells: string[]) => cells.join(', ') || '–';

function answers(system: string): string {
  const rows = namesOf(system).flatMap((name) => {
    const ports = unique([...callers, ...others].filter((way) => way.answers === name).map(({ port }) => port));
    return ports.map((port) => {
      const here = ({ answers, port: at }: { answers: string; port: string }) => answers === name && at === port;
      return [
        code(name),
        code(port),
        listed(callers.filter(here).map(({ who, only }) => `${code(who)}${only}`)),
        listed(others.filter(here).map(({ who, only }) => `${who}${only}`)),
      ];
    });
  });
  return table(['Who answers', 'Port', 'Which workloads may call it', 'Who else may'], rows);
}

function calls(system: string): string {
  const rows = namesOf(system).map((name) => {
    const own = callers.filter(({ who }) => who === name);
    const besides = outward.filter(({ who }) => who === name).map(({ cell }) => cell);
    return [
      code(name),
      listed([...own.map(({ answers, port, only }) => `${code(`${answers} ${port}`)}${only}`), ...besides]),
    ];
  });
  return table(['Who calls', 'What it may call'], rows);
}
