import { type Gateway, gatewayErrors } from '../../charts/gateway/kong/checks/checks';
import type { Path, Placeholder, Upstream } from '../../charts/gateway/kong/entities';
import type {
  Cors,
  HeaderLine,
  HttpLog,
  IpRestriction,
  KeyAuth,
  OpenTelemetry,
  RateLimiting,
  ResponseTransformer,
} from '../../charts/gateway/kong/plugins';
import {
  globalPlugin,
  right,
  servicePlugin,
  withConfiguration,
  withConsumer,
  withGlobalPlugin,
  withRoute,
  withServicePlugin,
} from './stand-in';

export const { services, consumers, plugins } = right.configuration;
export const [frontend, mobile] = consumers;
export const [key] = frontend!.keyauth_credentials;

export const paths = (...list: string[]) => withRoute({ paths: list as unknown as [Path] });
export const limit = (config: Partial<RateLimiting['config']>) =>
  withServicePlugin({
    name: 'rate-limiting',
    config: { ...servicePlugin('rate-limiting').config, ...config } as RateLimiting['config'],
  });
export const cors = (config: Partial<Cors['config']>) =>
  withGlobalPlugin({ name: 'cors', config: { ...globalPlugin('cors').config, ...config } });
export const keyAuth = (config: Partial<KeyAuth['config']>) =>
  withServicePlugin({ name: 'key-auth', config: { ...servicePlugin('key-auth').config, ...config } });
export const restriction = (config: IpRestriction['config']) => withServicePlugin({ name: 'ip-restriction', config });
export const transformer = (config: ResponseTransformer['config']) =>
  withGlobalPlugin({ name: 'response-transformer', config });
export const both = (line: string) =>
  transformer({ replace: { headers: [line as HeaderLine] }, add: { headers: [line as HeaderLine] } });
export const log = (config: Partial<HttpLog['config']>) =>
  withGlobalPlugin({
    name: 'http-log',
    config: {
      http_endpoint: 'http://vector:8080/kong',
      queue: { max_batch_size: 100, max_coalescing_delay: 1 },
      ...config,
    },
  });
export const traces = (config: Partial<OpenTelemetry['config']>) =>
  withGlobalPlugin({
    name: 'opentelemetry',
    config: {
      endpoint: 'http://jaeger:4318/v1/traces',
      queue: { max_batch_size: 200, max_coalescing_delay: 3 },
      ...config,
    },
  });
export const withKey = (text: string) => withConsumer({ keyauth_credentials: [{ ...key!, key: text as Placeholder }] });
export const probe = { http_path: '/health', timeout: 1, healthy: { interval: 5, successes: 2 } };
export const upstream = (change: Partial<Upstream>): Gateway =>
  withConfiguration({ upstreams: [{ name: 'many', targets: [{ target: 'one:8080' }], ...change }] });

/** Each message is in one sentence of the errors, and there is none besides. */
export function expectErrors(gateway: Gateway, messages: string[]): void {
  const errors = gatewayErrors(gateway);
  const unexpected = errors.filter((error) => !messages.some((message) => error.includes(message)));
  const missing = messages.filter((message) => !errors.some((error) => error.includes(message)));
  expect({ unexpected, missing }).toEqual({ unexpected: [], missing: [] });
  for (const error of errors) expect(error).toMatch(/^kong: .*\.$/);
}

/** A wrong gateway in a few words, and what is said about it. */
export type Wrong = [string, Gateway, ...string[]];
