import { type Check, complaint, shown } from '../../../lib/values/check';
import { record } from '../../../lib/values/record';
import { FAST } from '../rules/slo';
import type { Objectives } from './size';

/** Bounds of `kong_request_latency_ms`: between two of them nothing is known. */
const KONG_MILLISECONDS = [25, 50, 80, 100, 250, 400, 700, 1000, 2000, 5000, 10_000, 30_000, 60_000];

/** Bounds of `bss_event_delay_seconds`: backend/src/metrics.ts. */
export const EFFECT_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300];

const URGENT = Math.max(...FAST.map(({ rate }) => rate));
/** So much that the budget can burn as fast as {@link URGENT}, and so little that it is a figure of six places. */
const PERCENT = { least: Math.ceil((100 - 100 / URGENT) * 10) / 10, most: 99.999 };
const PROMISE = `Promise ${PERCENT.least} to ${PERCENT.most}.`;

const percent: Check<number> = (name, value) => {
  if (typeof value === 'number' && value > 0 && value < PERCENT.least) {
    return [
      `${name} is ${value}: where nothing works the budget burns ${Number((100 / (100 - value)).toFixed(1))} times as fast as ` +
        `it may, and who is to be told at once is told at ${URGENT} times. ${PROMISE}`,
    ];
  }
  if (typeof value === 'number' && value > PERCENT.most && value < 100) {
    return [`${name} is ${value}: its budget is too small for the figures of the alerts. ${PROMISE}`];
  }
  if (typeof value === 'number' && value > 0 && value < 100) return [];
  if (value === 100) {
    return [
      `${name} is 100: then there is no budget for failures, and the first one would be an alert that nobody can end. ` +
        'Promise less than 100, as in 99.9.',
    ];
  }
  if (value === 0) {
    return [`${name} is 0: then nothing is promised, and no failure would ever be an alert. Promise more, as in 99.`];
  }
  return [complaint(name, value, `a number from ${PERCENT.least} to ${PERCENT.most}`)];
};

const boundAmong =
  (bounds: readonly number[], who: string): Check<number> =>
  (name, value) =>
    bounds.some((bound) => bound === value)
      ? []
      : [
          value === undefined
            ? complaint(name, value, `one of ${bounds.join(', ')}`)
            : `${name} is ${shown(value)}, but ${who} counts up to ${bounds.join(', ')} and nothing between. Take one of them.`,
        ];

/** What can be promised. */
export const objectives = record<Objectives>({
  availability: record({ percent }),
  latency: record({ percent, milliseconds: boundAmong(KONG_MILLISECONDS, 'Kong') }),
  effect: record({ percent, seconds: boundAmong(EFFECT_SECONDS, 'the backend') }),
});
