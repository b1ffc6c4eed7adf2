import type { App } from 'cdk8s';
import type { Environment } from '../config/environment';
import { RequiredSecret } from '../lib/secret';
import { Workload } from '../lib/workload';
import { catalogueErrors } from './messaging/topics/rules';
import { scheduleErrors } from './numbers';

const PORTS = { hostPort: { first: 1, last: 65535 }, nodePort: { first: 30000, last: 32767 } };

/** What no single chart can see: ports that collide, images nobody pinned, requests above limits, Secrets without a value. */
export function environmentErrors(app: App, environment: Environment): string[] {
  return [
    ...catalogueErrors(environment.topics, environment.kafka),
    ...Object.entries(environment.images).flatMap(([component, image]) => imageErrors(component, image)),
    ...(environment.imagePullSecrets ?? []).flatMap(pullSecretErrors),
    ...hostPortErrors(app),
    ...memoryErrors(app),
    ...nameErrors(environment),
    ...developmentSecretErrors(app, environment),
  ];
}

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
function nameErrors({ namespace, topicsJob: { driftSchedule } }: Environment): string[] {
  return [
    ...(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)
      ? []
      : [
          `namespace is "${namespace}": use 1 to 63 of the characters a-z, 0-9 and "-", which may not be first or last.`,
        ]),
    ...scheduleErrors('topicsJob.driftSchedule', driftSchedule, '"0 * * * *", every hour'),
  ];
}

/** @see https://kubernetes.io/docs/concepts/containers/images/#image-names */
function imageErrors(component: string, image: string): string[] {
  const tag = image.match(/^[a-z0-9][a-z0-9._:/-]*?:([\w][\w.-]*)(@sha256:[0-9a-f]{64})?$/)?.[1];
  return tag !== undefined && tag !== 'latest'
    ? []
    : [
        `images.${component} is "${image}": it must name a tag other than latest, as in "name:7.6.0", or pods of one set may differ.`,
      ];
}

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
function pullSecretErrors(name: string, index: number, names: readonly string[]): string[] {
  const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
  if (name.length > 253 || !new RegExp(`^${label}(\\.${label})*$`).test(name)) {
    return [
      `imagePullSecrets has "${name}", which is no name of a Secret: use 1 to 253 of the characters a-z, 0-9, "-" and ".", ` +
        'as in "registry".',
    ];
  }
  return names.indexOf(name) < index ? [`imagePullSecrets has "${name}" twice. Leave one of them out.`] : [];
}

function hostPortErrors(app: App): string[] {
  const publications = Workload.all(app).flatMap((workload) => workload.publications);
  const clashes = (['hostPort', 'nodePort'] as const).flatMap((kind) =>
    publications.flatMap((publication, index) => {
      const other = publications.slice(0, index).find((earlier) => earlier[kind] === publication[kind]);
      return other
        ? [`${kind} ${publication[kind]} is given to both ${other.title} and ${publication.title}. Change one of them.`]
        : [];
    }),
  );
  const outside = publications.flatMap(({ title, ...ports }) =>
    (['hostPort', 'nodePort'] as const)
      .filter((kind) => ports[kind] < PORTS[kind].first || ports[kind] > PORTS[kind].last)
      .map((kind) => {
        const { first, last } = PORTS[kind];
        return `${kind} ${ports[kind]} of ${title} is outside ${first} to ${last}. Choose one inside.`;
      }),
  );
  return [...clashes, ...outside];
}

/** The API server would refuse the pod, after the one before it was deleted. */
function memoryErrors(app: App): string[] {
  return Workload.all(app)
    .map(({ name, resources }) => [name, resources.memory.toMebibytes(), resources.memoryLimit.toMebibytes()] as const)
    .filter(([, memory, limit]) => memory > limit)
    .map(
      ([name, memory, limit]) =>
        `resources of ${name}: it requests ${memory} MiB of memory, more than its limit of ${limit} MiB. Raise the limit or lower the request.`,
    );
}

function developmentSecretErrors(app: App, { developmentSecrets }: Environment): string[] {
  if (!developmentSecrets) return [];
  const secrets = app.node.findAll().filter((construct) => construct instanceof RequiredSecret);
  return secrets.flatMap(({ name, keys }) =>
    Object.keys(keys)
      .filter((key) => !developmentSecrets[name]?.[key])
      .map(
        (key) =>
          `developmentSecrets has no value for key "${key}" of Secret "${name}". Add it, or leave developmentSecrets out.`,
      ),
  );
}

/** Every complaint of every construct, where synth would stop at the first kind of them. */
export const validationErrors = (app: App): string[] => app.node.findAll().flatMap(({ node }) => node.validate());

/** What is allowed, and should be known, as constructs say it by the metadata `notice`. */
export const notices = (app: App): string[] =>
  app.node
    .findAll()
    .flatMap(({ node }) => node.metadata.filter(({ type }) => type === 'notice').map(({ data }) => data));
