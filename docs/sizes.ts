import { kind } from '../config/kind';
import { production } from '../config/production';
import { type Requests, totalRequests } from '../lib/requests';
import type { Workload } from '../lib/workload';
import { code, table } from './markdown';
import { inProduction, onKind, workloads } from './model';

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

export function topics(): string {
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
export function requests(): string {
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
