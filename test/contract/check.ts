import leven from 'leven';
import type { Alert, Recording } from '../../charts/observability/rules/rule';
import { COMMON_LABELS, type Exposed } from './catalogue';
import { answer, named } from './promql';

/** Series that Prometheus makes itself, of no target. */
const OF_PROMETHEUS: Exposed = { ALERTS: ['alertname', 'alertstate', 'severity'] };

/** Everything that a query may name: metric to job to its labels. */
export type Catalogue = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

/** What jobs expose and rules record, together. */
export function catalogue(jobs: Readonly<Record<string, Exposed>>, rules: readonly (Alert | Recording)[]): Catalogue {
  const all = new Map<string, Map<string, Set<string>>>();
  const add = (metric: string, job: string, labels: Iterable<string>) => {
    const known = all.get(metric) ?? new Map<string, Set<string>>();
    known.set(job, new Set([...(known.get(job) ?? []), ...labels]));
    all.set(metric, known);
  };
  for (const [job, exposed] of Object.entries({ ...jobs, '': OF_PROMETHEUS })) {
    for (const [metric, labels] of Object.entries(exposed)) add(metric, job, [...labels, ...COMMON_LABELS]);
  }
  for (const rule of rules) {
    if (!('record' in rule)) continue;
    const { labels } = answer(rule.expr, (metric) => labelsOf(all, metric));
    add(rule.record, '', [...labels, ...Object.keys(rule.labels ?? {})]);
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
  const everyJob = [...new Set([...known.values()].flatMap((jobs) => [...jobs.keys()]))];
  const wrong = selectors.flatMap((selector) => {
    const { metric } = selector;
    const jobs = known.get(metric);
    if (!jobs) return [`nobody exposes ${metric}${nearest(metric, [...known.keys()])}`];
    const nobody = selector.jobs?.filter((job) => matching(job, everyJob).length === 0) ?? [];
    if (nobody.length > 0) return nobody.map((job) => `there is no job ${job}${nearest(job, everyJob)}`);
    const among = selector.jobs?.flatMap((job) => matching(job, [...jobs.keys()])) ?? [];
    if (selector.jobs && among.length === 0 && !jobs.has('')) {
      return [`${selector.jobs.join(', ')} does not expose ${metric}, but ${[...jobs.keys()].join(', ')} does`];
    }
    const own = among.length > 0 ? new Set(among.flatMap((job) => [...jobs.get(job)!])) : labelsOf(known, metric);
    return selector.labels
      .filter((label) => !own.has(label))
      .map((label) => `${metric} has no label ${label}${nearest(label, [...own])}`);
  });
  if (wrong.length > 0) return wrong;
  const all = new Set(selectors.flatMap(({ metric }) => [...labelsOf(known, metric)]));
  const unknown = labels.filter((label) => !all.has(label));
  if (unknown.length > 0)
    return unknown.map((label) => `none of its series has a label ${label}${nearest(label, [...all])}`);
  return answer(expr, (metric) => labelsOf(known, metric)).grouped.flatMap(({ by, labels: left }) =>
    by
      .filter((label) => label !== 'le' && !left.has(label))
      .map((label) => `what is grouped by ${label} has only ${[...left].join(', ')}`),
  );
}

const matching = (job: string, names: readonly string[]) => names.filter((name) => new RegExp(`^(${job})$`).test(name));

/** The names most like a wrong one. */
function nearest(wrong: string, names: readonly string[]): string {
  const like = [...names].sort((one, other) => leven(wrong, one) - leven(wrong, other)).slice(0, 3);
  return `; the nearest are ${like.join(', ')}`;
}
