import { ApiObject, type App } from 'cdk8s';
import { kind } from '../config/kind';
import { Workload } from '../lib/workload';
import { fence } from './markdown';
import { inEither, onKind, workloads } from './model';

/** Brackets of Mermaid for what runs all the time. Jobs come and go: docs/access.md has them. */
const SHAPES: Record<string, [string, string]> = { StatefulSet: ['[(', ')]'], Deployment: ['[', ']'] };

const shape = ({ node }: Workload) =>
  node.children.flatMap((child) =>
    child instanceof ApiObject && child.kind in SHAPES ? [SHAPES[child.kind]!] : [],
  )[0];

/** What runs all the time, who connects to whom, and what the host reaches. A dotted line exists in one environment only. */
export function picture(): string {
  const shown = workloads.filter(({ any }) => shape(any));
  const names = shown.map(({ name }) => name);
  const nodes = shown.map(({ name, here, there, any }) => {
    const [open, close] = shape(any)!;
    const [{ only = '' } = {}] =
      here && there
        ? []
        : inEither((app) => Workload.all(app).map((each) => each.name)).filter(({ found }) => found === name);
    return `  ${name}${open}"${name}${only && `<br/>(${only})`}"${close}`;
  });
  const host = Workload.all(onKind)
    .filter(({ publications }) => publications.length > 0)
    .map(({ name, publications }) => {
      const ports = publications.map(({ hostPort }) => hostPort).join(', ');
      return `  host -.->|"localhost: ${ports} (${kind.name})"| ${name}`;
    });
  const edges = inEither(connections)
    .map(({ found, only }) => ({ only, parts: found.split('|') as [string, string, string] }))
    // What pods of one kind say to each other is nobody's business but theirs.
    .filter(({ parts: [from, to] }) => from !== to && names.includes(from) && names.includes(to))
    .map(({ only, parts: [from, to, port] }) =>
      only ? `  ${from} -.->|"${port} (${only})"| ${to}` : `  ${from} -->|"${port}"| ${to}`,
    );
  return fence('mermaid', ['flowchart LR', '  host(("your<br/>machine"))', ...nodes, ...host, ...edges].join('\n'));
}

const connections = (app: App) =>
  Workload.all(app).flatMap(({ name, connections }) =>
    connections.map(({ to }) => `${name}|${to.workload.name}|${to.port} ${to.portNumber}`),
  );
