import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Work } from '../database/database.ts';
import { Problem } from './problem.ts';

/** @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ */
export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]{1,100}$',
      description:
        'The same request with the same key is answered by what the first one was, and has no further effect',
    }),
  ),
});

export interface Created {
  readonly location: string;
  readonly body: string;
}

/**
 * Runs `create` once for each key. Its answer is kept in the transaction that has the effect: one that waits for the
 * other sees both or neither. @throws Problem 422 if the key came with another body before
 */
export async function once(work: Work, { url, body, headers }: FastifyRequest, create: () => Promise<Created>) {
  const key = headers['idempotency-key'] as string | undefined;
  if (key === undefined) return { ...(await create()), replayed: false };
  const fingerprint = createHash('sha256').update(JSON.stringify(body)).digest('hex');
  const { rowCount } = await work.db.query(
    'INSERT INTO idempotency (scope, key, fingerprint) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [url, key, fingerprint],
  );
  if (rowCount === 0) {
    const { rows } = await work.db.query(
      'SELECT fingerprint, location, body FROM idempotency WHERE scope = $1 AND key = $2',
      [url, key],
    );
    if (rows[0].fingerprint !== fingerprint) {
      throw new Problem(422, 'key-reused', 'This Idempotency-Key came with another body before. Take a new key.');
    }
    return { location: rows[0].location as string, body: rows[0].body as string, replayed: true };
  }
  const created = await create();
  await work.db.query('UPDATE idempotency SET location = $3, body = $4 WHERE scope = $1 AND key = $2', [
    ...[url, key, created.location, created.body],
  ]);
  return { ...created, replayed: false };
}
