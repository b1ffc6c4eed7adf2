import { REFERENCEABLE } from '../plugins';
import { scopesOf } from '../policy';
import type { Gateway } from './checks';

/** Every text below `value`, with the name of the field that it is in. */
function texts(value: unknown, path: string): { path: string; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => texts(inner, path === '' ? key : `${path}.${key}`));
}

/** References and placeholders where nobody resolves them. */
export function vaultErrors({ configuration, runtime }: Gateway): string[] {
  const { plugins: _, consumers: __, ...rest } = configuration;
  const outside = texts(
    { services: rest.services.map(({ plugins, routes, ...service }) => service), upstreams: rest.upstreams },
    '',
  );
  return [
    ...outside.flatMap(({ path, text }) => (isReference(text) ? [unresolved(path, text)] : [])),
    ...scopesOf(configuration).flatMap(({ title, plugins }) =>
      plugins.flatMap((plugin) =>
        texts(plugin.config, '').flatMap(({ path, text }) => {
          const where = `${plugin.name} of ${title}: ${path}`;
          const field = path.split('.')[0]!;
          if (text.includes('@@') && text !== '@@REDIS_PASSWORD@@')
            return [`${where} is ${text}, a placeholder that no value is put in for.`];
          if (!isReference(text)) return [];
          return REFERENCEABLE[plugin.name]?.includes(field)
            ? referenceErrors(where, text, runtime.variables)
            : [unresolved(where, text)];
        }),
      ),
    ),
  ];
}

const isReference = (text: string) => text.includes('{vault://');

const unresolved = (where: string, text: string) =>
  `${where} is ${text}: Kong 3.5 does not resolve references there: it refuses the text, or takes it for the value itself.`;

/** @see https://docs.konghq.com/gateway/3.5.x/kong-enterprise/secrets-management/backends/env/ */
function referenceErrors(where: string, text: string, variables: readonly string[]): string[] {
  const name = text.match(/^\{vault:\/\/env\/([a-z][a-z0-9-]*)\}$/)?.[1];
  if (!name)
    return [`${where} is ${text}: the open-source Kong has the vault env alone, as in {vault://env/bss-password}.`];
  const variable = name.toUpperCase().replaceAll('-', '_');
  return variables.includes(variable)
    ? []
    : [
        `${where} is ${text}, but the pod has no variable ${variable}: Kong would go on without the value. Give it one.`,
      ];
}
