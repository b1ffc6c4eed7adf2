import type { Socket } from 'node:net';

/** Milliseconds without a byte after which a server has nothing to say, or nothing more. */
export interface Patience {
  readonly first: number;
  readonly further: number;
}

/** What comes back for bytes that no library would send, until the server hangs up or is quiet. */
export function exchange(open: (ready: () => void) => Socket, bytes: string, patience: Patience): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = open(() => socket.write(bytes, 'latin1'));
    socket.setTimeout(patience.first, () => socket.destroy());
    socket.on('data', (data) => {
      chunks.push(data);
      socket.setTimeout(patience.further);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}
