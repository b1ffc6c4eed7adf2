import type { FastifyRequest } from 'fastify';

/** Who asks, as the gateway says, which has authenticated the consumer. */
export function actorOf({ headers }: FastifyRequest): string {
  const name = headers['x-consumer-username'];
  return typeof name === 'string' && /^[\x21-\x7e]{1,100}$/.test(name) ? name : 'anonymous';
}
