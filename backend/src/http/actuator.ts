import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics.ts';

export interface Health {
  /** What this service stands on. Each throws when it is away. */
  readonly components: Readonly<Record<'db', () => Promise<unknown>> & Record<string, () => Promise<unknown>>>;
  /** Whether requests should come: false from the moment that a stop begins. */
  ready: boolean;
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** Milliseconds, shorter than the timeout of a probe. */
const MOST_PATIENCE = 1500;

type Status = 'UP' | 'DOWN' | 'OUT_OF_SERVICE';

/**
 * What Spring Boot's actuator answers, so that its probes and boards fit. Never to be reached from outside.
 * @see https://docs.spring.io/spring-boot/reference/actuator/endpoints.html
 */
export function actuator(
  app: FastifyInstance,
  { health, metrics, deadline }: { readonly health: Health; readonly metrics: Metrics; readonly deadline: number },
): void {
  // Health has to tell of what does not answer, before whoever asks has given up.
  const patience = Math.min(MOST_PATIENCE, 0.3 * deadline);
  const route = { handlerTimeout: 2 * patience, schema: { hide: true } };

  app.get('/actuator/health', route, async (_request, reply) => {
    const components = await look(health, patience);
    const status = Object.values(components).every(({ status }) => status === 'UP') ? 'UP' : 'DOWN';
    return reply.code(status === 'UP' ? 200 : 503).send({ status, groups: ['liveness', 'readiness'], components });
  });

  // Asks nobody: a restart here does not bring PostgreSQL back.
  app.get('/actuator/health/liveness', route, () => ({ status: 'UP' }));

  // Without Kafka and Redis every request can still be answered, so they do not take the pod out. They are shown.
  app.get('/actuator/health/readiness', route, async (_request, reply) => {
    const components = await look(health, patience);
    const status: Status = !health.ready ? 'OUT_OF_SERVICE' : components['db']!.status;
    return reply.code(status === 'UP' ? 200 : 503).send({ status, components });
  });

  app.get('/actuator/info', route, () => ({
    app: { name: 'bss-backend', version },
    node: { version: process.version },
  }));

  app.get('/actuator/prometheus', route, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}

async function look(
  { components }: Health,
  patience: number,
): Promise<Record<string, { status: Status; details?: { error: string } }>> {
  const looks = Object.entries(components).map(async ([name, check]) => {
    try {
      await Promise.race([check(), late(patience)]);
      return [name, { status: 'UP' as const }] as const;
    } catch (error) {
      return [name, { status: 'DOWN' as const, details: { error: (error as Error).message } }] as const;
    }
  });
  return Object.fromEntries(await Promise.all(looks));
}

const late = (patience: number) =>
  new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${patience} ms`)), patience).unref();
  });
