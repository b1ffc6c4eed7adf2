import { keyVariable } from '../declarative';
import { routesOf } from '../policy';
import type { Gateway } from './checks';

/** What appears again later in a list, once for each. */
export const repeated = (values: readonly string[]): string[] => [
  ...new Set(values.filter((value, index) => values.indexOf(value) !== index)),
];

/** Names as Kong takes them, each once, as they are what ids are made from. */
export function nameErrors({ configuration }: Gateway): string[] {
  const { services, upstreams = [], consumers } = configuration;
  const routes = routesOf(configuration).map(({ route }) => route);
  const named = { service: services, route: routes, upstream: upstreams };
  const usernames = consumers.map(({ username }) => username);
  return [
    ...Object.entries(named).flatMap(([kind, entities]) =>
      duplicateErrors(
        kind,
        entities.map(({ name }) => name),
      ),
    ),
    ...duplicateErrors('consumer', usernames),
    ...Object.entries({ service: services, route: routes }).flatMap(([kind, entities]) =>
      entities.flatMap(({ name }) => illegalErrors(kind, name)),
    ),
    ...usernames.flatMap(usernameErrors),
    ...variableErrors(usernames),
    ...[...services, ...routes, ...upstreams, ...consumers].flatMap(({ tags = [] }) => tags.flatMap(tagErrors)),
    ...(services.length > 0
      ? []
      : ['there are no services: a gateway with an empty configuration is never ready. Give it a site.']),
  ];
}

const duplicateErrors = (kind: string, names: readonly string[]): string[] =>
  repeated(names).map((name) => `there are two ${kind}s called "${name}", and Kong takes one. Rename or remove one.`);

const illegalErrors = (kind: string, name: string): string[] =>
  /^[A-Za-z0-9._~-]+$/.test(name)
    ? []
    : [`${kind} "${name}" has no legal name: use the characters A-Z, a-z, 0-9, ".", "_", "~" and "-".`];

/** Stricter than Kong's: the name is also a key of the Secret, and part of an environment variable. */
const usernameErrors = (name: string): string[] =>
  /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)
    ? []
    : [`consumer "${name}" has no legal name: use words of a-z and 0-9 with one "-" between them.`];

const variableErrors = (usernames: readonly string[]): string[] =>
  repeated([...new Set(usernames)].map(keyVariable)).map(
    (variable) => `two consumers would take their keys from the variable ${variable}. Rename one of them.`,
  );

const tagErrors = (tag: string): string[] =>
  /^[\x20-\x7e]+$/.test(tag) && !/[,/]/.test(tag)
    ? []
    : [`tag "${tag}" is not legal: use printable ASCII but "," and "/", which separate tags in queries.`];
