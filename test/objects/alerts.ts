import type { Environment } from '../../charts/environment';
import { boards } from '../../charts/observability/grafana/boards/all';
import { queries } from '../../charts/observability/grafana/boards/board';
import { ruleGroups } from '../../charts/observability/rules/groups';
import { type Group, ruleFile } from '../../charts/observability/rules/rule';
import { BACKUPS } from '../../charts/observability/rules/scheduled';
import { BackupJobs } from '../../lib/backup-jobs';
import { Workload } from '../../lib/workload';
import { cases } from '../alerts/cases/all';
import { alerts, groups, watched } from '../alerts/environment';
import { pieces } from '../alerts/pieces';
import { failures, promtool } from '../alerts/promtool';
import { restarts } from '../alerts/restarts';
import { everyEnvironment } from '../environments';
import { drills, gatewayDrills } from '../live/drills/all';
import { unless, withoutProgram } from '../unless';

/** What boards ask, as rules of their names: for who reads rules only. */
const asRules = (environment: Environment): Group => ({
  name: 'boards',
  rules: queries(boards(environment)).map(({ board, panel, expr }, index) => ({
    record: `${board}:${panel}:${index}`.replaceAll(/[^A-Za-z0-9:]/g, '_'),
    // Where Grafana puts a time.
    expr: expr.replaceAll('$__rate_interval', '1m'),
  })),
});

const withPromtool = unless(withoutProgram('promtool'));

describe('Alerts', () => {
  it('have a case each or more, and none is there twice', () => {
    const names = alerts.map(({ alert }) => alert);
    expect([...new Set(cases.map(({ alert }) => alert))]).toEqual(names);
    expect(new Set(names).size).toBe(names.length);
  });

  it('are those that drills bring about on a cluster', () => {
    const names = alerts.map(({ alert }) => alert);
    const drilled = [...drills, gatewayDrills].flat(2).flatMap(({ alerts, follows = [] }) => [...alerts, ...follows]);
    expect(drilled.filter((name) => !names.includes(name))).toEqual([]);
    expect(new Set(drilled).size).toBe(drilled.length);
  });

  it('silence only alerts that there are', () => {
    const names = alerts.map(({ alert }) => alert);
    const silenced = alerts.flatMap(({ silences = [] }) => silences);
    expect(silenced.filter((name) => !names.includes(name))).toEqual([]);
  });

  it('silence others of the same pod, topic or objective only, where both say which', () => {
    const labelsOf = (name: string) => Object.keys(cases.find(({ alert }) => alert === name)!.labels ?? {});
    const shared = (one: string, other: string) => labelsOf(one).filter((label) => labelsOf(other).includes(label));
    const wrong = alerts.flatMap(({ alert, silences = [], alike = [] }) =>
      silences
        .map((other) => [alert, other, shared(alert, other).filter((label) => label !== 'job'), alike] as const)
        .filter(([, , both, alike]) => both.join() !== alike.join()),
    );
    expect(wrong).toEqual([]);
  });

  it('are those that boards name', () => {
    const names = alerts.map(({ alert }) => alert);
    const named = queries(boards(watched)).flatMap(({ expr }) =>
      [...expr.matchAll(/alertname=~?"([^"]+)"/g)].map(([, pattern]) => pattern!),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((pattern) => !names.some((name) => new RegExp(`^(${pattern})$`).test(name)))).toEqual([]);
  });

  it('say in one line what is wrong, with a figure, and end with a full stop', () => {
    for (const { summary, severity } of alerts) {
      expect(summary).toMatch(/^[^\n]{20,160}\.$/);
      if (severity !== 'none') expect(summary).toContain('{{ $');
    }
  });

  it('ask with the names of jobs that there are', () => {
    const named = groups.flatMap(({ rules }) =>
      rules.flatMap(({ expr }) => [...expr.matchAll(/job="([^"]*)"/g)].map(([, job]) => job)),
    );
    const jobs = everyEnvironment.map(({ manifests }) =>
      Workload.all(manifests.app).flatMap(({ name, metrics }) => (metrics ? [name] : [])),
    );
    for (const each of jobs) expect(each).toEqual(expect.arrayContaining(named));
  });

  withPromtool(
    'fire when what they are for happens, not before, no longer, and in no restart; and boards have no gap where nothing does',
    () => {
      expect(failures(groups, cases, { 'boards.test.yml': pieces, 'restarts.test.yml': restarts })).toBe('');
    },
  );
  it('know backups by their names, and what is none', () => {
    for (const { manifests } of everyEnvironment) {
      const named = manifests.ofKind('CronJob').map(({ metadata: { name } }) => name);
      // cdk8s calls every chart an instance of every other.
      const backups = manifests.app.node
        .findAll()
        .filter((each) => Object.prototype.isPrototypeOf.call(BackupJobs.prototype, each));
      expect(named.filter((name) => new RegExp(`^${BACKUPS}$`).test(name)).sort()).toEqual(
        backups.map(({ node }) => node.id).sort(),
      );
      expect(backups.length).toBeGreaterThan(1);
    }
  });

  withPromtool('and boards are taken by promtool in every environment, with all that it would only warn of', () => {
    const files = everyEnvironment.flatMap(({ name, environment, manifests }) => [
      [`${name}.yml`, ruleFile(ruleGroups(Workload.all(manifests.app), environment))],
      [`${name}-boards.yml`, ruleFile([asRules(environment)])],
    ]);
    expect(promtool('check', Object.fromEntries(files))).toBe('');
  });

  withPromtool('that cannot be read are refused with what is wrong', () => {
    const [{ rules, name }] = [groups[1]!];
    const wrong = [{ name, rules: [...rules, { ...alerts[1]!, expr: 'sum by (job (up) > 0' }] }];
    expect(promtool('check', { 'kafka.yml': ruleFile(wrong) })).toMatch(/could not parse expression: .*unexpected/);
  });
});
