import { block, END_HEADERS, END_STREAM, type Fields, frame, request } from './http2';
import { type Http2Case, type Http2Route, many } from './http2-route';

const CANCEL = Buffer.of(0, 0, 0, 8);

/** How much there is of a request, in which frames, and whether they keep to what they say. */
export function frameCases(route: Http2Route): Http2Case[] {
  const keyed = route.keyed.bind(route);
  const posted = (...more: Fields) => keyed(more, route.begun({ method: 'POST' }));
  const open = (fields: Fields, stream = 1) => frame('headers', END_HEADERS, stream, block(fields));
  const begun = frame('headers', END_STREAM, 1, block(keyed()));
  const body = (bytes: string) => frame('data', END_STREAM, 1, Buffer.from(bytes));
  const raw = (sentence: string, status: number | undefined, ...frames: Buffer[]) =>
    route.raw(sentence, status, Buffer.concat(frames));
  const passes = (sentence: string, ...frames: Buffer[]) => route.passes(sentence, Buffer.concat(frames));
  const smuggled = `0\r\n\r\nGET ${route.prefix}/smuggled HTTP/1.1\r\n\r\n`;
  // Elsewhere the list of addresses comes first.
  const wrongLength = route.guarded ? 403 : 400;

  return [
    passes('80 fields', request(keyed(many(80)))),
    raw('a field of 40 KB', undefined, request(keyed([['x-large', 'a'.repeat(40_000)]]))),
    raw('2,000 fields of 100 bytes', undefined, ...continued(keyed(many(2000, 'b'.repeat(100))), 20)),
    passes('fields in five frames', ...continued(keyed(), 5)),
    raw(
      '2,000 empty frames that go on with fields',
      undefined,
      begun,
      ...Array(2000).fill(frame('continuation', 0, 1)),
    ),
    raw(
      'fields that go on after something else',
      undefined,
      ...[begun, frame('ping', 0, 0, Buffer.alloc(8)), frame('continuation', END_HEADERS, 1)],
    ),
    raw('fields that go on in another stream', undefined, begun, frame('continuation', END_HEADERS, 3)),
    raw('fields of no table', undefined, frame('headers', END_STREAM + END_HEADERS, 1, Buffer.of(0xff, 0xff, 0x03))),
    raw('a request in a stream of the server', undefined, request(keyed(), 2)),
    raw('a request in no stream', undefined, request(keyed(), 0)),
    passes('a body that says it is in chunks', open(posted(['transfer-encoding', 'chunked'])), body(smuggled)),
    raw('a body that is longer than it says', wrongLength, open(posted(['content-length', '3'])), body(smuggled)),
    raw('a body that is shorter than it says', wrongLength, open(posted(['content-length', '90'])), body(smuggled)),
    raw('a length, and no body', 400, request(posted(['content-length', '30']))),
    raw('a length that is none', 400, request(posted(['content-length', '-1']))),
    passes(
      '100 requests beside it that are taken back',
      request(keyed()),
      ...Array.from({ length: 100 }, (_, index) => 3 + 2 * index).flatMap((stream) => [
        open(keyed(), stream),
        frame('reset', 0, stream, CANCEL),
      ]),
    ),
  ];
}

/** The fields in so many frames. */
function continued(fields: Fields, frames: number): Buffer[] {
  const bytes = block(fields);
  const size = Math.ceil(bytes.length / frames);
  return Array.from({ length: frames }, (_, index) =>
    frame(
      index === 0 ? 'headers' : 'continuation',
      (index === 0 ? END_STREAM : 0) + (index === frames - 1 ? END_HEADERS : 0),
      1,
      bytes.subarray(index * size, (index + 1) * size),
    ),
  );
}
