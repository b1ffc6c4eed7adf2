import type { Namespace } from '../../../cluster/namespace';
import { away, type Drill, takeAway } from './drill';

const SERVER = 'redis-cluster-0-0';

/** A script in the container of the server, which on a laptop asks for no password. */
const inServer = (bss: Namespace, script: string) =>
  bss.run('exec', SERVER, '-c', 'redis-cluster', '--', 'sh', '-euc', `ask() { redis-cli -p 7000 "$@"; }; ${script}`);

/** Keys without a time to live take nearly all of the memory that there is for keys. */
export const memory: Drill = {
  alerts: ['RedisMemoryHigh'],
  breaks: (bss) =>
    inServer(
      bss,
      `most=$(ask CONFIG GET maxmemory | tail -n 1); number=0
      used() { ask INFO memory | tr -d '\\r' | sed -n 's/^used_memory://p'; }
      while [ "$(used)" -lt $((most / 100 * 94)) ]; do number=$((number + 1)); ask SETRANGE drill:$number 2000000 x; done`,
    ),
  repairs: (bss) =>
    inServer(bss, 'ask --scan --pattern "drill:*" | while read -r key; do ask DEL "$key" < /dev/null; done'),
};

/** Something is where the snapshot must go. */
export const snapshot: Drill = {
  alerts: ['RedisCannotPersist'],
  breaks: (bss) => inServer(bss, 'rm -f /data/dump.rdb; mkdir -p /data/dump.rdb/drill; ask BGSAVE || :'),
  repairs: (bss) => inServer(bss, 'rm -r /data/dump.rdb; ask BGSAVE || :'),
};

export const redis: Drill = {
  ...away('RedisDown', 'statefulset/redis-cluster-0'),
  breaks: (bss) => takeAway(bss, 'statefulset/redis-cluster-0', 0, [SERVER]),
};

export const counters = away('KongCountersAway', 'deployment/redis');
