import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { RedisConfig } from '../../src/config.ts';
import { directory, find, freePort, Program, run } from './program.ts';
import { own } from './redis.ts';

/** What lies between a client and a server. */
export interface Network {
  readonly port: number;
  /** Nothing comes through any more, and nobody is told; or all of it does again. */
  freeze(frozen: boolean): void;
  end(): void;
}

/** As a network that takes `delay` milliseconds for one way. */
export async function slowNetwork(to: number, delay: number): Promise<Network> {
  const sockets = new Set<Socket>();
  let frozen = false;
  const pipe = (from: Socket, into: Socket) => {
    sockets.add(from);
    from.on('data', (data) => void setTimeout(() => !frozen && into.write(data), delay));
    from.on('error', () => {});
    from.once('close', () => {
      sockets.delete(from);
      into.destroy();
    });
  };
  const server = createServer((client) => {
    const upstream = connect(to, '127.0.0.1');
    pipe(client, upstream);
    pipe(upstream, client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    freeze: (now) => {
      frozen = now;
    },
    end: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A Redis Cluster of one server over TLS with a login, which is behind a slow network. */
export async function startSlowRedis(
  delay: number,
): Promise<{ config: RedisConfig; network: Network; end(): Promise<void> }> {
  const [port, bus] = [await freePort(), await freePort()];
  const cwd = directory('redis-tls');
  const network = await slowNetwork(port, delay);
  const names = ['-subj', '/CN=redis', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key.pem'];
  await run(find('openssl'), ['req', '-x509', ...key, '-out', 'cert.pem', ...names], { cwd });
  const settings = {
    ...{ port: 0, 'tls-port': port, bind: '127.0.0.1', save: '', dir: cwd, user: 'app on >secret ~* &* +@all' },
    ...{
      'tls-cert-file': 'cert.pem',
      'tls-key-file': 'key.pem',
      'tls-ca-cert-file': 'cert.pem',
      'tls-auth-clients': 'no',
    },
    ...{ 'cluster-enabled': 'yes', 'cluster-port': bus, 'tls-cluster': 'yes' },
    ...{ 'cluster-announce-ip': '127.0.0.1', 'cluster-announce-tls-port': network.port },
  };
  const args = Object.entries(settings).flatMap(([name, value]) =>
    name === 'user' ? ['--user', ...`${value}`.split(' ')] : [`--${name}`, `${value}`],
  );
  const program = new Program(find('redis-server'), args, { cwd });
  program.start();
  const authority = readFileSync(join(cwd, 'cert.pem'), 'utf8');
  await own(program, { port, tls: { ca: authority } });
  return {
    config: { nodes: [{ host: '127.0.0.1', port: network.port }], user: 'app', password: 'secret', authority },
    network,
    end: async () => {
      network.end();
      await program.end();
    },
  };
}
