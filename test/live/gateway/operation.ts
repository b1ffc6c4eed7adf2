import type { GatewayInstallation } from '../../../cluster/gateway/installation';
import type { Request } from '../../../cluster/gateway/requests';
import { effectivePlugin } from '../../../docs/effective';
import { expectDressed } from './dressed';

/** The counter is raised after the answer, so that a few more may pass. */
const LATE = 10;
const PER_SECOND = 45;

/** As many as the model says pass in a minute, and the next get 429. */
export function expectLimit(gateway: GatewayInstallation, request: Request): void {
  const { configuration } = gateway.model;
  const limit = effectivePlugin(configuration, configuration.services[0]!, 'rate-limiting')!.config.minute;
  const { passed, passedFirst, lastPassed, firstRefused, seconds, oneMinute } = gateway.burst(
    request,
    limit + 2 * LATE,
  );
  console.info(`${passed} requests passed in ${seconds.toFixed(1)} s`);
  expect({ passedFirst, oneMinute }).toEqual({ passedFirst: true, oneMinute: true });
  expect(passed).toBeGreaterThanOrEqual(limit);
  expect(passed).toBeLessThanOrEqual(limit + LATE);
  expect(lastPassed!.headers).toMatchObject({ 'ratelimit-limit': `${limit}`, 'x-ratelimit-limit-minute': `${limit}` });
  expect(firstRefused).toMatchObject({
    status: 429,
    headers: { 'ratelimit-remaining': '0', 'retry-after': expect.stringMatching(/^\d+$/) },
  });
  expectDressed(firstRefused!);
}

/** Requests of all consumers in turn go on, while every pod is replaced. @param seconds how long that may take */
export async function expectRollLosesNothing(
  gateway: GatewayInstallation,
  request: Request,
  seconds: number,
): Promise<void> {
  const requests = Object.values(gateway.model.keys).map((apikey) => ({ ...request, headers: { apikey } }));
  const load = gateway.load(requests, PER_SECOND, seconds);
  gateway.restart();
  expect(await load).toMatchObject({ sent: PER_SECOND * seconds, failed: 0, failures: [] });
}
