// Writes keys to a Redis Cluster as an application does, keeps account of each, and reads back at its end what was
// acknowledged. Prints READY when it has begun and, once /tmp/stop is there, one JSON object.
//
//   load.mjs SEEDS KEYS_PER_SECOND [USER]    the password is in $PASSWORD; $AUTHORITY signed the servers' certificates
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster } from 'ioredis';
import { openLoop, percentiles } from '../../../cluster/open-loop.mjs';

const [seeds, rate, username] = [process.argv[2]!, Number(process.argv[3]), process.argv[4]];
const { PASSWORD: password, AUTHORITY: ca } = process.env;
const account = { sent: 0, acknowledged: 0, failed: 0, firstFailure: '', clusterDown: 0 };
/** Keys are in so many slots, which are spread over the shards: a shard that stalls must not hide behind the others. */
const LANES = 12;
const key = (number: number) => `load:{${number % LANES}}:${number}`;
const latencies: number[] = [];
const acknowledged = new Set<number>();

const cluster = new Cluster(
  seeds.split(',').map((seed) => ({ host: seed.split(':')[0]!, port: Number(seed.split(':')[1]) })),
  {
    redisOptions: { username, password, connectTimeout: 2000, commandTimeout: 3000, ...(ca && { tls: { ca } }) },
    // By name, as that is what a certificate has.
    ...(ca && { dnsLookup: (name: string, found: (error: null, address: string) => void) => found(null, name) }),
    slotsRefreshTimeout: 2000,
    clusterRetryStrategy: () => 200,
    retryDelayOnFailover: 50,
    retryDelayOnClusterDown: 50,
    enableReadyCheck: true,
  },
);
cluster.on('error', () => {});
// The client asks again by itself, so that nobody would see the answer.
type Handle = (error: Error, ...rest: unknown[]) => void;
const inner = cluster as unknown as { handleError: Handle };
const handleError = inner.handleError;
inner.handleError = function (error, ...rest) {
  if (error.message.startsWith('CLUSTERDOWN')) account.clusterDown++;
  handleError.call(this, error, ...rest);
};

const lastAcknowledged: number[] = [];
let longestStall = 0;
async function write(number: number): Promise<void> {
  account.sent++;
  const start = performance.now();
  for (;;) {
    try {
      await cluster.set(key(number), `${number}`);
      break;
    } catch (error) {
      account.failed++;
      account.firstFailure ||= String(error);
      await sleep(50);
    }
  }
  const now = performance.now();
  acknowledged.add(number);
  account.acknowledged++;
  longestStall = Math.max(longestStall, now - lastAcknowledged[number % LANES]!);
  lastAcknowledged[number % LANES] = now;
  latencies.push(now - start);
}

/** Of those acknowledged, the ones that are not there. */
async function lost(): Promise<number> {
  let missing = 0;
  const numbers = [...acknowledged];
  for (let first = 0; first < numbers.length; first += 500) {
    const some = numbers.slice(first, first + 500);
    const values = await Promise.all(some.map((number) => cluster.get(key(number))));
    missing += values.filter((value, index) => value !== `${some[index]}`).length;
  }
  return missing;
}

await cluster.set('load:ready', 'yes');
for (let lane = 0; lane < LANES; lane++) lastAcknowledged.push(performance.now());
await openLoop(rate, write);
const summary = { longestStallMs: Math.round(longestStall), ...percentiles(latencies) };
console.log(JSON.stringify({ ...account, ...summary, lost: await lost() }));
cluster.disconnect();
