import { Redis } from 'ioredis';
import type { RedisConfig } from '../../src/config.ts';
import { directory, find, freePort, Program } from './program.ts';

/** A Redis Cluster of one server that owns all slots, as on a laptop. */
export async function startRedis(programs: Program[]): Promise<RedisConfig> {
  const [port, bus] = [await freePort(), await freePort()];
  const cwd = directory('redis');
  const settings = {
    ...{ port, bind: '127.0.0.1', save: '', 'cluster-enabled': 'yes', 'cluster-port': bus },
    ...{ 'cluster-announce-ip': '127.0.0.1', dir: cwd },
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const program = new Program(find('redis-server'), args, { cwd });
  programs.push(program);
  program.start();
  await own(program, { port });
  return { nodes: [{ host: '127.0.0.1', port }] };
}

/** Gives all slots to a server as soon as it answers. */
export async function own(program: Program, options: { port: number; tls?: { ca: string } }): Promise<void> {
  const client = new Redis({ ...options, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => {});
  try {
    await program.until('Redis', 10, () =>
      client.connect().then(
        () => true,
        () => false,
      ),
    );
    await client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await program.until('Redis Cluster', 10, async () =>
      String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok'),
    );
  } finally {
    client.disconnect();
  }
}
