import { join } from 'node:path';
import { Size } from 'cdk8s';
import { CLIENT_ROLE } from '../../charts/data/redis-cluster/redis-cluster';
import { clientLabels } from '../../charts/platform';
import { eventually } from '../../cluster/eventually';
import { awaitConverged } from '../../cluster/installation';
import { kubectl } from '../../cluster/kubectl';
import type { Namespace } from '../../cluster/namespace';
import { nodeNames } from '../../cluster/nodes';
import { startPod } from '../../cluster/tool-pod';
import { images } from '../../config/images';
import { comparisonTable, type Measurement, stockIsBetter } from '../figures';
import { say, show } from '../progress';
import { clusterConditions, type Options, save } from '../results';
import { inRounds, oneByOne, ours, type Side, stock } from '../rounds';

const CLIENT = 'bench';
const BYTES = 100;
const KEYS = 100_000;
const REQUESTS = { 1: 120_000, 16: 500_000 };

/** GET and SET of one server, ours against a bare one. */
export function redis(options: Options): void {
  const sides = [ours(['namespace', 'redis-cluster']), stock(join(__dirname, 'bare.yaml'), [images.redis])];
  const comparisons = inRounds(
    sides,
    options.rounds,
    oneByOne((side) => {
      install(side);
      return measure(side);
    }),
  );
  const table = comparisonTable(comparisons);
  show(table, stockIsBetter);
  save('redis', options, clusterConditions(options, [images.redis]), table, comparisons);
}

const SERVERS = { ours: 'redis-cluster-0-0', stock: 'bare-0' };

function install({ name, namespace, manifests }: Side): void {
  kubectl(['apply', '-f', '-'], manifests);
  awaitConverged(namespace);
  startPod(namespace, {
    name: CLIENT,
    image: images.redis,
    labels: clientLabels(CLIENT_ROLE),
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

/** Numbers that a section of INFO tells under these names, together. */
function info(namespace: Namespace, section: string, ...names: string[]): number {
  const text = ask(namespace, 'INFO', section);
  return names.reduce((sum, name) => sum + Number(text.match(new RegExp(`${name}:([\\d.]+)`))![1]), 0);
}

const used = (namespace: Namespace) => info(namespace, 'memory', 'used_memory');

/** Seconds of CPU that the server has used. */
const cpu = (namespace: Namespace) => info(namespace, 'cpu', 'used_cpu_user', 'used_cpu_sys');

function measure({ name, namespace }: Side): Measurement[] {
  const empty = used(namespace);
  const beside: Way = { namespace, pod: SERVERS[name], host: '127.0.0.1' };
  const remote: Way = { namespace, pod: CLIENT, host: 'redis-cluster' };
  const rows = () => [
    ...run(beside, 1),
    ...run(beside, 16),
    ...run(remote, 1).map((each) => ({ ...each, row: `${each.row}, over the pod network` })),
  ];
  say(`  SET and GET of ${BYTES} B, all of it once to warm up`);
  rows();
  const keys = Number(ask(namespace, 'DBSIZE').trim());
  const perMillion = ((used(namespace) - empty) / keys) * 1e6;
  const mebibytes = (bytes: number) => bytes / 2 ** 20;
  say('  and once more');
  return [
    ...rows(),
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

const run = (way: Way, pipeline: 1 | 16): Measurement[] =>
  (['SET', 'GET'] as const).flatMap((command) => runOnce(way, command, pipeline));

/** What redis-benchmark measures with 50 connections. */
function runOnce({ namespace, pod, host }: Way, command: 'SET' | 'GET', pipeline: 1 | 16): Measurement[] {
  const before = cpu(namespace);
  const csv = namespace.exec(
    pod,
    ...['redis-benchmark', '-h', host, '-p', '7000', '-t', command.toLowerCase(), '--csv'],
    ...['-d', `${BYTES}`, '-r', `${KEYS}`, '-n', `${REQUESTS[pipeline]}`, '-c', '50', '-P', `${pipeline}`],
  );
  const line = csv.split('\n').find((each) => each.startsWith(`"${command}"`));
  if (!line) throw new Error(`no result in what redis-benchmark printed:\n${csv}`);
  const [perSecond, , , p50, , p99] = line.replaceAll('"', '').split(',').slice(1).map(Number);
  const row = `${command}, pipeline ${pipeline}`;
  const cpuPerRequest = ((cpu(namespace) - before) / REQUESTS[pipeline]) * 1e6;
  return [
    { row, unit: 'requests/s', better: 'more', value: perSecond! },
    { row, unit: 'ms, p50', better: 'less', value: p50! },
    { row, unit: 'ms, p99', better: 'less', value: p99! },
    { row, unit: "µs of the server's CPU", better: 'less', value: cpuPerRequest },
  ];
}
