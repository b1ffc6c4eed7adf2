import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** How a service fails whose request has come, named by the end of the path. */
export const FAILURES = {
  reset: (socket: Socket) => socket.resetAndDestroy(),
  closed: (socket: Socket) => socket.end(),
  'half-a-head': (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Len'),
  'half-a-body': (socket: Socket) => {
    socket.write(`${HEAD}Content-Length: 100\r\n\r\nbegun`);
    setTimeout(() => socket.destroy(), 50);
  },
  silent: () => undefined,
  /** Does not fail, and keeps the connection. */
  well: (socket: Socket) => socket.write(`${HEAD}Content-Length: 2\r\n\r\nok`),
};
export type Failure = keyof typeof FAILURES;

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n';

/** Counts what it is asked, and fails. */
export class DroppingService {
  /** How often a request came, by its agent. */
  readonly asked = new Map<string, number>();
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer((socket) => this.serve(socket));

  /** Its port. */
  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  /** Ends what it has kept, and gives the other side the time to hear of it. */
  async hangUp(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (data) => {
      text += data.toString('latin1');
      const [head, body] = text.split(/\r\n\r\n(.*)/s);
      const length = Number(/^content-length: (\d+)/im.exec(head!)?.[1] ?? 0);
      if (body === undefined || body.length < length) return;
      text = '';
      const agent = /^user-agent: (.*)$/im.exec(head!)?.[1]?.trim() ?? '';
      this.asked.set(agent, (this.asked.get(agent) ?? 0) + 1);
      const [failure] = /(?<=\/)[\w-]+(?= HTTP)/.exec(head!)!;
      FAILURES[failure as Failure](socket);
    });
  }
}
