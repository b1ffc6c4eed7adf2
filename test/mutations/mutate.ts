import { Duration, Size, SizeRoundingBehavior } from 'cdk8s';
import type { Environment } from '../../charts/environment';
import { environments } from '../../config/environments';
import { amounts, NUMBERS, TEXTS, times, units } from './pool';
import type { Random } from './random';

/** A place in an environment: the object or list, and the key there. */
interface Place {
  readonly within: Record<string, unknown>;
  readonly key: string;
  readonly path: string;
}

const isBranch = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !(value instanceof Size) && !(value instanceof Duration);

const copied = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(copied);
  return isBranch(value) ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copied(each)])) : value;
};

function placesIn(within: Record<string, unknown>, path = ''): Place[] {
  return Object.entries(within).flatMap(([key, value]) => {
    const here = path === '' ? key : `${path}.${key}`;
    return [{ within, key, path: here }, ...(isBranch(value) ? placesIn(value, here) : [])];
  });
}

/** What no type would let pass, and what it would. */
function anything(random: Random): unknown {
  switch (random.below(8)) {
    case 0:
      return random.from(NUMBERS);
    case 1:
    case 2:
      return random.from(TEXTS);
    case 3:
      return random.from(units)(random.from(amounts) as number);
    case 4:
      return random.from(times)(random.from(amounts) as number);
    case 5:
      return random.from([[], [undefined], [null], ['garbage'], [[]], [{}], [1, 1], new Array(3)]);
    case 6:
      return random.from([
        {},
        { kind: 'x' },
        { kind: 'single' },
        { amount: 5 },
        new Map(),
        new Date(0),
        () => 1,
        Symbol.iterator,
      ]);
    default:
      return random.from([undefined, null, true, false, 10n]);
  }
}

/** The same kind of value, as somebody might write it who means well. */
function alike(value: unknown, random: Random): unknown {
  if (typeof value === 'number') {
    return random.from([value + 1, value - 1, value * 2, value / 2, value * 10, -value, `${value}`, ...NUMBERS]);
  }
  if (typeof value === 'boolean') return random.from([!value, `${value}`]);
  if (value instanceof Size) {
    const mebibytes = value.toKibibytes({ rounding: SizeRoundingBehavior.NONE }) / 1024;
    const near = [mebibytes / 2, mebibytes * 2, mebibytes + 1, mebibytes * 10, mebibytes / 3].map((each) =>
      Size.mebibytes(each),
    );
    return random.from([...near, random.from(units)(random.from(amounts) as number)]);
  }
  if (value instanceof Duration) return random.from(times)(random.from(amounts) as number);
  if (typeof value === 'string') {
    return random.from([
      ...TEXTS,
      `${value} `,
      `${value}\n`,
      `${value}${value}`,
      value.toUpperCase(),
      value.slice(1),
      [value],
    ]);
  }
  if (Array.isArray(value)) {
    return random.from([
      [...value, ...value],
      [],
      value.slice(1),
      [...value, random.from(TEXTS)],
      [...value].reverse(),
      value[0],
    ]);
  }
  return anything(random);
}

const misspelt = (key: string, random: Random) =>
  random.from([
    `${key}s`,
    key.slice(1),
    key.toUpperCase(),
    `${key.at(-1)}${key.slice(0, -1)}`,
    '__proto__',
    'constructor',
  ]);

/** One change, and what it was. */
function change(environment: Record<string, unknown>, random: Random): string {
  const { within, key, path } = random.from(placesIn(environment));
  const put = (what: string, value: unknown) => {
    within[key] = value;
    return `${path} ${what}`;
  };
  switch (random.below(10)) {
    case 0:
    case 1:
      return put('replaced', anything(random));
    case 2: {
      delete within[key];
      return `${path} removed`;
    }
    case 3: {
      const name = misspelt(key, random);
      Object.defineProperty(within, name, { value: within[key], enumerable: true, configurable: true, writable: true });
      if (name !== key) delete within[key];
      return `${path} misspelt ${name}`;
    }
    case 4: {
      const there = random.from(environments);
      const same = placesIn(copied(there) as Record<string, unknown>).find((each) => each.path === path);
      return put(`as in ${there.name}`, same?.within[same.key]);
    }
    case 5: {
      const other = random.from(placesIn(environment));
      return put(`as ${other.path}`, copied(other.within[other.key]));
    }
    default:
      return put('changed', alike(within[key], random));
  }
}

/** A published environment with one to three changes. */
export function mutated(random: Random): { readonly environment: Environment; readonly changes: string[] } {
  const environment = copied(random.from(environments)) as Record<string, unknown>;
  const changes = Array.from({ length: 1 + random.below(3) }, () => change(environment, random));
  return { environment: environment as unknown as Environment, changes };
}
