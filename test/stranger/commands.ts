import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Size } from 'cdk8s';
import { kind } from '../../config/kind';
import { production } from '../../config/production';
import { requiredSecrets } from '../../docs/secrets';
import { appOf } from '../environments';
import { fencesOf, PAGES } from '../fences';
import { Manifests } from '../manifests';

const root = join(__dirname, '../..');

/** With a shard more: operations.md says how to get there and back. */
const grown = {
  ...production,
  redisCluster: { ...production.redisCluster, topology: { kind: 'highlyAvailable', shards: 4, replicas: 1 } as const },
  redisBackup: { ...production.redisBackup, disk: Size.gibibytes(256) },
};
const installations = [kind, production, grown].map((environment) => new Manifests(appOf(environment)));

/** Names by kind, of what there is in one installation or another. */
const NAMES: Record<string, string[]> = {};
const know = (kindOf: string, name: string) => {
  NAMES[kindOf.toLowerCase()] = [...(NAMES[kindOf.toLowerCase()] ?? []), name];
};
for (const manifests of installations) {
  for (const object of manifests.objects) {
    know(object.kind, object.metadata.name);
    for (const pod of object.kind === 'StatefulSet' ? manifests.podNames(object) : []) {
      know('pod', pod);
      const { volumeClaimTemplates = [] } = object.spec as { volumeClaimTemplates?: { metadata: { name: string } }[] };
      for (const { metadata } of volumeClaimTemplates) know('persistentvolumeclaim', `${metadata.name}-${pod}`);
    }
  }
  for (const { name } of requiredSecrets(manifests.app)) know('secret', name);
}

const pods = installations.flatMap((manifests) => manifests.pods());
const containers = new Set(pods.flatMap((pod) => pod.containers.map(({ name }) => name)));
const labels = new Set(pods.flatMap(({ metadata }) => Object.entries(metadata.labels).map((pair) => pair.join('='))));
const files = new Set(
  installations.flatMap((manifests) => manifests.pods().flatMap((pod) => Object.keys(manifests.filesOf(pod)))),
);

const SHORT: Record<string, string> = {
  deploy: 'deployment',
  pvc: 'persistentvolumeclaim',
  claim: 'persistentvolumeclaim',
  svc: 'service',
};
const long = (kindOf: string) => SHORT[kindOf] ?? kindOf.replace(/s$/, '');

