import { wholeErrors } from '../../../numbers';
import type { Upstream } from '../entities';
import type { Gateway } from './checks';
import { repeated } from './names';

/** Upstreams that Kong would refuse, or would never probe. */
export const upstreamErrors = ({ configuration: { upstreams = [] } }: Gateway): string[] =>
  upstreams.flatMap((upstream) => [
    ...(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(upstream.name)
      ? []
      : [`upstream "${upstream.name}" has no legal name: it must be like a host name, without a port.`]),
    ...targetErrors(upstream),
    ...healthErrors(upstream),
  ]);

function targetErrors({ name, targets }: Upstream): string[] {
  if (targets.length === 0) return [`upstream "${name}" has no target: every request would end with 503. Give it one.`];
  return [
    ...repeated(targets.map(({ target }) => target)).map(
      (target) => `upstream "${name}" has the target ${target} twice. Give it once, with a weight.`,
    ),
    ...targets.flatMap(({ target, weight = 100 }) => [
      ...(/^[A-Za-z0-9.-]+:[1-9]\d{0,4}$/.test(target)
        ? []
        : [`upstream "${name}": target is "${target}": write host:port, as Kong takes port 8000 where there is none.`]),
      ...wholeErrors({ [`upstream "${name}": weight of ${target}`]: weight }, 0),
      ...(weight <= 65_535 ? [] : [`upstream "${name}": weight of ${target} is ${weight}: it must be 65535 or less.`]),
    ]),
  ];
}

function healthErrors({ name, healthchecks }: Upstream): string[] {
  if (!healthchecks) return [];
  const { healthy, unhealthy, http_path, timeout } = healthchecks.active;
  const counts = { 'healthy.interval': healthy.interval, 'unhealthy.interval': unhealthy.interval, timeout };
  return [
    ...Object.entries(counts)
      .filter(([, seconds]) => !(seconds > 0))
      .map(
        ([field, seconds]) =>
          `upstream "${name}": ${field} of the active health check is ${seconds}: with 0 Kong does not check at all. ` +
          'Set both intervals and the timeout to 1 or more.',
      ),
    ...wholeErrors(
      {
        [`upstream "${name}": healthy.successes`]: healthy.successes,
        [`upstream "${name}": unhealthy.tcp_failures`]: unhealthy.tcp_failures,
        [`upstream "${name}": unhealthy.http_failures`]: unhealthy.http_failures,
      },
      1,
    ),
    ...(http_path.startsWith('/') ? [] : [`upstream "${name}": http_path is "${http_path}": it must begin with "/".`]),
  ];
}
