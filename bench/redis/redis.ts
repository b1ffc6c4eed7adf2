import { join } from 'node:path';
import { Size } from 'cdk8s';
import { CLIENT_ROLE } from '../../charts/data/redis-cluster/redis-cluster';
import { images } from '../../config/images';
import { eventually, kubectl, type Namespace } from '../../test/live/cluster';
import { awaitConverged, nodeNames } from '../../test/live/installation';
import { startPod } from '../../test/live/pod';
import { comparisonTable, type Measurement, stockIsBetter } from '../figures';
import { say, show } from '../progress';
import { clusterConditions, type Options, save } from '../results';
import { inRounds, ours, type Side, stock } from '../rounds';

const CLIENT = 'bench';
const BYTES = 100;
const KEYS = 100_000;
const REQUESTS = { 1: 300_000, 16: 1_000_000 };

/** GET and SET of one server, ours against a bare one. */
export function redis(options: Options): void {
  const sides = [ours(['namespace', 'redis-cluster']), stock(join(__dirname, 'bare.yaml'), [images.redis])];
  const comparisons = inRounds(sides, options.rounds, (side) => {
    say('  installing it');
    install(side);
    return measure(side);
  });
  const table = comparisonTable(comparisons);
  show(table, stockIsBetter);
  save('redis', options, clusterConditions(options), table, comparisons);
}

const SERVERS = { ours: 'redis-cluster-0-0', stock: 'bare-0' };

function install({ name, namespace, manifests }: Side): void {
  kubectl(['apply', '-f', '-'], manifests);
  awaitConverged(namespace);
  startPod(namespace, {
    name: CLIENT,
    image: images.redis,
    labels: { [`role.bss/${CLIENT_ROLE}`]: 'true' },
    command: ['sleep', 'infinity'],
    resources: { cpu: 100, memory: Size.mebibytes(32), memoryLimit: Size.mebibytes(256) },
    // Where there are more nodes than one, else chance decides in each round whether both are on the same.
    avoidNode: nodeNames().length > 1 ? namespace.pod(SERVERS[name])!.spec.nodeName : undefined,
  });
  namespace.awaitReady(CLIENT);
  if (name === 'stock')
    eventually('the bare server to own slots', () =>
      /OK|busy/.test(ask(namespace, 'CLUSTER', 'ADDSLOTSRANGE', '0', '16383')),
    );
  eventually('the server to serve', () => ask(namespace, 'CLUSTER', 'INFO').includes('cluster_state:ok'));
}

const ask = (namespace: Namespace, ...command: string[]) =>
  namespace.try('exec', CLIENT, '--', 'redis-cli', '-h', 'redis-cluster', '-p', '7000', ...command).output;

const used = (namespace: Namespace) => Number(ask(namespace, 'INFO', 'memory').match(/used_memory:(\d+)/)![1]);

function measure({ name, namespace }: Side): Measurement[] {
  const empty = used(namespace);
  const beside = (pipeline: 1 | 16, requests: number) =>
    run({ namespace, pod: SERVERS[name], host: '127.0.0.1' }, pipeline, requests);
  beside(16, 200_000);
  const keys = Number(ask(namespace, 'DBSIZE').trim());
  const perMillion = ((used(namespace) - empty) / keys) * 1e6;
  const mebibytes = (bytes: number) => bytes / 2 ** 20;
  const rows = ([1, 16] as const).flatMap((pipeline) => {
    say(`  ${REQUESTS[pipeline].toLocaleString('en-US')} SET and GET of ${BYTES} B, pipeline ${pipeline}`);
    return beside(pipeline, REQUESTS[pipeline]);
  });
  say(`  ${REQUESTS[1].toLocaleString('en-US')} over the pod network`);
  const remote = run({ namespace, pod: CLIENT, host: 'redis-cluster' }, 1, REQUESTS[1]);
  return [
    ...rows,
    ...remote.map((each) => ({ ...each, row: `${each.row}, over the pod network` })),
    { row: 'memory of an empty server', unit: 'MiB', better: 'less', value: mebibytes(empty) },
    { row: `memory of a million keys of ${BYTES} B`, unit: 'MiB', better: 'less', value: mebibytes(perMillion) },
  ];
}

/** Where redis-benchmark runs, and whom it asks. */
interface Way {
  readonly namespace: Namespace;
  readonly pod: string;
  readonly host: string;
}

/** What redis-benchmark measures with 50 connections. */
function run({ namespace, pod, host }: Way, pipeline: number, requests: number): Measurement[] {
  const csv = namespace.exec(
    pod,
    ...['redis-benchmark', '-h', host, '-p', '7000', '-t', 'set,get', '--csv'],
    ...['-d', `${BYTES}`, '-r', `${KEYS}`, '-n', `${requests}`, '-c', '50', '-P', `${pipeline}`],
  );
  const lines = csv
    .trim()
    .split('\n')
    .filter((line) => /^"(SET|GET)"/.test(line));
  if (lines.length !== 2) throw new Error(`no result in what redis-benchmark printed:\n${csv}`);
  return lines.flatMap((line) => {
    const [name, ...numbers] = line.split(',').map((cell) => cell.replaceAll('"', ''));
    const [perSecond, , , p50, , p99] = numbers.map(Number);
    const row = `${name}, pipeline ${pipeline}`;
    return [
      { row, unit: 'requests/s', better: 'more', value: perSecond! },
      { row, unit: 'ms, p50', better: 'less', value: p50! },
      { row, unit: 'ms, p99', better: 'less', value: p99! },
    ] as Measurement[];
  });
}
