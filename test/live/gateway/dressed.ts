import { CORRELATION_HEADER, SECURITY_HEADERS } from '../../../charts/gateway/kong/plugins';
import type { Answer } from '../../../cluster/gateway/requests';

export const exactly = (text: string) => new RegExp(`^${text.replaceAll(/[.*+?^$()[\]{}|\\]/g, '\\$&')}$`);

/** On every answer that Kong's plugins have seen. */
export const EVERYWHERE: Readonly<Record<string, RegExp>> = {
  ...Object.fromEntries(
    SECURITY_HEADERS.map((line) => line.split(/:(.*)/s)).map(([name, value]) => [name!.toLowerCase(), exactly(value!)]),
  ),
  'x-kong-request-id': /^[0-9a-f]{32}$/,
  [CORRELATION_HEADER.toLowerCase()]: /./,
};

/** On none: they tell strangers what runs here. */
export const NOWHERE = [
  ...[
    'server',
    'via',
    'x-powered-by',
    'x-aspnet-version',
    'x-runtime',
    'x-kong-proxy-latency',
    'x-kong-upstream-latency',
  ],
  ...['access-control-allow-credentials', 'x-accel-redirect', 'x-accel-limit-rate', 'x-accel-expires'],
];

/** An answer that Kong's plugins have seen, whatever it is. */
export function expectDressed({ headers }: Answer): void {
  for (const [name, value] of Object.entries(EVERYWHERE)) {
    expect([name, headers[name]]).toEqual([name, expect.stringMatching(value)]);
  }
  for (const name of NOWHERE) expect(headers).not.toHaveProperty(name);
}
