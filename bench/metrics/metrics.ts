import { Yaml } from 'cdk8s';
import type { Environment } from '../../charts/environment';
import { PATH } from '../../charts/observability/prometheus/address';
import { platform } from '../../charts/platform';
import { eventually } from '../../cluster/eventually';
import { awaitConverged, beside, unavailableImage } from '../../cluster/installation';
import { kubectl } from '../../cluster/kubectl';
import { Namespace } from '../../cluster/namespace';
import { images } from '../../config/images';
import { kind } from '../../config/kind';
import { table } from '../../docs/markdown';
import { objectsOf } from '../../lib/manifest-files';
import { type Comparison, compare, comparisonTable, type Measurement, number, stockIsBetter } from '../figures';
import { bold, say, show } from '../progress';
import { clusterConditions, type Options, save } from '../results';
import { cleanly, NAMESPACES, removeSides } from '../rounds';
import { Client } from './client';

const SECONDS = '10';
const CONNECTIONS = '8';
const RECORDS = { count: 200_000, bytes: 500 };

const namespace = new Namespace(NAMESPACES.ours);
const environment: Environment = {
  ...beside(kind, namespace.name),
  // Refusals are quick, and no figure.
  kong: { ...kind.kong, entry: { kind: 'host' }, requestsPerMinute: 10_000_000 },
};
const components = platform(environment);

/** What it costs the platform to be asked for metrics: the same one, in turns with Prometheus and without. */
export function metrics(options: Options): void {
  cleanly(() => {
    const withGateway = install();
    const [scraped, alone]: [Measurement[][], Measurement[][]] = [[], []];
    const measureOnce = () => measure(withGateway);
    say('  once to warm up');
    measureOnce();
    for (let round = 1; round <= options.rounds; round++) {
      say(bold(`Round ${round} of ${options.rounds}`));
      // Who goes first changes: whatever grows or warms up during the run then helps neither.
      for (const asks of round % 2 === 1 ? [true, false] : [false, true]) {
        letPrometheusAsk(asks);
        (asks ? scraped : alone).push(measureOnce());
      }
    }
    publish(options, withGateway, compare(scraped, alone));
    removeSides();
  });
}

/** @returns whether the gateway's image can be had */
function install(): boolean {
  say('  installing the platform');
  new Client(components);
  kubectl(['apply', '-f', '-'], Yaml.stringify(...components.app.charts.flatMap(objectsOf)));
  awaitConverged(namespace);
  const missing = unavailableImage(namespace, 'kong');
  if (missing) say(`  the gateway is not measured: ${missing}`);
  const topic = ['--create', '--topic', 'bench', '--partitions', '6', '--replication-factor', '3'];
  const limits = ['--config', 'retention.bytes=50000000', '--config', 'segment.bytes=25000000'];
  namespace.exec('kafka-0', 'kafka-topics', '--bootstrap-server', 'localhost:9092', ...topic, ...limits);
  return missing === undefined;
}

function letPrometheusAsk(asks: boolean): void {
  namespace.run('scale', 'statefulset/prometheus', `--replicas=${asks ? 1 : 0}`);
  if (asks) {
    namespace.awaitRollout('statefulset/prometheus');
    eventually('it to have asked', () => prometheus('count(up)') > 0);
  } else eventually('Prometheus to be gone', () => !namespace.pod('prometheus-0'));
}

/** One number from Prometheus. */
function prometheus(query: string): number {
  const promtool = ['promtool', 'query', 'instant', '-o', 'json', `http://localhost:9090${PATH}`, query];
  const { ok, output } = namespace.try('exec', 'prometheus-0', '--', ...promtool);
  return ok ? Number(JSON.parse(output)[0]?.value[1]) : Number.NaN;
}

function measure(withGateway: boolean): Measurement[] {
  const key = kind.developmentSecrets!['kong-keys']!['bss-frontend']!;
  const read = (address: string) => load('load.mjs', `http://${address}/api/customers`, key, SECONDS, CONNECTIONS);
  const { backend, kong } = components;
  return [
    { row: `records of ${RECORDS.bytes} B to Kafka`, unit: 'records/s', better: 'more', value: produce() },
    ...rows(
      'changes by the backend',
      load('write.mjs', `http://${backend.web.address}/api/customers`, SECONDS, CONNECTIONS),
    ),
    ...rows('pages of the backend', read(backend.web.address)),
    ...(withGateway ? rows('pages through the gateway', read(kong.proxy.address)) : []),
  ];
}

interface Load {
  readonly perSecond: number;
  readonly p99Ms: number;
}

function load(program: string, ...parameters: string[]): Load {
  const lines = namespace.exec('deployment/bench-client', 'node', `/etc/bench/${program}`, ...parameters).trim();
  return JSON.parse(lines.split('\n').at(-1)!);
}

const rows = (row: string, { perSecond, p99Ms }: Load): Measurement[] => [
  { row, unit: '1/s', better: 'more', value: perSecond },
  { row, unit: 'ms, p99', better: 'less', value: p99Ms },
];

function produce(): number {
  const text = namespace.exec(
    ...(['kafka-0', 'env', 'KAFKA_HEAP_OPTS=-Xmx128m', 'kafka-producer-perf-test', '--topic', 'bench'] as const),
    ...['--num-records', `${RECORDS.count}`, '--record-size', `${RECORDS.bytes}`, '--throughput', '-1'],
    ...['--producer-props', 'bootstrap.servers=kafka:9092', 'acks=all'],
  );
  return Number(/([\d.]+) records\/sec/.exec(text.trim().split('\n').at(-1)!)![1]);
}

function publish(options: Options, withGateway: boolean, comparisons: Comparison[]): void {
  letPrometheusAsk(true);
  say('  two minutes of Prometheus alone');
  const began = Date.now();
  eventually('two minutes to go by', () => Date.now() - began > 130_000);
  const series = prometheus('prometheus_tsdb_head_series');
  const cost = {
    series,
    mebibytes: prometheus('process_resident_memory_bytes{job="prometheus"}') / 2 ** 20,
    millicores: prometheus('rate(process_cpu_seconds_total{job="prometheus"}[2m])') * 1000,
  };
  const each = 10_000 / series;
  const text = [
    comparisonTable(comparisons, ['Asked', 'Not asked']),
    '',
    table(
      ['Prometheus', 'As it is', 'For each 10,000 series'],
      [
        ['series', number(series), '10,000'],
        ['memory, MiB', number(cost.mebibytes), number(cost.mebibytes * each)],
        ['CPU, thousandths of a core', number(cost.millicores), number(cost.millicores * each)],
      ],
    ),
  ].join('\n');
  show(text, stockIsBetter);
  const used = [images.kafka, images.backend, ...(withGateway ? [images.kong] : []), images.prometheus];
  save('metrics', options, clusterConditions(options, used), text, { comparisons, cost });
}
