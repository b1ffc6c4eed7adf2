import type { App } from 'cdk8s';
import { parse } from 'yaml';
import type { Environment } from '../../charts/environment';
import { environments } from '../../config/environments';
import { repeated } from '../../lib/repeated';
import { appOf } from '../environments';
import { type Container, LARGEST_APPLIED, type Manifest, ROOMY_NAME } from '../kubernetes';
import { schemaErrors } from '../kubernetes-schema';
import { Manifests, nameOf } from '../manifests';

const AMOUNT = /^([1-9]\d{0,8})(m|Mi|Gi|Ti)?$/;
const UNITS: Record<string, number> = { Mi: 1, Gi: 1024, Ti: 1024 * 1024, m: 0.001 };

/** CPU in cores, everything else in MiB. */
const amount = (text: string): number => {
  const [, number, unit] = text.match(AMOUNT) ?? [];
  return Number(number) * (unit ? UNITS[unit]! : 1);
};

/** Everything that makes a manifest that synth has written do harm, or be refused by the API server. */
export function harm(app: App, environment: Environment): string[] {
  const manifests = new Manifests(app);
  return [
    ...manifests.objects.flatMap((object) => objectErrors(object, environment)),
    ...repeated(manifests.objects.map(nameOf)).map((name) => `${name} is there twice`),
    ...manifests
      .pods()
      .flatMap(({ containers, owner }) =>
        containers.flatMap((each) => containerErrors(each).map((error) => `${nameOf(owner)}: ${each.name}: ${error}`)),
      ),
    ...quotaErrors(manifests),
  ];
}

/** Objects that were found right before: most of those of a changed environment are as they were. */
const right = new Set<string>();

function objectErrors(object: Manifest, { namespace }: Environment): string[] {
  const { metadata, kind } = object;
  const place = kind === 'Namespace' ? metadata.name : metadata.namespace;
  const text = JSON.stringify(object);
  const errors = [
    ...(place === namespace ? [] : [`is in ${place}`]),
    ...(right.has(text) ? [] : contentErrors(object, text)),
  ];
  if (errors.length === 0) right.add(text);
  return errors.map((error) => `${nameOf(object)} ${error}`);
}

function contentErrors(object: Manifest, text: string): string[] {
  const { metadata, kind } = object;
  return [
    ...schemaErrors(object),
    ...(kind === 'ConfigMap' ? fileErrors(object) : []),
    ...(kind !== 'Namespace' || /^(?!default$|kube-)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(metadata.name)
      ? []
      : ['is no namespace for us']),
    ...networksIn(object.spec)
      .filter((each) => !NETWORK.test(each))
      .map((each) => `has the network ${each}`),
    ...(ROOMY_NAME.test(metadata.name) || kind === 'Secret' || kind === 'Namespace' ? [] : ['is no DNS label']),
    ...Object.values(metadata.labels ?? {})
      .filter((value) => !/^([A-Za-z0-9][A-Za-z0-9._-]{0,61})?[A-Za-z0-9]$/.test(value))
      .map((value) => `has the label ${value}`),
    ...(kind === 'Secret' ? [] : (text.match(/(\bundefined\b|\bNaN\b|\[object|\bInfinity\b).{0,60}/g) ?? [])),
    ...(text.length < LARGEST_APPLIED ? [] : ['is larger than kubectl apply takes']),
    ...amountsIn(object.spec)
      .filter((each) => !AMOUNT.test(each))
      .map((each) => `has the amount ${each}`),
  ];
}

const NETWORK = /^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$|^[0-9a-f:]+\/\d{1,3}$/;

/** Every range of addresses, wherever it is in an object. */
function networksIn(value: unknown, key = ''): string[] {
  if (['cidr', 'except', 'loadBalancerSourceRanges'].includes(key)) return [value].flat().map(String);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => networksIn(inner, name));
}

/** Every amount that is asked for, wherever it is in an object. */
function amountsIn(value: unknown, key = ''): string[] {
  if (typeof value !== 'object' || value === null) return key === 'sizeLimit' ? [String(value)] : [];
  if (['requests', 'limits', 'hard'].includes(key) && !Array.isArray(value))
    return Object.entries(value).flatMap(([name, each]) => (name.startsWith('services.') ? [] : [String(each)]));
  return Object.entries(value).flatMap(([name, inner]) => amountsIn(inner, name));
}

