import { ApiObject, type App } from 'cdk8s';
import { kind } from '../config/kind';
import { Workload } from '../lib/workload';
import { fence } from './markdown';
import { inEither, onKind, workloads } from './model';

/** Whether the main object of a workload is of this kind. */
const is = (kindOf: string, { node }: Workload) =>
  node.children.some((child) => child instanceof ApiObject && child.kind === kindOf);

/** What runs all the time, who connects to whom, and what the host reaches. A dotted line exists in one environment only. */
export function picture(): string {
  // Jobs come and go: docs/access.md has them.
  const shown = workloads.filter(({ any }) => is('StatefulSet', any) || is('Deployment', any));
  const edges = inEither(connections)
    .map(({ found, only }) => ({ only, parts: found.split('|') as [string, string, string] }))
    // What pods of one kind say to each other is nobody's business but theirs.
    .filter(
      ({ parts: [from, to] }) => from !== to && [from, to].every((name) => shown.some((each) => each.name === name)),
    );
  const lines = edges.map(({ only, parts: [from, to, port] }) =>
    only ? `  ${from} -.->|"${port} (${only})"| ${to}` : `  ${from} -->|"${port}"| ${to}`,
  );
  // A box with its name is what Mermaid makes of a line by itself.
  const nodes = shown
    .map(({ name, any, only }) => ({
      name,
      keeps: is('StatefulSet', any),
      text: only ? `${name}<br/>(${only})` : name,
    }))
    .filter(({ name, keeps, text }) => keeps || text !== name || !edges.some(({ parts }) => parts.includes(name)))
    .map(({ name, keeps, text }) => (keeps ? `  ${name}[("${text}")]` : `  ${name}["${text}"]`));
  const host = Workload.all(onKind)
    .filter(({ publications }) => publications.length > 0)
    .map(({ name, publications }) => {
      const ports = publications.map(({ hostPort }) => hostPort).join(', ');
      return `  host -.->|"localhost: ${ports} (${kind.name})"| ${name}`;
    });
  return fence('mermaid', ['flowchart LR', '  host(("your<br/>machine"))', ...nodes, ...host, ...lines].join('\n'));
}

const connections = (app: App) => {
  const all = Workload.all(app);
  const scraped = all.flatMap(({ name, labels, metrics }) =>
    // Lines to everything that has metrics would hide all others: those to other parts of the platform are left out.
    metrics && labels[GROUP] !== 'observability' ? [`prometheus|${name}|${metrics.port} `] : [],
  );
  return all
    .flatMap(({ name, connections }) =>
      connections.map(({ to }) => `${name}|${to.workload.name}|${to.port} ${to.portNumber}`),
    )
    .filter((line) => !scraped.some((scrape) => line.startsWith(scrape)));
};

const GROUP = 'app.kubernetes.io/component';
