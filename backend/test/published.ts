import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { operations, published, schema } from './fixtures/tmf629.ts';
import type { Answer, Service } from './service.ts';

const { base } = published;
const ajv = new Ajv();
formats.default(ajv);
ajv.addSchema(schema);

/** Of TMF629 v4. `[]` after the name: each of them. */
export function assertPublished(definition: string, value: unknown): void {
  const array = definition.endsWith('[]');
  const validate = ajv.getSchema(`tmf629#/definitions/${definition.replace('[]', '')}`)!;
  for (const one of array ? (value as unknown[]) : [value])
    assert.ok(validate(one), `${definition}: ${ajv.errorsText(validate.errors)} ${JSON.stringify(one)}`);
}

/** Asks, and compares what is sent and what comes back with what is published. */
export async function askPublished(
  service: Service,
  operation: keyof typeof operations,
  {
    id = '',
    query = '',
    body,
    headers = {},
  }: { id?: string; query?: string; body?: object; headers?: Record<string, string> },
): Promise<Answer> {
  const [method, path] = operation.split(' ') as ['GET', string];
  const { success, errors, ...known } = operations[operation];
  const answer = await service.ask(method, `${base}${path.replace('{id}', id)}${query}`, body, headers);
  const said = `${operation}${query}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 500)}`;
  assert.equal(answer.headers['content-type'], published.mediaType, said);
  if (answer.status !== success) {
    assert.ok(answer.status < 500 && (errors as readonly number[]).includes(answer.status), said);
    assertPublished('Error', answer.body);
    assert.equal(answer.body.status, `${answer.status}`);
    return answer;
  }
  if ('body' in known) assertPublished(known.body, body);
  // What is left out by `fields` is not there: the one case in which an answer is not a whole customer.
  if ('answer' in known && !query.includes('fields=')) assertPublished(known.answer, answer.body);
  return answer;
}

const party = { id: 'org-7', '@referredType': 'Organization', name: 'Analytical Engines', href: '/organization/org-7' };
/** The least that makes a customer. */
export const minimal = { name: 'Ada Lovelace', engagedParty: party };

/** What is asked of one service. @param of the service, once it is started */
export function asking(of: () => Service) {
  const ask = (operation: keyof typeof operations, more: Parameters<typeof askPublished>[2]) =>
    askPublished(of(), operation, more);
  const create = async (more: object = {}) => {
    const answer = await ask('POST /customer', { body: { ...minimal, ...more } });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body;
  };
  const read = async (id: string) => (await ask('GET /customer/{id}', { id })).body;
  const patch = (id: string, body: object) =>
    ask('PATCH /customer/{id}', { id, body: { engagedParty: party, ...body } });
  return { ask, create, read, patch };
}
