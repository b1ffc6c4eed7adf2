import { wholeErrors } from '../../../numbers';
import { scopesOf } from '../policy';
import { leastMemory } from '../runtime';
import type { Gateway } from './checks';

/** Pods that are too small for their work, or count each for itself. */
export function capacityErrors({
  configuration,
  runtime: { replicas, workers, memoryLimit, bodyLimit },
}: Gateway): string[] {
  const least = leastMemory(workers).toMebibytes();
  const counting = scopesOf(configuration).flatMap(({ title, plugins }) =>
    plugins.flatMap((plugin) => (plugin.name === 'rate-limiting' && plugin.config.policy === 'local' ? [title] : [])),
  );
  return [
    ...wholeErrors({ replicas, workers, bodyLimit }),
    ...(memoryLimit.toMebibytes() >= least
      ? []
      : [
          `resources.memoryLimit is ${memoryLimit.toMebibytes()} MiB, but ${workers} workers and the volumes in memory need ${least} MiB: under load the ` +
            'kernel would kill workers, which no status, event or restart shows. Raise it, or ask for less CPU.',
        ]),
    ...(replicas > 1
      ? counting.map(
          (title) =>
            `rate-limiting of ${title}: policy is local, but there are up to ${replicas} pods, each of which counts for itself: ` +
            `the limit would be ${replicas} times as high. Use policy: redis.`,
        )
      : []),
  ];
}
