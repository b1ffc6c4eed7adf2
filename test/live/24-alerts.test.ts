import { boards } from '../../charts/observability/grafana/boards/all';
import { type Asked, queries } from '../../charts/observability/grafana/boards/board';
import { ruleGroups } from '../../charts/observability/rules/groups';
import { platform } from '../../charts/platform';
import { eventually, since } from '../../cluster/eventually';
import { awaitConverged, withoutImage } from '../../cluster/installation';
import { PlatformLoad } from '../../cluster/load/load';
import type { Namespace } from '../../cluster/namespace';
import { isReady } from '../../cluster/pod';
import { type Evaluated, rules, values } from '../../cluster/prometheus';
import { kind } from '../../config/kind';
import { Workload } from '../../lib/workload';
import { drills, gatewayDrills } from './drills/all';
import { run } from './drills/run';
import { laptop } from './shared';

let bss: Namespace;
/** Without its image a workload has no figures, and what is said of it is true. */
let missing: string[];
/** Milliseconds. */
let converged: number;
let load: PlatformLoad;

beforeAll(() => {
  bss = laptop();
  missing = withoutImage(
    bss,
    Workload.all(platform(kind).app).map(({ name }) => name),
  );
  converged = lastReady();
  console.info(`converged ${since(converged)} ago; without ${missing.join(', ') || 'nothing'}`);
  load = new PlatformLoad(kind, { name: 'load', through: missing.includes('kong') ? 'backend' : 'gateway' });
});
afterAll(() => console.info(load.stop()));

/** When the last pod became ready. Prometheus' own is killed by other tests, and comes back to all that it had. */
const lastReady = () =>
  Math.max(
    ...bss
      .pods()
      .filter((pod) => isReady(pod) && pod.metadata.name !== 'prometheus-0')
      .flatMap(({ status }) => status.conditions!.filter(({ type }) => type === 'Ready'))
      .map(({ lastTransitionTime }) => Date.parse(lastTransitionTime)),
  );

/** Whether the answer depends on a job that is not here: by its metrics, by its name, or by a recording of these. */
function unanswerable(): (expr: string) => boolean {
  const own = missing.map((job) => new RegExp(`\\b${job}_|job="${job}"`));
  const recordings: { name: string; labels: string[] }[] = [];
  const isOne = (expr: string): boolean =>
    own.some((one) => one.test(expr)) ||
    recordings.some(({ name, labels }) => expr.includes(name) && labels.every((label) => expr.includes(label)));
  for (const { type, name, query, labels = {} } of rules()) {
    const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    if (type === 'recording' && isOne(query)) recordings.push({ name, labels: pairs });
  }
  return isOne;
}

test('everything is restarted under load, as an update would', () => {
  const start = Date.now();
  const all = bss.run('get', 'statefulsets,deployments', '-o', 'name').trim().split('\n');
  bss.run('rollout', 'restart', ...all);
  awaitConverged(bss);
  console.info(`restarted in ${since(start)}`);
});

test('every rule is evaluated without an error, and every recording has a value', () => {
  eventually('Prometheus to have evaluated all rules', () => rules().every(({ health }) => health !== 'unknown'));
  const all = rules();
  expect(all.filter(({ health, lastError }) => health !== 'ok' || lastError)).toEqual([]);
  const isMissing = unanswerable();
  const recordings = all.filter(({ type }) => type === 'recording');
  const left = [...recordings.filter(({ query }) => isMissing(query)).map(selectorOf), ...Object.keys(empty)];
  expectData(recordings.map(selectorOf).filter((selector) => !left.includes(selector)));
  console.info(
    `${all.length} rules, of which ${recordings.length} are recordings; not asked, without ${missing}: ${left.length}`,
    ...Object.entries(empty).map(([selector, why]) => `\n${selector}: ${why}`),
  );
});

const selectorOf = ({ name, labels = {} }: Pick<Evaluated, 'name' | 'labels'>) =>
  `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .sort()}}`;

