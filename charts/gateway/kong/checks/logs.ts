import type { HttpLog, OpenTelemetry } from '../plugins';

const LEAST_SPANS = 20;

export function logErrors(plugin: HttpLog | OpenTelemetry): string[] {
  const { max_batch_size, max_coalescing_delay } = plugin.config.queue;
  const endpoint = plugin.name === 'http-log' ? plugin.config.http_endpoint : plugin.config.endpoint;
  return [
    ...(Number.isInteger(max_batch_size) && max_batch_size >= 1
      ? []
      : [`queue.max_batch_size is ${max_batch_size}: it must be a whole number of 1 or more.`]),
    ...(max_coalescing_delay >= 0
      ? []
      : [`queue.max_coalescing_delay is ${max_coalescing_delay}: it must be 0 or more.`]),
    ...(plugin.name === 'opentelemetry' && max_batch_size < LEAST_SPANS
      ? [
          `queue.max_batch_size is ${max_batch_size}: that is a request for every few spans. Set it to ${LEAST_SPANS} or more, such as 200.`,
        ]
      : []),
    ...(endpoint.startsWith('{vault://') ? [] : urlErrors(endpoint)),
  ];
}

function urlErrors(endpoint: string): string[] {
  if (!/^https?:\/\/[^/]/.test(endpoint)) return [`"${endpoint}" is no URL: write "http://host:port/path".`];
  const { pathname, search } = new URL(endpoint);
  return [
    ...(search ? [`the query of "${endpoint}" is dropped without a word. Use headers.`] : []),
    ...(pathname === '/loki/api/v1/push'
      ? [
          `"${endpoint}" does not understand Kong's JSON: up to 3.3 Loki answers 204 and keeps nothing. Log to stdout for a ` +
            'collector, or send to Vector or Fluent Bit.',
        ]
      : []),
  ];
}
