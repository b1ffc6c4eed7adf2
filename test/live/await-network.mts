import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** So many connections in a row miss none of a few replicas. */
const CONNECTIONS = 40;

/** Until every pod behind the Service lets this one in: each node learns of a new pod in its own time, and refuses it before. */
export async function awaitNetwork(host: string, port: number): Promise<void> {
  for (let inRow = 0; inRow < CONNECTIONS; ) {
    inRow = (await accepts(host, port)) ? inRow + 1 : 0;
    if (inRow === 0) await sleep(200);
  }
}

async function accepts(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port, timeout: 2000 });
  socket.on('timeout', () => socket.destroy(new Error('no answer')));
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
