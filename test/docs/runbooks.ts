import { production } from '../../config/production';
import { alerts } from '../alerts/environment';
import { fencesOf } from '../fences';
import type { PodTemplate } from '../kubernetes';
import { Written } from '../written';

const written = new Written('production');

/** The containers of each pod, and of each Deployment, by the name that `kubectl` is told. */
const containers = new Map<string, PodTemplate>([
  ...written
    .ofKind('StatefulSet')
    .flatMap(({ metadata, spec }) =>
      Array.from({ length: spec.replicas! }, (_, ordinal) => [`${metadata.name}-${ordinal}`, spec.template] as const),
    ),
  ...written.ofKind('Deployment').map(({ metadata, spec }) => [`deploy/${metadata.name}`, spec.template] as const),
]);
const INTRODUCTION = ['Runbooks', 'What is promised'];
const labels = written.pods().map(({ name }) => name);
const cronJobs = written.ofKind('CronJob').map(({ metadata }) => metadata.name);

const fences = fencesOf('docs/runbooks.md').filter(({ language }) => language === 'sh');
const commands = fences.flatMap(({ text }) => text.replaceAll('\\\n', '').trim().split('\n'));
/** What follows a pattern, in all commands. */
const named = (pattern: RegExp) =>
  commands.flatMap((command) => [...command.matchAll(pattern)].map(([, name]) => name!));

it('Each alert has a section with commands, and none is of an alert that there is no more', () => {
  const headings = fences.map(({ heading }) => heading).filter((heading) => !INTRODUCTION.includes(heading));
  expect([...new Set(headings)]).toEqual(alerts.map(({ alert }) => alert));
});

it('Commands of runbooks are for pods and containers that production has', () => {
  const places = commands.flatMap((command) => {
    const [, where, container] = command.match(/ (?:exec|logs|top pod) ((?!-)\S+)(?: -c (\S+))?/) ?? [];
    return where ? [{ where, container }] : [];
  });
  expect(places.length).toBeGreaterThan(alerts.length / 2);
  for (const { where, container } of places) {
    expect([...containers.keys()]).toContain(where);
    const names = containers.get(where)!.spec.containers.map(({ name }) => name);
    if (container) expect(names).toContain(container);
  }
});

it('Commands of runbooks are for labels and CronJobs that production has', () => {
  const selected = named(/ -l app\.kubernetes\.io\/name=(\S+)/g);
  expect(labels).toEqual(expect.arrayContaining(selected));
  expect(selected.length).toBeGreaterThan(10);
  expect(cronJobs).toEqual(expect.arrayContaining(named(/--from=cronjob\/([\w-]+)/g)));
});

it('Commands of runbooks are all of the namespace of production', () => {
  expect(commands.filter((command) => !command.startsWith(`kubectl -n ${production.namespace} `))).toEqual([]);
});
