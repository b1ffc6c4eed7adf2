import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** The names of a job's metrics, each with its labels besides those that every series has. */
export type Exposed = Readonly<Record<string, readonly string[]>>;

/** Labels that every series has: of the target, and of the scrape. */
export const COMMON_LABELS = ['job', 'instance', 'component', 'pod'];

/**
 * Where it is written what a job exposes: one file each, as `npm run contract` has found it. That of kminion, whose image cannot be
 * had everywhere, is from https://github.com/redpanda-data/kminion/blob/v2.3.5/docs/metrics.md. So is what only production has:
 * autoscalers, from https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/main/receiver/k8sclusterreceiver/documentation.md,
 * and the members of Alertmanager, from two of them.
 */
export const FIXTURES = join(__dirname, 'exposed');

/** What each job exposes, by its name. */
export const exposed = (): Record<string, Exposed> =>
  Object.fromEntries(
    readdirSync(FIXTURES).map((file) => [
      basename(file, '.json'),
      JSON.parse(readFileSync(join(FIXTURES, file), 'utf8')) as Exposed,
    ]),
  );