/** Every command of a page: from its fences, and from its prose. */
function commandsOf(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '');
  const inline = [...prose.matchAll(/`((?:kubectl|kind|npm|docker|minikube) [^`]+)`/g)].map((match) => match[1]!);
  const fenced = fencesOf(page).filter(({ language }) => language === 'sh');
  return [...fenced.map((fence) => fence.text), ...inline].flatMap((script) =>
    script
      .replaceAll(/\\\n\s*/g, ' ')
      .replaceAll(/(^|\s)#.*$/gm, '')
      .split(/\n|&&|\|\||;|\|/)
      .map((command) => command.trim().replace(/^(until|do|done|while|then) /, ''))
      .filter(Boolean),
  );
}

/** What a page makes itself, before it speaks of it. */
const madeBy = (commands: string[]) =>
  commands.flatMap((command) => [
    ...[...command.matchAll(/create job (\S+)/g)].map((match) => `job/${match[1]}`),
    ...[...command.matchAll(/create secret \S+ "?([\w-]+)/g)].map((match) => `secret/${match[1]}`),
    ...[...command.matchAll(/metadata: \{name: "([\w-]+)"/g)].map((match) => `pod/${match[1]}`),
  ]);

const isPlaceholder = (name: string) => /[A-Z…$"<{*]/.test(name);

/** `kind/name` that the command is about. */
function objectsIn(command: string): string[] {
  const words = command.split(/\s+/);
  const slashed = words.flatMap((word) => word.match(/^(?:--from=)?([a-z]+\/[a-z0-9.-]+)$/)?.[1] ?? []);
  const verb = words.findIndex((word) => /^(get|delete|patch|describe|scale|restart|status)$/.test(word));
  const [kindOf, name] = words.slice(verb + 1);
  const named =
    verb > 0 && name && /^[a-z]+$/.test(kindOf!) && /^[a-z][a-z0-9.-]*$/.test(name) ? [`${kindOf}/${name}`] : [];
  const pod = words[words.findIndex((word) => word === 'exec' || word === 'logs') + 1];
  const inside = /\s(exec|logs)\s/.test(command)
    ? words.slice(1).find((word, index) => /^[a-z]+[a-z0-9-]*-\d+$/.test(word) && words[index] !== '-c')
    : undefined;
  return [...slashed, ...named, ...(inside && pod ? [`pod/${inside}`] : [])];
}

/** What the command names and nobody has. */
function unknownIn(command: string, made: string[]): string[] {
  if (!/^kubectl |\skubectl /.test(command)) return [];
  const objects = objectsIn(command).filter((object) => {
    const [kindOf, name] = object.split('/') as [string, string];
    if (isPlaceholder(name) || made.includes(`${long(kindOf)}/${name}`)) return false;
    // Not of Kubernetes: a path, or what a command inside of a pod is told.
    if (!(long(kindOf) in NAMES)) return false;
    return !NAMES[long(kindOf)]!.includes(name);
  });
  const option = (pattern: RegExp) =>
    [...command.matchAll(pattern)].map((match) => match[1]!).filter((value) => !isPlaceholder(value));
  return [
    ...objects,
    ...option(/\s-c ([a-z][\w-]*)/g)
      .filter((name) => !containers.has(name))
      .map((name) => `container ${name}`),
    ...option(/\s-l (app\.kubernetes\.io\/\S+)/g)
      .filter((label) => !labels.has(label))
      .map((label) => `label ${label}`),
    ...option(/\s(?:(?:apply|delete|diff) -f|--config) ([\w./-]+\w)/g)
      .filter((path) => !existsSync(join(root, path)))
      .map((path) => `file ${path}`),
    ...option(/\s(\/etc\/\S+\.sh)/g)
      .filter((path) => !files.has(path))
      .map((path) => `file ${path} in a container`),
  ];
}

describe.each(PAGES)('The commands of %s', (page) => {
  const commands = commandsOf(page);

  it('name what there is', () => {
    const made = madeBy(commands);
    const unknown = commands.flatMap((command) => unknownIn(command, made).map((what) => `${what}: ${command}`));
    expect(unknown).toEqual([]);
  });

  it('make Jobs with the names of their CronJobs, so that no log is read for another', () => {
    const jobs = commands.flatMap((command) => [...command.matchAll(/create job (\S+) --from=cronjob\/(\S+)/g)]);
    expect(jobs.filter(([, name, cronJob]) => name !== `${cronJob}-by-hand`).map(([command]) => command)).toEqual([]);
    expect(commands.filter((command) => /create job/.test(command)).length).toBe(jobs.length);
  });

  it('follow the log of what was just made only when it can speak', () => {
    const followed = readFileSync(join(root, page), 'utf8').match(/.*logs -f .*/g) ?? [];
    expect(followed.filter((line) => !/until kubectl [^;]*logs -f [^;]*; do sleep 1; done/.test(line))).toEqual([]);
  });
});

it('A command that names what nobody has is found', () => {
  const wrong = [
    'kubectl -n bss rollout restart deployment/kafka',
    'kubectl -n bss create job x --from=cronjob/kafka-backup',
    'kubectl -n bss exec kafka-7 -- kafka-topics',
    'kubectl -n bss exec redis-cluster-0-0 -c reeper -- sh /etc/redis/rehash.sh 3',
    'kubectl -n bss get secret kong-passwords',
    'kubectl -n bss logs -l app.kubernetes.io/name=topic',
    'kubectl apply -f dist/staging-2',
  ];
  expect(wrong.map((command) => unknownIn(command, []).length > 0)).toEqual(wrong.map(() => true));
});
