import { kind } from '../config/kind';
import { production } from '../config/production';
import type { Workload } from '../lib/workload';
import { code, table } from './markdown';
import { workloads } from './model';

const pods = (workload?: Workload) => workload?.replicas ?? '–';

/** What Prometheus asks, and where. */
export function jobs(): string {
  const rows = workloads.flatMap(({ name, here, there, any: workload }) =>
    workload.metrics
      ? [
          [
            code(name),
            code(workload.labels['app.kubernetes.io/component']!),
            code(`${workload.portNumber(workload.metrics.port)}${workload.metrics.path}`),
            ...[here, there].map(pods),
          ],
        ]
      : [],
  );
  return table(['Job', '`component`', 'Port and path', `${kind.name}: pods`, production.name], rows);
}

/** What runs all the time and is not asked. */
export const silent = (): string =>
  table(
    ['Without metrics', 'Why'],
    workloads.flatMap(({ name, any: { noMetrics } }) => (noMetrics ? [[code(name), noMetrics]] : [])),
  );
