import { Size } from 'cdk8s';
import { platform } from '../charts/platform';
import { kind } from '../config/kind';
import { production } from '../config/production';
import { Component } from '../lib/component';
import { manifestFiles } from '../lib/manifest-files';
import type { Metrics } from '../lib/metrics';
import { tcp } from '../lib/probe';
import { StatelessWorkload } from '../lib/stateless-workload';
import { Workload } from '../lib/workload';
import { code, fence, table } from './markdown';
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

class Till extends Component {}

/** The objects of dist, with a component more that always runs. */
function objectsWith(metrics?: Metrics): string[] {
  const { app, prometheus } = platform(kind);
  new StatelessWorkload(new Till(app, 'till', 'applications'), 'default', {
    image: 'registry.example/till:1.0.0',
    user: 1000,
    ports: { web: 8080 },
    metrics,
    resources: { cpu: 10, memory: Size.mebibytes(32), memoryLimit: Size.mebibytes(64) },
    probes: { liveness: tcp('web') },
    graceSeconds: 10,
  });
  prometheus.asks(Workload.all(app));
  return Object.values(manifestFiles(app)).flatMap((file) => file.split(/^---\n/m));
}

const nameOf = (object: string) => object.match(/^kind: .*|^ {2}name: .*/gm)!.join();

/** What one line in a chart adds to dist. Nothing goes but a checksum. */
export function metricsDiff(): string {
  const [before, after] = [objectsWith(), objectsWith({ port: 'web', path: '/metrics' })] as const;
  const changed = after.filter((object) => !before.includes(object));
  return fence(
    'diff',
    changed
      .map((object) => {
        const own = (before.find((each) => nameOf(each) === nameOf(object)) ?? '').split('\n');
        return changedLines(own, object.split('\n')).join('\n');
      })
      .join('\n\n'),
  );
}

/** @throws when a line is gone that is no checksum. */
function changedLines(before: string[], after: string[]): string[] {
  let at = 0;
  const lines = after.flatMap((line) => {
    if (line === before[at]) at++;
    else if (line.includes('checksum/files: ')) return [`-${before[at++]}`, `+${line}`];
    else return [`+${line}`];
    return [];
  });
  if (at !== before.length) throw new Error(`docs/metrics.ts: with metrics, "${before[at]}" is gone`);
  return lines;
}
