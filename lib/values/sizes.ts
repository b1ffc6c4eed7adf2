import { Duration, Size, SizeRoundingBehavior } from 'cdk8s';
import type { Resources } from '../container';
import { type Check, complaint, must } from './check';
import { whole } from './numbers';
import { record } from './record';

const MEBIBYTE = 1024;
const UNITS = [
  ['TiB', MEBIBYTE ** 3],
  ['GiB', MEBIBYTE * 1024],
  ['MiB', MEBIBYTE],
  ['KiB', 1],
] as const;

/** A whole number of KiB as text, in the largest unit that needs no fraction. */
const text = (kibibytes: number): string => {
  const [unit, size] = UNITS.find(([, each]) => kibibytes % each === 0)!;
  return `${kibibytes / size} ${unit}`;
};

/** What the size is made of, as it came: cdk8s lets a text and NaN pass, and calculates with them later. */
const kibibytes = (value: unknown): number =>
  value instanceof Size && typeof value['amount' as keyof Size] === 'number'
    ? value.toKibibytes({ rounding: SizeRoundingBehavior.NONE })
    : Number.NaN;

const sizeIn =
  (unit: 'mebibytes' | 'kibibytes', step: number, least: number, most: number): Check<Size> =>
  (name, value) => {
    const size = kibibytes(value);
    const range = `${text(least)} to ${text(most)}`;
    if (!Number.isFinite(size))
      return [complaint(name, value, `a size of ${range}, as in Size.${unit}(${least / step})`)];
    if (size < least || size > most) return [complaint(name, value, `${range}`)];
    if (size % step === 0) return [];
    return [
      complaint(name, value, `a whole number of ${text(step).slice(2)}, as in Size.${unit}(${Math.ceil(size / step)})`),
    ];
  };

/** More memory than any machine has, in KiB. */
const MOST_MEMORY = 12 * 1024 * 1024 * MEBIBYTE;
/** The largest volume of a cloud provider, in KiB. */
const MOST_DISK = 64 * 1024 * 1024 * MEBIBYTE;

/** Memory of `leastMebibytes` or more: programs and files are told it in whole MiB. */
export const memory = (leastMebibytes: number): Check<Size> =>
  sizeIn('mebibytes', MEBIBYTE, leastMebibytes * MEBIBYTE, MOST_MEMORY);

/** A claim of `leastMebibytes` or more: below it what is there from the beginning does not fit. */
export const disk = (leastMebibytes: number): Check<Size> =>
  sizeIn('mebibytes', MEBIBYTE, leastMebibytes * MEBIBYTE, MOST_DISK);

/** What is written in a second, up to a gibibyte. */
export const rate: Check<Size> = sizeIn('kibibytes', 1, 1, 1024 * MEBIBYTE);

/** Thousandths of a core. 4 is no share of a processor that anything starts with: cores were meant. */
const LEAST_CPU = 10;
const MOST_CPU = 256_000;
const cpu: Check<number> = whole(LEAST_CPU, MOST_CPU, ' thousandths of a core: 1000 are one core');

/**
 * CPU and memory of a container whose program starts with a limit of `leastMebibytes`; half of that is a request that
 * it can be held to.
 */
export const resources =
  (leastMebibytes: number): Check<Resources> =>
  (name, value) =>
    record<Resources>({ cpu, memory: memory(16), memoryLimit: memory(leastMebibytes) }, ({ memory, memoryLimit }) =>
      memory.toMebibytes() <= memoryLimit.toMebibytes()
        ? []
        : [
            `${name}.memory is ${memory.toMebibytes()} MiB, more than ${name}.memoryLimit of ${memoryLimit.toMebibytes()} MiB. ` +
              'Raise the limit or lower the request.',
          ],
    )(name, value);

/** A time of whole seconds. @param be the range in words, and an example */
export const time = (be: string, least: Duration, most: Duration): Check<Duration> =>
  must(be, (value) => {
    if (!(value instanceof Duration) || typeof value['amount' as keyof Duration] !== 'number') return false;
    const seconds = value.toMilliseconds({ integral: false }) / 1000;
    return Number.isInteger(seconds) && seconds >= least.toSeconds() && seconds <= most.toSeconds();
  });

/** An hour to ten years, in whole seconds. */
export const retention = time('1 hour to 3650 days, as in Duration.days(7)', Duration.hours(1), Duration.days(3650));
