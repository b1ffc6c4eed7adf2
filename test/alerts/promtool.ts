import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import {
  type Alert,
  alertsOf,
  type Group,
  type Recording,
  ruleFile,
  runbookOf,
} from '../../charts/observability/rules/rule';
import { type Case, momentsOf, SILENT, valuesOf } from './case';

const UNITS: Record<string, number> = { s: 1 / 60, m: 1, h: 60 };
const minutesOf = (time = '0m') => Number.parseInt(time, 10) * UNITS[time.at(-1)!]!;

/** As `promtool test rules` reads it: silent while all is well and until it has been true for long enough, then not, then again. */
function unitTest(each: Case, alert: Alert) {
  const { well, begins, broken, mended } = momentsOf(each);
  const firing = {
    exp_labels: { severity: alert.severity, ...each.labels },
    exp_annotations: { summary: each.summary, runbook: runbookOf(alert.alert) },
  };
  const wait = minutesOf(alert.for);
  const at = (minutes: number, ...alerts: object[]) => ({
    eval_time: `${Math.round(minutes * 60)}s`,
    alertname: alert.alert,
    exp_alerts: each.summary === SILENT ? [] : alerts,
  });
  return {
    name: alert.alert,
    interval: `${each.step ?? 1}m`,
    input_series: Object.entries(each.series).map(([series, samples]) => ({ series, values: valuesOf(samples, each) })),
    // What is always there fires from the beginning.
    alert_rule_test:
      alert.severity === 'none'
        ? [at(well, firing), at(broken, firing)]
        : [at(well), ...(wait > 0 ? [at(begins + wait / 2)] : []), at(broken, firing), at(mended)],
  };
}

/** What promtool says of files, each text by its name, or nothing when all is well. */
export function promtool(
  command: 'check' | 'test',
  files: Record<string, object>,
  tested = Object.keys(files),
): string {
  const directory = mkdtempSync(join(tmpdir(), 'rules-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), stringify(content));
  const lint = command === 'check' ? ['--lint=all', '--lint-fatal'] : [];
  const { status, stdout, stderr } = spawnSync('promtool', [command, 'rules', ...lint, ...tested], {
    cwd: directory,
    encoding: 'utf8',
  });
  rmSync(directory, { recursive: true });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

/** Whether it is asked for by its name, and not with another value of one of its labels. */
const asksFor = (expr: string, { record, labels = {} }: Recording) =>
  expr
    .split(record)
    .slice(1)
    .some((rest) =>
      Object.entries(labels).every(([name, value]) => !new RegExp(`^{[^}]*\\b${name}="(?!${value}")`).test(rest)),
    );

/** The alert and the recordings that it is made from: to evaluate all others as well would take ten times as long. */
function neededFor(alert: Alert, groups: readonly Group[]): Group {
  const all = groups.flatMap(({ rules }) => rules);
  const askedBy = ({ expr }: Alert | Recording) => all.filter((rule) => 'record' in rule && asksFor(expr, rule));
  const needed = new Set<Alert | Recording>([alert]);
  for (const rule of needed) for (const each of askedBy(rule)) needed.add(each);
  return { name: alert.alert, rules: all.filter((rule) => needed.has(rule)) };
}

/** Runs the cases against their rules, and other tests by the names of their files, all of them in one process. */
export function failures(
  groups: readonly Group[],
  cases: readonly Case[],
  others: Readonly<Record<`${string}.test.yml`, object>>,
): string {
  const files = cases.flatMap((each, index) => {
    const alert = alertsOf(groups).find(({ alert }) => alert === each.alert)!;
    const test = unitTest(each, alert);
    const file = { rule_files: [`${each.alert}.yml`], evaluation_interval: test.interval, tests: [test] };
    return [
      [`${each.alert}.yml`, ruleFile([neededFor(alert, groups)])],
      [`${index}.test.yml`, file],
    ] as const;
  });
  const all = { ...Object.fromEntries(files), ...others };
  return promtool(
    'test',
    all,
    Object.keys(all).filter((name) => name.endsWith('.test.yml')),
  );
}
