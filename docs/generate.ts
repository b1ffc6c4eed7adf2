import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiObject, type App, Yaml } from 'cdk8s';
import type { Environment } from '../charts/environment';
import { platform } from '../charts/platform';
import { model as modelOf } from '../charts/synth';
import { kind } from '../config/kind';
import { production } from '../config/production';
import { manifestFiles } from '../lib/manifest-files';
import { type Requests, totalRequests } from '../lib/requests';
import { type Publication, Workload } from '../lib/workload';
import { effectivePolicy, pluginChains } from './gateway';
import { replaceSection, table } from './markdown';
import { randomSecrets, redisCertificate, secrets } from './secrets';

/** Both environments as construct trees; nothing is written. */
const model = (environment: Environment) => platform(environment).app;
const [onKind, inProduction] = [model(kind), model(production)];

const SHAPES: Record<string, [string, string]> = {
  StatefulSet: ['[(', ')]'],
  Deployment: ['[', ']'],
  Job: ['([', '])'],
  CronJob: ['([', '])'],
};
const objectKind = ({ node }: Workload) =>
  node.children.flatMap((child) => (child instanceof ApiObject && child.kind in SHAPES ? [child.kind] : []))[0]!;
const unique = (values: string[]) => [...new Set(values)];
/** The workloads of both environments by name: each has some that the other has not. */
const workloads = unique([...Workload.all(inProduction), ...Workload.all(onKind)].map(({ name }) => name)).map(
  (name) => {
    const [here, there] = [onKind, inProduction].map((app) => Workload.all(app).find((each) => each.name === name));
    return { name, here, there };
  },
);
const publications = (): Publication[] => Workload.all(onKind).flatMap((workload) => workload.publications);
const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
const code = (text: string) => `\`${text}\``;
const fence = (language: string, text: string) => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

/** Components, who connects to whom, and what the host reaches. A dotted line exists in one environment only. */
function picture(): string {
  const nodes = workloads.map(({ name, here, there }) => {
    const kindOf = objectKind((here ?? there)!);
    const [open, close] = SHAPES[kindOf]!;
    const only = here && there ? '' : ` (${here ? kind.name : production.name})`;
    return `  ${name}${open}"${name}<br/>${kindOf}${only}"${close}`;
  });
  const connections = (app: App) =>
    Workload.all(app).flatMap(({ name, connections }) =>
      connections.map(({ to }) => `${name}|${to.workload.name}|${to.port} ${to.portNumber}`),
    );
  const [here, there] = [connections(onKind), connections(inProduction)];
  const edges = unique([...here, ...there]).map((edge) => {
    const [from, to, label] = edge.split('|');
    if (here.includes(edge) && there.includes(edge)) return `  ${from} -->|"${label}"| ${to}`;
    return `  ${from} -.->|"${label} (${here.includes(edge) ? kind.name : production.name})"| ${to}`;
  });
  const host = Workload.all(onKind)
    .filter(({ publications }) => publications.length > 0)
    .map(({ name, publications }) => {
      const ports = publications.map(({ hostPort }) => hostPort).join(', ');
      return `  host -.->|"localhost: ${ports} (${kind.name})"| ${name}`;
    });
  return fence('mermaid', ['flowchart LR', '  host(("your<br/>machine"))', ...nodes, ...host, ...edges].join('\n'));
}

const hostPorts = () =>
  table(
    ['On your machine', 'Node port', 'What'],
    publications().map(({ hostPort, nodePort, title }) => [code(`localhost:${hostPort}`), nodePort, title]),
  );

const minikube = () => {
  const ports = publications().map(({ hostPort, nodePort }) => `127.0.0.1:${hostPort}:${nodePort}`);
  const lines = [
    'minikube start --driver=docker --memory=8g --cni=calico',
    `  --extra-config=kubeadm.pod-network-cidr=${kind.exposure!.podNetwork}`,
    `  --ports=${ports.join(',')}`,
  ];
  return fence('sh', lines.join(' \\\n'));
};

function topics(): string {
  const partitions = sum(production.topics.map((topic) => topic.partitions));
  const rate = sum(production.topics.map((topic) => topic.rate.toKibibytes()));
  const totals = `${partitions} partitions × ${production.kafka.replication} replicas = ${partitions * production.kafka.replication}`;
  return table(
    ['Topic', 'Partitions', 'Kept for', 'Written, KiB/s', 'What is in it'],
    [
      ...production.topics.map((topic) => {
        const days = topic.retention.toDays();
        return [code(topic.name), topic.partitions, `${days} days`, topic.rate.toKibibytes(), topic.holds];
      }),
      [`**${production.topics.length} topics**`, `**${partitions}**`, '', `**${rate}**`, totals],
    ],
  );
}

