// Pieces of PromQL that boards are made of.

const grouped = (by: string | undefined) => (by ? `sum by (${by})` : 'sum');

/** By how much counters grow in a second. @param by labels that stay @default - one figure for all */
export const perSecond = (series: string, by?: string) => `${grouped(by)} (rate(${series}[$__rate_interval]))`;

/** By how much counters have grown in a time, such as `1h`: for what is rare. */
export const within = (time: string, series: string, by?: string) => `${grouped(by)} (increase(${series}[${time}]))`;

/** Where a counter has no series until it counts for the first time: 0 for each of those that `all` has. */
export const orZero = (part: string, all: string) => `${part} or ${all} * 0`;

/** A figure of all together, which is 0 while there is nothing that could be counted. */
export const total = (expr: string) => `${expr} or vector(0)`;

/** What `part` is of `all`, from 0 to 1, and 0 of nothing. */
export const share = (part: string, all: string) => `(${orZero(part, all)}) / (${all} > 0) or ${all} * 0`;

/** So many of a hundred were at most so large. @param histogram without `_bucket`, and with labels in braces */
export const quantile = (percent: number, histogram: string, by?: string) => {
  const [, name, labels = ''] = /^(\w+)(\{.*\})?$/.exec(histogram)!;
  return `histogram_quantile(${percent / 100}, ${perSecond(`${name}_bucket${labels}`, by ? `le, ${by}` : 'le')})`;
};

/** What one was on average. @param histogram as of `quantile` */
export const mean = (histogram: string, by?: string) => {
  const [, name, labels = ''] = /^(\w+)(\{.*\})?$/.exec(histogram)!;
  return `${perSecond(`${name}_sum${labels}`, by)} / (${perSecond(`${name}_count${labels}`, by)} > 0)`;
};