/** Recordings that have no value at first, and why. */
const empty: Readonly<Record<string, string>> = Object.fromEntries(
  ruleGroups(Workload.all(platform(kind).app), kind).flatMap(({ rules }) =>
    rules.flatMap((rule) =>
      'record' in rule && rule.emptyOnKind
        ? [[selectorOf({ name: rule.record, labels: rule.labels }), rule.emptyOnKind]]
        : [],
    ),
  ),
);

test('every query of every board has data', () => {
  const isMissing = unanswerable();
  const all = queries(boards(kind));
  const empty = all.filter(({ emptyOnKind }) => emptyOnKind);
  const without = all.filter((each) => !empty.includes(each) && isMissing(each.expr));
  const asked = all.filter((each) => !empty.includes(each) && !without.includes(each));
  expectData(asked.map(({ expr }) => expr.replaceAll('$__rate_interval', '1m')));
  const titles = [...new Set(all.map(({ board }) => board))];
  const of = (list: Asked[], title: string) => list.filter(({ board }) => board === title);
  const panels = (list: Asked[]) => new Set(list.map(({ board, panel }) => `${board} ${panel}`)).size;
  const row = (title: string, list: Asked[]) =>
    [
      title.padEnd(24),
      panels(list),
      list.length,
      ...[asked, without, empty].map((each) => each.filter((one) => list.includes(one)).length),
    ].join('\t');
  console.info(
    [
      'board                   \tpanels\tqueries\twith data\twithout image\tempty on a laptop',
      ...titles.map((title) => row(title, of(all, title))),
      row('all', all),
      ...empty.map(({ board, panel, emptyOnKind }) => `${board}, ${panel}: ${emptyOnKind}`),
    ].join('\n'),
  );
});

/** Whether an alert is about a job, a set or a pod that cannot start here. */
const isOfMissing = ({ job, set = '', k8s_pod_name: pod = '' }: Readonly<Record<string, string>>) =>
  missing.some((name) => job === name || set === name || pod.startsWith(`${name}-`));

/** A query that has just begun to move may need a moment; none may stay without an answer. */
function expectData(exprs: readonly string[]): void {
  let left = [...new Set(exprs)];
  const hasNone = (expr: string) => values(expr).length === 0;
  try {
    eventually('an answer to every query', () => {
      left = left.filter(hasNone);
      return left.length === 0;
    });
  } catch {
    expect(left).toEqual([]);
  }
}

test('nothing but the watchdog has fired in ten minutes, nor while everything was restarted', () => {
  eventually('ten minutes to have gone by', () => Date.now() - converged > 600_000, 660);
  const seconds = Math.round((Date.now() - converged) / 1000);
  const over = (state: string) =>
    values(`count_over_time(ALERTS{alertstate="${state}",alertname!="Watchdog"}[${seconds}s])`)
      .filter(({ metric }) => !isOfMissing(metric))
      .map(
        ({ metric: { alertname, alertstate, severity, __name__, ...of } }) => `${alertname} of ${Object.values(of)}`,
      );
  console.info(
    `in ${seconds} s was true, and not for so long that it was told: ${over('pending').join(', ') || 'nothing'}`,
  );
  expect(over('firing')).toEqual([]);
});

test('what goes wrong is told with its figure and its runbook, and is over when it is mended', () => {
  const outcomes = run(bss, missing.includes('kong') ? drills : [...drills, gatewayDrills]);
  console.info(
    ['alert                         \tfired, s\tresolved, s\tsaid']
      .concat(
        outcomes.map(({ alert, fired, resolved, summary, inhibited }) =>
          [alert.padEnd(30), fired, resolved, `${inhibited ? '(to nobody) ' : ''}${summary}`].join('\t'),
        ),
      )
      .join('\n'),
  );
  expect(outcomes.length).toBeGreaterThanOrEqual(14);
  awaitConverged(bss);
}, 1_800_000);
