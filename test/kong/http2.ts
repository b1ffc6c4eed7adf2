import { connect, type TLSSocket } from 'node:tls';

/** In the order in which they are sent; a name may be there twice. */
export type Fields = readonly (readonly [name: string, value: string])[];

/** What came back on the first stream, or how it ended. */
export interface Http2Answer {
  /** Of the first stream; undefined where it has none. */
  readonly status?: number;
  readonly body: string;
  /** Codes of RST_STREAM and GOAWAY. https://www.rfc-editor.org/rfc/rfc9113#name-error-codes */
  readonly reset?: number;
  readonly goAway?: number;
}

const TYPES = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  window: 8,
  continuation: 9,
};
export const END_STREAM = 1;
export const END_HEADERS = 4;
const ACK = 1;

/** A frame as it stands, right or wrong. */
export function frame(
  type: keyof typeof TYPES,
  flags: number,
  stream: number,
  payload: Buffer = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(TYPES[type], 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** The fields as literals, which no table and no code changes: any bytes can be a name. https://www.rfc-editor.org/rfc/rfc7541 */
export const block = (fields: Fields): Buffer =>
  Buffer.concat(fields.flatMap(([name, value]) => [Buffer.of(0x10), text(name), text(value)]));

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  return Buffer.concat([integer(bytes.length, 7), bytes]);
}

function integer(value: number, bits: number): Buffer {
  const most = 2 ** bits - 1;
  if (value < most) return Buffer.of(value);
  const bytes = [most];
  for (value -= most; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return Buffer.of(...bytes, value);
}

/** A request without a body, its fields in one frame. */
export const request = (fields: Fields, stream = 1): Buffer =>
  frame('headers', END_STREAM + END_HEADERS, stream, block(fields));

/** What comes back for frames that no library would send, until the first stream or the connection ends, or all is quiet. */
export function exchangeHttp2(port: number, frames: Buffer, quietMilliseconds = 3000): Promise<Http2Answer> {
  return new Promise((resolve) => {
    let left: Buffer = Buffer.alloc(0);
    const answer: { status?: number; body: string; reset?: number; goAway?: number } = { body: '' };
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['h2'] }, () => {
      socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame('settings', 0, 0), frames]));
    });
    socket.setTimeout(quietMilliseconds, () => socket.destroy());
    socket.on('data', (data: Buffer) => {
      left = Buffer.concat([left, data]);
      for (let next = takeFrame(left); next; next = takeFrame(left)) {
        left = next.rest;
        if (read(next, answer, socket)) socket.destroy();
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

function takeFrame(bytes: Buffer): (Frame & { rest: Buffer }) | undefined {
  if (bytes.length < 9 || bytes.length < 9 + bytes.readUIntBE(0, 3)) return undefined;
  const end = 9 + bytes.readUIntBE(0, 3);
  return {
    type: bytes[3]!,
    flags: bytes[4]!,
    stream: bytes.readUInt32BE(5) & 0x7fffffff,
    payload: bytes.subarray(9, end),
    rest: bytes.subarray(end),
  };
}

/** Whether nothing more is to be expected. */
function read(
  { type, flags, stream, payload }: Frame,
  answer: { -readonly [Name in keyof Http2Answer]: Http2Answer[Name] },
  socket: TLSSocket,
): boolean {
  if (type === TYPES.settings && !(flags & ACK)) socket.write(frame('settings', ACK, 0));
  if (type === TYPES.goAway) answer.goAway = payload.readUInt32BE(4);
  if (type === TYPES.goAway) return true;
  if (stream !== 1) return false;
  if (type === TYPES.headers) answer.status ??= statusOf(payload);
  if (type === TYPES.data) answer.body += payload.toString('latin1');
  if (type === TYPES.reset) answer.reset = payload.readUInt32BE(0);
  return type === TYPES.reset || (flags & END_STREAM) > 0;
}

/** nginx says it first: a number of the static table, or three digits after the number of the name. */
function statusOf(block: Buffer): number {
  const at = block[0] === 0x20 ? 1 : 0;
  const known = [200, 204, 206, 304, 400, 404, 500][block[at]! - 0x88];
  return known ?? Number(block.subarray(at + 2, at + 5).toString('latin1'));
}
