import type { GatewayInstallation } from '../../../cluster/gateway/installation';
import type { Request } from '../../../cluster/gateway/requests';
import { expectDressed } from './dressed';

const LIMIT = 1100;
/** The counter is raised after the answer, so that a few more may pass. */
const LATE = 10;
const PER_SECOND = 45;

/** So many pass in a minute, and the next get 429. */
export function expectLimit(gateway: GatewayInstallation, request: Request): void {
  const { passed, passedFirst, lastPassed, firstRefused, seconds, oneMinute } = gateway.burst(
    request,
    LIMIT + 2 * LATE,
  );
  console.info(`${passed} requests passed in ${seconds.toFixed(1)} s`);
  expect({ passedFirst, oneMinute }).toEqual({ passedFirst: true, oneMinute: true });
  expect(passed).toBeGreaterThanOrEqual(LIMIT);
  expect(passed).toBeLessThanOrEqual(LIMIT + LATE);
  expect(lastPassed!.headers).toMatchObject({ 'ratelimit-limit': '1100', 'x-ratelimit-limit-minute': '1100' });
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
