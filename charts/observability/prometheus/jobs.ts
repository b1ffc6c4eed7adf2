import type { Endpoint } from '../../../lib/endpoint';
import type { Metrics, Targets } from '../../../lib/metrics';
import { StatefulWorkload } from '../../../lib/stateful-workload';
import { StatelessWorkload } from '../../../lib/stateless-workload';
import type { Workload } from '../../../lib/workload';
import { SAMPLE_LIMIT } from './rules';

/** A workload that is asked, by what leads to each of its pods. */
export interface Target {
  readonly workload: StatefulWorkload | StatelessWorkload;
  readonly metrics: Metrics;
  readonly endpoints: readonly Endpoint[];
}

/** All of `workloads` that have metrics. Pods with a name are asked by it, those that come and go by the name of all. */
export const targetsAmong = (workloads: readonly Workload[]): Target[] =>
  workloads.flatMap((workload): Target[] => {
    const { metrics } = workload;
    if (!metrics) return [];
    if (workload instanceof StatefulWorkload)
      return [{ workload, metrics, endpoints: workload.podEndpoints(metrics.port) }];
    if (workload instanceof StatelessWorkload)
      return [{ workload, metrics, endpoints: [workload.podsEndpoint(metrics.port)] }];
    throw new Error(`${workload.name} has metrics, but ends before anybody asks for them. Leave them out.`);
  });

/** A scrape job as Prometheus reads it. */
export const scrapeJob = ({ workload, metrics, endpoints }: Target) => ({
  job_name: workload.name,
  metrics_path: metrics.path,
  // More than that is a mistake, and not kept: the claim is for what is counted here.
  sample_limit: SAMPLE_LIMIT,
  ...(metrics.targets
    ? probeJob(workload, metrics.targets, endpoints[0]!)
    : workload instanceof StatefulWorkload
      ? {
          static_configs: endpoints.map(({ address }, ordinal) => ({
            targets: [address],
            labels: { component: componentOf(workload), pod: workload.podNames[ordinal]! },
          })),
        }
      : {
          dns_sd_configs: endpoints.map(({ host, portNumber }) => ({ names: [host], type: 'A', port: portNumber })),
          relabel_configs: [
            { target_label: 'component', replacement: componentOf(workload) },
            // DNS knows their addresses and not their names: `kubectl get pods -o wide` has both.
            { source_labels: ['__address__'], regex: '(.+):\\d+', target_label: 'pod' },
          ],
        }),
});

/** One page for each server that `exporter` looks at: what it says is of that server, and has its name for a pod. */
const probeJob = (workload: Workload, { module, servers }: Targets, exporter: Endpoint) => ({
  params: { module: [module] },
  static_configs: servers.map(({ address, host }) => ({
    targets: [address],
    labels: { component: componentOf(workload), pod: host.split('.')[0]! },
  })),
  relabel_configs: [
    { source_labels: ['__address__'], target_label: '__param_target' },
    { target_label: '__address__', replacement: exporter.address },
  ],
});

const componentOf = ({ labels }: Workload) => labels['app.kubernetes.io/component']!;
