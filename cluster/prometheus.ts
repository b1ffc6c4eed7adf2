import { execFileSync } from 'node:child_process';
import { PATH } from '../charts/observability/prometheus/address';

/** A pod that Prometheus asks. */
export interface Target {
  readonly health: 'up' | 'down' | 'unknown';
  readonly labels: { readonly job: string; readonly pod: string };
  readonly lastError: string;
}

/** A series, and what it is now. */
export interface Value {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A rule as Prometheus has evaluated it last. */
export interface Evaluated {
  readonly type: 'alerting' | 'recording';
  readonly name: string;
  readonly query: string;
  readonly health: 'ok' | 'err' | 'unknown';
  readonly labels?: Readonly<Record<string, string>>;
  readonly lastError?: string;
}

const API = `http://127.0.0.1:9090${PATH}/api/v1`;

/** What the API answers at the port that kind publishes. @throws when it does not */
function ask(path: string, parameters: Record<string, string> = {}) {
  const data = Object.entries(parameters).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`]);
  return JSON.parse(
    execFileSync('curl', ['-sfG', '-m', '10', `${API}/${path}`, ...data], { encoding: 'utf8', maxBuffer: 2 ** 28 }),
  ).data;
}

/** All that are asked; none while Prometheus does not answer. */
export function targets(): Target[] {
  try {
    return ask('targets', { state: 'active' }).activeTargets;
  } catch {
    return [];
  }
}

/** The labels of all series that match and that there have been, with their names. */
export const series = (match: string): Readonly<Record<string, string>>[] => ask('series', { 'match[]': match });

/** The answer to a query, in the order of the labels. */
export const values = (query: string): Value[] =>
  (ask('query', { query }).result as { metric: Record<string, string>; value: [number, string] }[])
    .map(({ metric, value: [, text] }) => ({ metric, value: Number(text) }))
    .sort((one, other) => JSON.stringify(one.metric).localeCompare(JSON.stringify(other.metric)));

/** All rules, in the order of their groups. */
export const rules = (): Evaluated[] =>
  (ask('rules').groups as { rules: Evaluated[] }[]).flatMap((group) => group.rules);
