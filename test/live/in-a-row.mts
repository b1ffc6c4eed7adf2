import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** So many connections in a row miss none of a few pods. */
const CONNECTIONS = 40;

/**
 * Until `attempt`, which takes a connection of its own to a Service, has succeeded so often that every pod behind it must
 * have served one.
 */
export async function inARow(attempt: () => Promise<unknown>): Promise<void> {
  for (let inRow = 0; inRow < CONNECTIONS; ) {
    try {
      await attempt();
      inRow++;
    } catch {
      inRow = 0;
      await sleep(200);
    }
  }
}

/** @throws while a node has not learnt of this pod yet: each does so in its own time, and refuses it before. */
export async function connection(host: string, port: number): Promise<void> {
  const socket = connect({ host, port, timeout: 2000 });
  socket.on('timeout', () => socket.destroy(new Error('no answer')));
  await once(socket, 'connect').finally(() => socket.destroy());
}
