import type { GatewayInstallation } from '../../../cluster/gateway/installation';
import type { Request } from '../../../cluster/gateway/requests';
import { expectDressed } from './dressed';

const LIMIT = 1100;
/** The counter is raised after the answer, so that a few more may pass. */
const LATE = 10;

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
