import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Database, Work } from '../database/database.ts';
import { actorOf } from './actor.ts';
import { Problem, pathOf } from './problem.ts';

/** @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ */
export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]{1,100}$',
      description:
        'The same request of the same caller with the same key is answered by what the first one was, and has no further effect',
    }),
  ),
});

export interface Created {
  readonly location: string;
  readonly body: string;
}

/**
 * Creates once for each key of a caller. Its answer is kept by the transaction that has the effect; two at once do the
 * same until one of them has kept its answer, and nothing is left of the other.
 * @throws Problem 422 if the key came with another body before
 */
export async function createOnce(
  database: Database,
  request: FastifyRequest,
  create: (work: Work) => Promise<Created>,
): Promise<Created & { readonly replayed: boolean }> {
  const actor = actorOf(request);
  const key = request.headers['idempotency-key'] as string | undefined;
  if (key === undefined) return { ...(await database.change(actor, create)), replayed: false };
  // What another caller did with the same key is none of this one's business.
  const scope = `${actor} ${pathOf(request)}`;
  const fingerprint = createHash('sha256').update(JSON.stringify(request.body)).digest('hex');
  try {
    const created = await database.change(actor, async (work) => {
      const created = await create(work);
      work.db.write('INSERT INTO idempotency (scope, key, fingerprint, location, body) VALUES ($1, $2, $3, $4, $5)', [
        ...[scope, key, fingerprint, created.location, created.body],
      ]);
      return created;
    });
    return { ...created, replayed: false };
  } catch (error) {
    // Also when it was refused: the first one may have changed what this one would need.
    const first = await keptAnswer(database, scope, key).catch(() => undefined);
    if (!first) throw error;
    if (first.fingerprint !== fingerprint) {
      throw new Problem(422, 'key-reused', 'This Idempotency-Key came with another body before. Take a new key.');
    }
    return { location: first.location, body: first.body, replayed: true };
  }
}

async function keptAnswer(database: Database, scope: string, key: string) {
  const { rows } = await database.query(
    'SELECT fingerprint, location, body FROM idempotency WHERE scope = $1 AND key = $2',
    [scope, key],
  );
  return rows[0] as (Created & { readonly fingerprint: string }) | undefined;
}
