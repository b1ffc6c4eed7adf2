import { eventually } from '../../cluster/eventually';
import { mainContainer } from '../../cluster/pod';
import { RedisInstallation, SERVERS, sixServers } from '../../cluster/redis/installation';
import { images } from '../../config/images';
import { table } from '../../docs/markdown';
import { number, summary } from '../figures';
import { say, show } from '../progress';
import { clusterConditions, type Options, save } from '../results';
import { cleanly, NAMESPACES, removeSides } from '../rounds';

const HEALS = 20;
const KEYS = 3000;

const servers = ({ namespace }: RedisInstallation) => namespace.pods(SERVERS);

/** Deletes all six pods of a Redis Cluster at once, again and again, and measures how long they need to be a cluster. */
export function heal(options: Options): void {
  const redis = new RedisInstallation({ ...sixServers(), namespace: NAMESPACES.ours });
  cleanly(() => {
    redis.apply();
    redis.awaitReady();
    redis.fill(KEYS);
    const heals = Array.from({ length: HEALS }, (_, index) => {
      const one = healOnce(redis);
      say(`  ${index + 1} of ${HEALS}: all slots served ${one.toFixed(1)} s after the last server started`);
      return one;
    });
    const { min, median, max } = summary(heals);
    const result = table(
      ['Heals', 'Shortest, s', 'Median, s', 'Longest, s', 'Keys lost'],
      [[HEALS, number(min), number(median), number(max), KEYS - redis.count()]],
    );
    show(result, () => false);
    save('heal', { ...options, rounds: HEALS }, clusterConditions(options, [images.redis]), result, heals);
    removeSides();
  });
}

/** Seconds from the moment when the last server's container started, each at a new address, to a cluster that serves. */
function healOnce(redis: RedisInstallation): number {
  const { namespace, pods } = redis;
  const replaced = new Set(servers(redis).map(({ metadata }) => metadata.uid));
  namespace.run('delete', 'pods', '-l', SERVERS, '--wait=false');
  const started = eventually('new servers to start', () => {
    const starts = servers(redis)
      .filter(({ metadata }) => !replaced.has(metadata.uid))
      .flatMap((pod) => mainContainer(pod)?.state.running?.startedAt ?? []);
    return starts.length === pods.length && Math.max(...starts.map((start) => Date.parse(start)));
  });
  eventually('all slots to be served', () => redis.isServing());
  const served = Date.now();
  redis.awaitWell();
  return (served - started) / 1000;
}
