import { ruleGroups } from '../../charts/observability/rules/groups';
import { ruleFile } from '../../charts/observability/rules/rule';
import { Workload } from '../../lib/workload';
import { cases } from '../alerts/cases/all';
import { alerts, groups } from '../alerts/environment';
import { failures, promtool } from '../alerts/promtool';
import { everyEnvironment } from '../environments';
import { unless, withoutProgram } from '../unless';

const withPromtool = unless(withoutProgram('promtool'));

describe('Alerts', () => {
  it('have a case each, and none is there twice', () => {
    const names = alerts.map(({ alert }) => alert);
    expect(cases.map(({ alert }) => alert)).toEqual(names);
    expect(new Set(names).size).toBe(names.length);
  });

  it('silence only alerts that there are', () => {
    const names = alerts.map(({ alert }) => alert);
    const silenced = alerts.flatMap(({ silences = [] }) => silences);
    expect(silenced.filter((name) => !names.includes(name))).toEqual([]);
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

  withPromtool('fire when what they are for happens, not before, and no longer', () => {
    expect(failures(groups, cases)).toBe('');
  });

  withPromtool('are taken by promtool in every environment, with all that it would only warn of', () => {
    const files = everyEnvironment.map(({ name, environment, manifests }) => [
      `${name}.yml`,
      ruleFile(ruleGroups(Workload.all(manifests.app), environment)),
    ]);
    expect(promtool('check', Object.fromEntries(files))).toBe('');
  });

  withPromtool('that cannot be read are refused with what is wrong', () => {
    const [{ rules, name }] = [groups[1]!];
    const wrong = [{ name, rules: [...rules, { ...alerts[1]!, expr: 'sum by (job (up) > 0' }] }];
    expect(promtool('check', { 'kafka.yml': ruleFile(wrong) })).toMatch(/could not parse expression: .*unexpected/);
  });
});
