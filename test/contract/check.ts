import leven from 'leven';
import type { Alert, Recording } from '../../charts/observability/rules/rule';
import { COMMON_LABELS, type Exposed } from './catalogue';
import { named } from './promql';

/** Series that Prometheus makes itself, of no target. */
const OF_PROMETHEUS: Exposed = { ALERTS: ['alertname', 'alertstate', 'severity'] };

/** Everything that a query may name: metric to job to its labels. */
export type Catalogue = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

/** What jobs expose and rules record, together. */
export function catalogue(jobs: Readonly<Record<string, Exposed>>, rules: readonly (Alert | Recording)[]): Catalogue {
  const all = new Map<string, Map<string, Set<string>>>();
  const add = (metric: string, job: string, labels: Iterable<string>) => {
    const known = all.get(metric) ?? new Map<string, Set<string>>();
    known.set(job, new Set([...(known.get(job) ?? []), ...labels, ...COMMON_LABELS]));
    all.set(metric, known);
  };
  for (const [job, exposed] of Object.entries({ ...jobs, '': OF_PROMETHEUS })) {
    for (const [metric, labels] of Object.entries(exposed)) add(metric, job, labels);
  }
  for (const rule of rules) {
    if (!('record' in rule)) continue;
    const { selectors, labels, made } = named(rule.expr);
    const inherited = selectors.flatMap(({ metric }) => [...labelsOf(all, metric)]);
    add(rule.record, '', [...labels, ...made, ...inherited, ...Object.keys(rule.labels ?? {})]);
  }
  return all;
}

const labelsOf = (known: Catalogue, metric: string): Set<string> =>
  new Set([...(known.get(metric)?.values() ?? [])].flatMap((labels) => [...labels]));

/** What is wrong with a query: it cannot be read, or it names what nobody exposes. */
export function complaints(query: string, known: Catalogue): string[] {
  // Grafana puts a time there.
  const expr = query.replaceAll('$__rate_interval', '1m');
  const { selectors, labels, error } = named(expr);
  if (error !== undefined) return [`cannot be read after "${error.slice(-40)}"`];
  const wrong = selectors.flatMap((selector) => {
    const { metric, job } = selector;
    const jobs = known.get(metric);
    if (!jobs) return [`nobody exposes ${metric}${nearest(metric, [...known.keys()])}`];
    if (job && !jobs.has(job) && !jobs.has('')) {
      return [`${job} does not expose ${metric}, but ${[...jobs.keys()].join(', ')} does`];
    }
    const own = job && jobs.has(job) ? jobs.get(job)! : labelsOf(known, metric);
    return selector.labels
      .filter((label) => !own.has(label))
      .map((label) => `${metric} has no label ${label}${nearest(label, [...own])}`);
  });
  if (wrong.length > 0) return wrong;
  const all = new Set(selectors.flatMap(({ metric }) => [...labelsOf(known, metric)]));
  return labels
    .filter((label) => !all.has(label))
    .map((label) => `none of its series has a label ${label}${nearest(label, [...all])}`);
}

/** The names most like a wrong one. */
function nearest(wrong: string, names: readonly string[]): string {
  const like = [...names].sort((one, other) => leven(wrong, one) - leven(wrong, other)).slice(0, 3);
  return `; the nearest are ${like.join(', ')}`;
}
