import type { App } from 'cdk8s';
import type { Environment } from '../config/environment';
import { RequiredSecret } from '../lib/secret';
import { Workload } from '../lib/workload';
import { catalogueErrors } from './messaging/topics/rules';

const NODE_PORTS = { first: 30000, last: 32767 };

/** What no single chart can see: ports that collide, images nobody pinned, Secrets without a development value. */
export function environmentErrors(app: App, environment: Environment): string[] {
  return [
    ...catalogueErrors(environment.topics, environment.kafka),
    ...Object.entries(environment.images).flatMap(([component, image]) => imageErrors(component, image)),
    ...hostPortErrors(app),
    ...developmentSecretErrors(app, environment),
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
  const outside = publications
    .filter(({ nodePort }) => nodePort < NODE_PORTS.first || nodePort > NODE_PORTS.last)
    .map(
      ({ title, nodePort }) =>
        `nodePort ${nodePort} of ${title} is outside ${NODE_PORTS.first} to ${NODE_PORTS.last}. Choose one inside.`,
    );
  return [...clashes, ...outside];
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
