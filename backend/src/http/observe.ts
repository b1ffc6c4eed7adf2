import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics.ts';

const tracer = trace.getTracer('bss-backend');
const outcomes = ['UNKNOWN', 'INFORMATIONAL', 'SUCCESS', 'REDIRECTION', 'CLIENT_ERROR', 'SERVER_ERROR'];

/** A measurement and a span for each request, except those of the platform itself. */
export function observe(app: FastifyInstance, metrics: Metrics): void {
  app.decorateReply('exception', 'None');

  app.addHook('onRequest', (request, reply, done) => {
    const route = request.routeOptions.url;
    if (route?.startsWith('/actuator/')) return done();
    const parent = propagation.extract(context.active(), request.headers);
    const span = tracer.startSpan(
      `${request.method} ${route ?? 'UNKNOWN'}`,
      {
        kind: SpanKind.SERVER,
        attributes: { 'http.request.method': request.method, 'url.path': request.url.split('?')[0]! },
      },
      parent,
    );
    reply.raw.once('close', () => {
      span.setAttribute('http.response.status_code', reply.statusCode);
      if (reply.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
      metrics.requests.observe(
        {
          method: request.method,
          uri: route ?? 'UNKNOWN',
          status: reply.statusCode,
          outcome: outcomes[Math.floor(reply.statusCode / 100)] ?? 'UNKNOWN',
          exception: reply.exception,
        },
        reply.elapsedTime / 1000,
      );
    });
    // What the request does from here on is below its span.
    context.with(trace.setSpan(parent, span), done);
  });
}
