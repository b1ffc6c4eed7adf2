import { randomUUID } from 'node:crypto';
import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import type { Cache } from '../cache.ts';
import type { Database } from '../database/database.ts';
import type { Metrics } from '../metrics.ts';
import { actuator, type Health } from './actuator.ts';
import type { App } from './app.ts';
import { observe } from './observe.ts';
import { answerWithProblems, document, Problem, ProblemDocument, sendProblem } from './problem.ts';
import { resources } from './resources.ts';
import { tmf629 } from './tmf629.ts';

export interface ServerProps {
  readonly database: Database;
  readonly cache: Cache;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly log: FastifyBaseLogger;
  /** Milliseconds a request may take. */
  readonly deadline: number;
}

const LARGEST_BODY = 64 * 1024;

/** The HTTP interface, not listening yet. */
export async function createServer(props: ServerProps): Promise<App> {
  const app = Fastify({
    loggerInstance: props.log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: LARGEST_BODY,
    handlerTimeout: props.deadline,
    requestTimeout: props.deadline * 2,
    // Longer than the gateway keeps its connections, which must be the one to end them.
    keepAliveTimeout: 75_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 100 },
    frameworkErrors: (error, request, reply) =>
      void sendProblem(new Problem(error.statusCode ?? 400, 'bad-request', error.message), request, reply as never),
    clientErrorHandler: refuse,
  }).withTypeProvider<TypeBoxTypeProvider>();

  validate(app);
  answerWithProblems(app);
  observe(app, props.metrics);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'BSS reference backend',
        version: '1.0.0',
        description: 'Customers, orders, invoices, payments. Whatever changes is announced by a CloudEvent.',
      },
    },
    refResolver: { buildLocalReference: (json, _uri, _fragment, index) => `${json['$id'] ?? `schema-${index}`}` },
  });
  app.addSchema({ ...ProblemDocument, $id: 'Problem' });
  // While this process waits for its proxies to leave it, they are told to take another connection for the next request:
  // one that is closed later could be closed just when they use it again.
  app.addHook('onRequest', async (_request, reply) => {
    if (!props.health.ready) reply.header('connection', 'close');
  });
  // No plugins: one that adds schemas would go back to Fastify's own validation, which coerces bodies.
  for (const routes of [actuator, resources, tmf629]) routes(app, props);
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  return app;
}

/** A query is text, so `size=10` is a number there. In a body `"10"` is a string. */
function validate(app: App): void {
  const [body, text] = [new Ajv({ coerceTypes: false }), new Ajv({ coerceTypes: true, useDefaults: true })];
  for (const ajv of [body, text]) formats.default(ajv);
  app.setValidatorCompiler(({ schema, httpPart }) => (httpPart === 'body' ? body : text).compile(schema as object));
}

/** What is no HTTP at all never becomes a request. */
function refuse(error: Error & { code?: string }, socket: import('node:net').Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ''] ?? 400;
  const body = JSON.stringify(document(new Problem(status, 'bad-request', 'This is no request that can be read.')));
  socket.end(
    `HTTP/1.1 ${status} \r\nConnection: close\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
