import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kong } from '../../../charts/gateway/kong/kong';
import { PRIORITY, REFERENCEABLE } from '../../../charts/gateway/kong/plugins';
import { scopesOf } from '../../../charts/gateway/kong/policy';
import { everyEnvironment } from '../../environments';
import { right } from '../stand-in';
import { limit, log, traces } from '../wrong';

interface Field {
  readonly type: string;
  readonly required?: boolean;
  readonly one_of?: unknown[];
  readonly between?: [least: number, most: number];
  readonly gt?: number;
  readonly fields?: Record<string, Field>;
  readonly elements?: Field;
  readonly values?: Field;
}

interface PluginFacts {
  readonly priority: number;
  readonly referenceable: string[];
  readonly config: Field;
}

// What the plugins of exactly 3.5 take, of what Kong itself publishes for its documentation:
// https://github.com/Kong/docs-plugin-toolkit, schemas/*/3.5.x.json and data/*/3.5.x.json
const facts: Record<string, PluginFacts> = JSON.parse(
  readFileSync(join(__dirname, '../../fixtures/kong-3.5-plugins.json'), 'utf8'),
);

/** What a plugin of 3.5 would have against the value. */
function faults(path: string, value: unknown, field: Field): string[] {
  const wrong = [
    ...(field.one_of && !field.one_of.includes(value) ? [`${path} is ${value}`] : []),
    ...(field.between && !((value as number) >= field.between[0] && (value as number) <= field.between[1])
      ? [`${path} is ${value}`]
      : []),
    ...(field.gt !== undefined && !((value as number) > field.gt) ? [`${path} is ${value}`] : []),
  ];
  return [...wrong, ...inner(path, value, field)];
}

function inner(path: string, value: unknown, field: Field): string[] {
  switch (field.type) {
    case 'record': {
      const given = Object.entries(value as object).filter(([, each]) => each !== undefined);
      const missing = Object.entries(field.fields!).filter(
        ([name, { required }]) => required && !(name in (value as object)),
      );
      return [
        ...missing.map(([name]) => `${path} has no ${name}`),
        ...given.flatMap(([name, each]) =>
          field.fields![name] ? faults(`${path}.${name}`, each, field.fields![name]) : [`${path}.${name} is unknown`],
        ),
      ];
    }
    case 'array':
    case 'set':
      return Array.isArray(value)
        ? value.flatMap((each, index) => faults(`${path}.${index}`, each, field.elements!))
        : [`${path} is no list`];
    case 'map':
      return Object.entries(value as object).flatMap(([name, each]) => faults(`${path}.${name}`, each, field.values!));
    default: {
      const type = field.type === 'integer' ? 'number' : field.type;
      return typeof value === type ? [] : [`${path} is no ${field.type}`];
    }
  }
}

const faultsOf = (configuration: Kong['configuration']) =>
  scopesOf(configuration).flatMap(({ plugins }) =>
    plugins.flatMap(({ name, config }) => faults(name, config, facts[name]!.config)),
  );

describe('Kong 3.5 takes', () => {
  it.each(everyEnvironment)('every field of every plugin of $name', ({ manifests }) => {
    expect(faultsOf((manifests.app.node.findChild('kong') as Kong).configuration)).toEqual([]);
  });

  it.each(Object.entries({ 'an API and a page': right, 'http-log': log({}), opentelemetry: traces({}) }))(
    'every field of %s',
    (_, { configuration }) => expect(faultsOf(configuration)).toEqual([]),
  );

  it('no field of another version, no other type, and no other word', () => {
    const changed = (change: object) => faultsOf(limit(change).configuration);
    expect(changed({ redis: { host: 'x' } })).toEqual(['rate-limiting.redis is unknown']);
    expect(changed({ minute: '1100' })).toEqual(expect.arrayContaining(['rate-limiting.minute is no number']));
    expect(changed({ policy: 'memory' })).toEqual(['rate-limiting.policy is memory']);
  });
});

it('Plugins run in the order of 3.5', () => {
  expect(PRIORITY).toEqual(Object.fromEntries(Object.entries(facts).map(([name, { priority }]) => [name, priority])));
});

it('References to a vault are understood in the fields in which 3.5 understands them', () => {
  const known = Object.entries(facts).flatMap(([name, { referenceable }]) =>
    referenceable.map((field) => `${name} ${field}`),
  );
  const ours = Object.entries(REFERENCEABLE).flatMap(([name, fields]) => fields.map((field) => `${name} ${field}`));
  expect(ours.sort()).toEqual(known.sort());
});
