import { Size } from 'cdk8s';
import { SAMPLE_LIMIT, SERIES_PER_POD } from '../../charts/observability/prometheus/rules';
import { platform } from '../../charts/platform';
import { eventually, since } from '../../cluster/eventually';
import { awaitConverged, withoutImage } from '../../cluster/installation';
import { kubectl, tryKubectl } from '../../cluster/kubectl';
import { Namespace } from '../../cluster/namespace';
import { type Target, targets, type Value, values } from '../../cluster/prometheus';
import { signal } from '../../cluster/signal';
import { removePod, startPod } from '../../cluster/tool-pod';
import { kind } from '../../config/kind';
import { Workload } from '../../lib/workload';
import { beginWithNothing } from './shared';

const bss = new Namespace(kind.namespace);
const STRANGER = 'stranger';
const measured = Workload.all(platform(kind).app).filter(({ metrics }) => metrics);

/** Pods whose image can be had here, by job. */
let expected: Record<string, number>;
let start: number;

beforeAll(() => {
  beginWithNothing();
  start = Date.now();
  kubectl(['apply', '-f', 'dist/kind']);
  const missing = withoutImage(
    bss,
    measured.map(({ name }) => name),
  );
  expected = Object.fromEntries(
    measured.filter(({ name }) => !missing.includes(name)).map(({ name, replicas }) => [name, replicas]),
  );
  for (const name of missing) console.info(`not asked for, as its image cannot be had here: ${name}`);
});
afterAll(() => removePod(bss, STRANGER));

const counted = (jobs: string[]) =>
  Object.fromEntries(Object.keys(expected).map((job) => [job, jobs.filter((each) => each === job).length]));
const up = (all: Target[]) => counted(all.filter(({ health }) => health === 'up').map(({ labels }) => labels.job));

test('from one apply, every target of every job is up within three minutes', () => {
  const all = () => JSON.stringify(up(targets())) === JSON.stringify(expected);
  eventually('all targets to be up', all, 180 - (Date.now() - start) / 1000);
  console.info(`all targets were up ${since(start)} after apply`);
  awaitConverged(bss);
});

test('exporters reach the servers that they stand beside', () => {
  const query = '{__name__=~"redis_up|pg_up|pgbouncer_up"}';
  eventually('each of them to say so', () => {
    const said = values(query);
    const beside = bss.pods().filter(({ status }) => status.containerStatuses?.some(({ name }) => name === 'exporter'));
    return said.length === beside.length && said.length > 0 && said.every(({ value }) => value === 1);
  });
});

test('no scrape takes more than a second or 5,000 samples, and all together as much as the claim was made for', () => {
  const most = (metric: string) => values(`max by (job) (max_over_time(${metric}[1m]))`);
  // Of a platform that has started: it does not start every day.
  const settled = Date.now();
  eventually('a minute to go by', () => Date.now() - settled > 60_000);
  const [samples, seconds] = [most('scrape_samples_scraped'), most('scrape_duration_seconds')];
  const of = (list: Value[], job: string) => list.find(({ metric }) => metric['job'] === job)!.value;
  const rows = Object.entries(expected).map(([job, pods]) => ({
    ...{ job, pods, samples: of(samples, job), seconds: of(seconds, job) },
  }));
  console.info(
    ['job              pods  samples of a scrape  longest, s', ...rows.map((row) => line(row))].join('\n'),
    `\nseries: ${values('sum(prometheus_tsdb_head_series)')[0]!.value}`,
  );
  for (const { job, samples, seconds } of rows) {
    expect([job, samples <= SAMPLE_LIMIT, seconds <= 1]).toEqual([job, true, true]);
  }
  const pods = rows.reduce((sum, each) => sum + each.pods, 0);
  const all = rows.reduce((sum, each) => sum + each.pods * each.samples, 0);
  expect(all / pods).toBeLessThanOrEqual(SERIES_PER_POD);
});

const line = ({ job, pods, samples, seconds }: { job: string; pods: number; samples: number; seconds: number }) =>
  `${job.padEnd(16)} ${`${pods}`.padStart(4)} ${`${samples}`.padStart(20)}  ${seconds.toFixed(3).padStart(10)}`;

test('every series says which pod it is of, and to which part of the platform that belongs', () => {
  const scraped = (other: string) => `count({job!="", ${other}="", __name__!~"ALERTS.*|.*:.*"})`;
  expect(values(`${scraped('pod')} or ${scraped('component')}`)).toEqual([]);
});

test('what Kubernetes knows of the pods is told, by a program that may ask for nothing else', () => {
  const known = () => values('count by (k8s_pod_name) (k8s_pod_phase)').map(({ metric }) => metric['k8s_pod_name']!);
  const there = () => bss.pods().map(({ metadata: { name } }) => name);
  bss.awaitReady('prometheus-0');
  eventually('each pod to be known', () => JSON.stringify(known().sort()) === JSON.stringify(there().sort()));

  const account = `--as=system:serviceaccount:${bss.name}:kubernetes-state-account`;
  const may = (...what: string[]) => tryKubectl(['auth', 'can-i', ...what, account]).ok;
  const within = ['--namespace', bss.name];
  expect([may('list', 'pods', ...within), may('watch', 'jobs', ...within)]).toEqual([true, true]);
  const refused = ['get secrets', 'list secrets', 'list configmaps', 'create pods', 'delete jobs', 'list events'];
  expect(refused.filter((what) => may(...what.split(' '), ...within))).toEqual([]);
  expect([may('list', 'pods', '--all-namespaces'), may('list', 'nodes')]).toEqual([false, false]);
});

test('a stranger reaches none of the ports at which metrics are', () => {
  startPod(bss, {
    ...{ name: STRANGER, command: ['sleep', 'infinity'] },
    resources: { cpu: 10, memory: Size.mebibytes(32), memoryLimit: Size.mebibytes(128) },
  });
  bss.awaitReady(STRANGER);
  const doors = measured.flatMap((workload) => {
    const pods = bss.pods(`app.kubernetes.io/name=${workload.name}`);
    return pods.map(({ status }) => `${status.podIP}/${workload.portNumber(workload.metrics!.port)}`);
  });
  expect(doors.length).toBeGreaterThanOrEqual(Object.keys(expected).length);
  const script = `for door in ${doors.join(' ')}; do if timeout 3 bash -c "</dev/tcp/$door" 2> /dev/null; then echo $door; fi; done`;
  expect(bss.exec(STRANGER, 'bash', '-c', script)).toBe('');
});

test('Prometheus killed with -9 comes back by itself, with what it had scraped before', () => {
  const moment = Math.floor(Date.now() / 1000) - 30;
  const before = () => values(`sum by (job) (count_over_time(up[1m] @ ${moment}))`);
  const scraped = before();
  const restarts = bss.restarts('prometheus-0');
  signal(bss.pod('prometheus-0')!, 'KILL');
  const killed = Date.now();
  eventually('the container to be started again', () => bss.restarts('prometheus-0') > restarts);
  bss.awaitReady('prometheus-0');
  console.info(`ready ${since(killed)} after kill -9`);
  expect(before()).toEqual(scraped);
  expect(scraped.length).toBeGreaterThanOrEqual(Object.keys(expected).length);
  eventually('all targets to be up again', () => JSON.stringify(up(targets())) === JSON.stringify(expected), 60);
});
