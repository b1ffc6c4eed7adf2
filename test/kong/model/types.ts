import type {
  CorrelationId,
  HttpLog,
  IpRestriction,
  KeyAuth,
  OpenTelemetry,
  Plugin,
  RateLimiting,
  RequestSizeLimiting,
  ResponseTransformer,
} from '../../../charts/gateway/kong/plugins';
import { globalPlugin, withConfiguration, withConsumer, withRoute, withService } from '../stand-in';
import { key } from '../wrong';

const limiting = (config: RateLimiting['config']) => config;
const keyAuth = (config: KeyAuth['config']) => config;
const size = (config: RequestSizeLimiting['config']) => config;
const correlation = (config: CorrelationId['config']) => config;
const addresses = (config: IpRestriction['config']) => config;
const transformer = (config: ResponseTransformer['config']) => config;
const traces = (config: OpenTelemetry['config']) => config;
const log = (config: HttpLog['config']) => config;
const named = (name: Plugin['name']) => name;

const minute = { minute: 1, limit_by: 'service', fault_tolerant: true } as const;
const local = { ...minute, policy: 'local' } as const;
const redis = { ...minute, policy: 'redis', redis_host: 'redis', redis_port: 6379, redis_timeout: 100 } as const;
const queue = { max_batch_size: 200, max_coalescing_delay: 3 };
const header = { header_name: 'X-Correlation-ID', echo_downstream: true };
const toAnywhere = { endpoint: 'http://x', queue };

// The compiler is the test: a line that it accepts fails `tsc`, as then nothing is expected to be wrong.
it('What the types refuse needs no check at synth', () => {
  expect([
    // @ts-expect-error a field of 3.6
    limiting({ ...minute, policy: 'redis', redis: { host: 'x' } }),
    // @ts-expect-error refused without a database, and a write for each request with one
    limiting({ ...minute, policy: 'cluster' }),
    // @ts-expect-error Redis without a host
    limiting({ ...minute, policy: 'redis' }),
    // @ts-expect-error there is no burst
    limiting({ ...local, burst: 100 }),
    // @ts-expect-error lets bursts through in 3.5
    limiting({ ...redis, sync_rate: 1 }),
    // @ts-expect-error a password in the clear
    limiting({ ...redis, redis_password: 'secret' }),
    // @ts-expect-error ids of credentials differ from pod to pod where nobody wrote them
    limiting({ ...local, limit_by: 'credential' }),
    // @ts-expect-error a limit is a number
    limiting({ ...local, minute: '1' }),
    // @ts-expect-error keys in URLs end up in logs
    keyAuth({ key_names: ['apikey'], key_in_query: true, hide_credentials: true }),
    // @ts-expect-error keys that services see end up in their logs
    keyAuth({ key_names: ['apikey'], key_in_query: false, hide_credentials: false }),
    // @ts-expect-error 411 for every GET
    size({ allowed_payload_size: 1, size_unit: 'bytes', require_content_length: true }),
    // @ts-expect-error a unit that is none
    size({ allowed_payload_size: 1, size_unit: 'MB' }),
    // @ts-expect-error a generator that is none
    correlation({ ...header, generator: 'random' }),
    // @ts-expect-error neither allow nor deny
    addresses({ message: 'no' }),
    // @ts-expect-error a header without a value
    transformer({ add: { headers: ['X-Frame-Options'] } }),
    // @ts-expect-error a field of 3.6
    traces({ ...toAnywhere, sampling_rate: 1 }),
    // @ts-expect-error a list, where http-log wants a text
    log({ http_endpoint: 'http://x', headers: { a: ['b'] }, queue }),
    // @ts-expect-error deprecated, and ignored
    log({ http_endpoint: 'http://x', queue, queue_size: 100 }),
    // @ts-expect-error a plugin that is not loaded
    named('request-termination'),
    // @ts-expect-error 303 would turn a POST into a GET, and Kong refuses it
    withRoute({ protocols: ['https'], https_redirect_status_code: 303 }),
    // @ts-expect-error of the router of expressions
    withRoute({ expression: 'http.path == "/"' }),
    // @ts-expect-error services have it, routes have not
    withRoute({ enabled: true }),
    // @ts-expect-error not in capitals
    withRoute({ methods: ['get'] }),
    // @ts-expect-error matches /apifoo
    withRoute({ paths: ['/api'] }),
    // @ts-expect-error a pattern without an end
    withRoute({ paths: ['~/api'] }),
    // @ts-expect-error wins over host without a word
    withService({ url: 'http://backend:8080' }),
    // @ts-expect-error for https alone
    withService({ tls_verify: true }),
    // @ts-expect-error a text, where a number is due
    withService({ port: '8080' }),
    // @ts-expect-error a key in the clear
    withConsumer({ keyauth_credentials: [{ key: 'frontend_api_key_123', id: key!.id }] }),
    // @ts-expect-error its id would be random at each start
    withConsumer({ keyauth_credentials: [{ key: key!.key }] }),
    // @ts-expect-error cors runs before anybody is known
    withConsumer({ plugins: [globalPlugin('cors')] }),
    // @ts-expect-error what decK adds
    withConfiguration({ _info: {} }),
    // @ts-expect-error what Kong takes for nothing
    withConfiguration({ plugins: null }),
  ]).toHaveLength(33);
});
