import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics.ts';

export interface Health {
  /** What this service stands on. Each throws when it is away. */
  readonly components: Readonly<Record<'db', () => Promise<unknown>> & Record<string, () => Promise<unknown>>>;
  /** Whether requests should come: false from the moment that a stop begins. */
  ready: boolean;
}

const PATIENCE = 1500;
/** Its own deadline: health has to tell of what does not answer. */
const ROUTE = { handlerTimeout: 2 * PATIENCE, schema: { hide: true } };

type Status = 'UP' | 'DOWN' | 'OUT_OF_SERVICE';

/**
 * What Spring Boot's actuator answers, so that its probes and boards fit. Never to be reached from outside.
 * @see https://docs.spring.io/spring-boot/reference/actuator/endpoints.html
 */
export function actuator(
  app: FastifyInstance,
  { health, metrics }: { readonly health: Health; readonly metrics: Metrics },
): void {
  app.get('/actuator/health', ROUTE, async (_request, reply) => {
    const components = await look(health);
    const status = Object.values(components).every(({ status }) => status === 'UP') ? 'UP' : 'DOWN';
    return reply.code(status === 'UP' ? 200 : 503).send({ status, groups: ['liveness', 'readiness'], components });
  });

  // Asks nobody: a restart here does not bring PostgreSQL back.
  app.get('/actuator/health/liveness', ROUTE, () => ({ status: 'UP' }));

  // Without Kafka and Redis every request can still be answered, so they do not take the pod out. They are shown.
  app.get('/actuator/health/readiness', ROUTE, async (_request, reply) => {
    const components = await look(health);
    const status: Status = !health.ready ? 'OUT_OF_SERVICE' : components['db']!.status;
    return reply.code(status === 'UP' ? 200 : 503).send({ status, components });
  });

  app.get('/actuator/info', ROUTE, () => ({
    app: { name: 'bss-backend', version: process.env['npm_package_version'] ?? '0.1.0' },
    node: { version: process.version },
  }));

  app.get('/actuator/prometheus', ROUTE, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}

async function look({ components }: Health): Promise<Record<string, { status: Status; details?: { error: string } }>> {
  const looks = Object.entries(components).map(async ([name, check]) => {
    try {
      await Promise.race([check(), late()]);
      return [name, { status: 'UP' as const }] as const;
    } catch (error) {
      return [name, { status: 'DOWN' as const, details: { error: (error as Error).message } }] as const;
    }
  });
  return Object.fromEntries(await Promise.all(looks));
}

const late = () =>
  new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${PATIENCE} ms`)), PATIENCE).unref();
  });