/** What the scheduler must find room for. */
function requests(): string {
  const amounts = ({ cpu, memory }: Pick<Requests, 'cpu' | 'memory'>) => [`${cpu}m`, `${memory} MiB`];
  const cells = (workload?: Workload) => {
    if (!workload) return ['–', '–', '–'];
    const { replicas, resources } = workload;
    const requested = { cpu: replicas * resources.cpu, memory: replicas * resources.memory.toMebibytes() };
    return [replicas, ...amounts(requested)];
  };
  const total = (when: Parameters<typeof totalRequests>[1]) => [
    `**${when}**`,
    ...[onKind, inProduction].flatMap((app) => ['', ...amounts(totalRequests(app, when))]),
  ];
  return table(
    ['', ...[kind, production].flatMap(({ name }) => [`${name}: pods`, 'CPU', 'memory'])],
    [
      ...workloads.map(({ name, here, there }) => [name, ...cells(here), ...cells(there)]),
      total('at rest'),
      total('while everything is replaced'),
    ],
  );
}

/** What one changed value changes in dist: nothing is added or removed, so line by line is enough. */
function diff(): string {
  const changed = { ...kind, kafka: { ...kind.kafka, threads: { ...kind.kafka.threads, io: 8 } } };
  const [before, after] = [onKind, model(changed)].map((app) => Object.values(manifestFiles(app)).join('').split('\n'));
  const lines = before!.flatMap((line, index) => (line === after![index] ? [] : [`-${line}`, `+${after![index]}`]));
  return fence('diff', lines.join('\n'));
}

/** What synth says about a value that cannot work. */
function refusal(): string {
  const { errors } = modelOf({ ...kind, kafka: { ...kind.kafka, minInsyncReplicas: 3 } });
  return fence('text', errors.map((error) => `${kind.name}: ${error}`).join('\n'));
}

/** What synth says when the connections of all pools are more than the server has. */
function budget(): string {
  const { errors } = modelOf({ ...kind, pgbouncer: { ...kind.pgbouncer, poolSize: 40 } });
  return fence('text', errors.map((error) => `${kind.name}: ${error}`).join('\n'));
}

const sections: Record<string, () => string> = {
  picture,
  'host-ports': hostPorts,
  minikube,
  secrets: () => secrets(inProduction),
  'random-secrets': () => fence('sh', randomSecrets(inProduction)),
  'redis-certificate': () => fence('sh', redisCertificate(inProduction)),
  topics,
  requests,
  diff,
  refusal,
  budget,
};

const gatewaySections: typeof sections = {
  'policy-kind': () => effectivePolicy(onKind),
  'policy-production': () => effectivePolicy(inProduction),
  'chains-kind': () => pluginChains(onKind),
  'chains-production': () => pluginChains(inProduction),
};

/** A page with every part between `<!-- name:begin -->` and `<!-- name:end -->` made anew. */
const page = (made: typeof sections) => (text: string) =>
  Object.entries(made).reduce((result, [name, make]) => replaceSection(result, name, make()), text);

export const readme = page(sections);
export const gateway = page(gatewaySections);

/** A cluster for kind whose ports and pod network are those that the model counts on. */
export function kindCluster(): string {
  const cluster = {
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    networking: { podSubnet: kind.exposure!.podNetwork },
    nodes: [
      {
        role: 'control-plane',
        extraPortMappings: publications().map(({ hostPort, nodePort }) => ({
          containerPort: nodePort,
          hostPort,
          listenAddress: '127.0.0.1',
        })),
      },
    ],
  };
  const comment = [
    'Made by `npm run docs` from the environment `kind`: change config/kind.ts, not this file.',
    'kind create cluster --config kind.yaml && kubectl apply -f dist/kind',
    'Ports of a cluster that exists cannot be changed: kind delete cluster, then create it again.',
  ];
  return `${comment.map((line) => `# ${line}\n`).join('')}${Yaml.stringify(cluster)}`;
}

export const root = join(__dirname, '..');
export const read = (name: string) => readFileSync(join(root, name), 'utf8');

if (require.main === module) {
  writeFileSync(join(root, 'README.md'), readme(read('README.md')));
  writeFileSync(join(root, 'docs/gateway.md'), gateway(read('docs/gateway.md')));
  writeFileSync(join(root, 'kind.yaml'), kindCluster());
}