function containerErrors({ env = [], resources, image, command = [] }: Container): string[] {
  const { requests, limits } = resources!;
  return [
    ...(amount(requests!['memory']!) <= amount(limits!['memory']!) ? [] : ['requests more memory than its limit']),
    ...(/^[\w./:@-]+$/.test(image) ? [] : [`has the image ${image}`]),
    ...env.filter(({ value }) => value && /\p{Cc}/u.test(value)).map(({ name }) => `${name} has more than one line`),
    ...command.filter((word) => word.includes('\0')).map((word) => `runs ${word}`),
  ];
}

/** Of every pod at rest: where an autoscaler counts, at its most. */
function quotaErrors(manifests: Manifests): string[] {
  const { hard } = manifests.objects.find(({ kind }) => kind === 'ResourceQuota')!.spec as {
    hard: Record<string, string>;
  };
  const most = new Map(
    manifests.ofKind('HorizontalPodAutoscaler').map(({ spec }) => [spec.scaleTargetRef.name, spec.maxReplicas]),
  );
  const pods = manifests.pods().map(({ owner, spec: { containers, initContainers = [] } }) => ({
    count: most.get(owner.metadata.name) ?? (owner.spec as { replicas?: number }).replicas ?? 1,
    containers,
    initContainers,
  }));
  const asked = (which: 'requests' | 'limits', resource: string) =>
    pods.reduce((sum, { count, containers, initContainers }) => {
      const of = ({ resources }: Container) => amount(resources?.[which]?.[resource] ?? '');
      const together = containers.reduce((each, container) => each + of(container), 0);
      return sum + count * Math.max(together, ...initContainers.map(of));
    }, 0);
  return [['requests', 'cpu'] as const, ['requests', 'memory'] as const, ['limits', 'memory'] as const].flatMap(
    ([which, resource]) =>
      amount(hard[`${which}.${resource}`] ?? '') >= asked(which, resource)
        ? []
        : [
            `the quota has ${hard[`${which}.${resource}`]} of ${which}.${resource}, pods ask for ${asked(which, resource)}`,
          ],
  );
}

/** What stands before the value in each line of a file of settings, whose number is no news. */
const settingsOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .map((line) => line.match(/^[^=\s]+/)?.[0].replaceAll(/\d+/g, 'N') ?? line);

const SETTINGS = /\.(properties|conf|ini|acl)$/;

/** Settings that any file of that name has where nothing was changed. */
const known = new Map<string, Set<string>>();
for (const environment of environments) {
  for (const { data } of new Manifests(appOf(environment)).ofKind('ConfigMap')) {
    for (const [file, text] of Object.entries(data ?? {})) {
      const name = file.replaceAll(/\d+/g, 'N');
      const set = known.get(name) ?? new Set();
      for (const setting of settingsOf(text)) set.add(setting);
      known.set(name, set);
    }
  }
}

/** A value that has broken out of its place makes a line that no file has, or a file that cannot be read. */
function fileErrors({ metadata, data }: Manifest): string[] {
  return Object.entries(data ?? {}).flatMap(([file, text]) => {
    const of = (error: string) => `${metadata.name}/${file}: ${error}`;
    if (SETTINGS.test(file) && file !== 'pg_hba.conf') {
      const settings = known.get(file.replaceAll(/\d+/g, 'N'));
      // A database is an entry of its own.
      return settingsOf(text)
        .filter((each) => !settings?.has(each) && !(file === 'pgbouncer.ini' && /^[a-z][a-zN_]*$/.test(each)))
        .map((each) => of(`has the setting ${each}`));
    }
    if (file === 'topics.txt') {
      const line = /^[\w.-]+ \d+ \d+( [a-z.]+=[a-z0-9]+)+$/;
      return text
        .trimEnd()
        .split('\n')
        .filter((each) => !line.test(each))
        .map(of);
    }
    if (file === 'databases.txt') {
      return text
        .trimEnd()
        .split('\n')
        .filter((each) => !/^(\w+) \1 \1_migrations$/.test(each))
        .map(of);
    }
    if (!/\.ya?ml$/.test(file)) return [];
    try {
      return typeof parse(text) === 'object' ? [] : [of('is no object')];
    } catch (error) {
      return [of(String(error))];
    }
  });
}
