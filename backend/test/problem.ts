import assert from 'node:assert/strict';
import { published } from './fixtures/tmf629.ts';
import { assertPublished } from './published.ts';
import type { Answer } from './service.ts';

/** That a request was refused, and in the form of its path. */
export function assertProblem({ status, headers, body }: Answer, wanted?: number): void {
  assert.ok(status >= 400 && status < 500, `${status} ${JSON.stringify(body)}`);
  if (wanted) assert.equal(status, wanted, JSON.stringify(body));
  if ('code' in body) {
    assert.equal(headers['content-type'], published.mediaType);
    assertPublished('Error', body);
    return;
  }
  assert.match(String(headers['content-type']), /^application\/problem\+json/);
  assert.match(body.type, /^urn:bss:problem:[a-z-]+$/);
  assert.equal(body.status, status);
  assert.ok(body.title && body.detail);
}
