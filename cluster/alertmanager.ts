import type { Namespace } from './namespace';

/** An alert that Alertmanager has been told of and that is not over. */
export interface Told {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly status: {
    /** Alerts that it only follows from: it is told to nobody. */
    readonly inhibitedBy: readonly string[];
  };
}

const QUERY = ['amtool', '--alertmanager.url=http://localhost:9093', 'alert', 'query', '--active', '--inhibited'];

/** What Alertmanager's API has, also what is inhibited; nothing while it does not answer. */
export function told(namespace: Namespace): Told[] | undefined {
  const { ok, output } = namespace.try('exec', 'alertmanager-0', '--', ...QUERY, '--output=json');
  return ok ? (JSON.parse(output) ?? []) : undefined;
}
