import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kong } from '../../../charts/gateway/kong/kong';
import { ORDER } from '../../../docs/effective';
import { everyEnvironment } from '../../environments';
import { everything } from '../stand-in';

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

const faultsOf = ({ plugins, services, routes = [] }: Kong['configuration']) =>
  [{ plugins }, ...services, ...routes].flatMap(({ plugins = [] }) =>
    plugins.flatMap(({ name, config }) => faults(name, config, facts[name]!.config)),
  );

describe('Kong 3.5 takes', () => {
  it.each(everyEnvironment)('every field of every plugin of $name', ({ manifests }) => {
    expect(faultsOf((manifests.app.node.findChild('kong') as Kong).configuration)).toEqual([]);
  });

  it('every field of every plugin that there may be', () => {
    expect(faultsOf(everything)).toEqual([]);
    const used = [everything, ...everything.services, ...everything.routes!].flatMap(({ plugins = [] }) => plugins);
    expect([...new Set(used.map(({ name }) => name))].sort()).toEqual([...ORDER].sort());
  });

  it('no field of another version, no other type, and no other word', () => {
    const of = (config: object) => faults('', { minute: 1, ...config }, facts['rate-limiting']!.config);
    expect(of({ redis: { host: 'x' } })).toEqual(['.redis is unknown']);
    expect(of({ minute: '1100' })).toEqual(expect.arrayContaining(['.minute is no number']));
    expect(of({ policy: 'memory' })).toEqual(['.policy is memory']);
  });
});

it('Plugins run in the order of 3.5', () => {
  const priority = (name: string) => facts[name]!.priority;
  expect([...ORDER].sort((one, other) => priority(other) - priority(one))).toEqual(ORDER);
});
