import { table } from '../../docs/markdown';
import { number, type Summary, spread, summary } from '../figures';
import { show } from '../progress';
import { conditions, type Options, save } from '../results';
import { ownConditions, run, withCheckout } from './checkout';

type Way = 'outbox' | 'before' | 'after-commit' | 'none';

/** What backend/bench/bench.ts prints of each way and round. */
interface Measured {
  readonly perSecond: number;
  readonly events: number;
  readonly http: Percentiles;
  readonly delay: Percentiles;
}
interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

interface Row {
  readonly row: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  readonly of: (measured: Measured) => number;
}

const ROWS: readonly Row[] = [
  { row: 'requests, 32 at a time', unit: 'requests/s', better: 'more', of: ({ perSecond }) => perSecond },
  { row: 'events read by a consumer meanwhile', unit: 'events/s', better: 'more', of: ({ events }) => events },
  { row: 'answer, at half of that', unit: 'ms, p50', better: 'less', of: ({ http }) => http.p50 },
  { row: 'answer, at half of that', unit: 'ms, p99', better: 'less', of: ({ http }) => http.p99 },
  { row: 'from the answer to the consumer', unit: 'ms, p50', better: 'less', of: ({ delay }) => delay.p50 },
  { row: 'from the answer to the consumer', unit: 'ms, p99', better: 'less', of: ({ delay }) => delay.p99 },
];

const NAMES: Readonly<Record<Way, string>> = {
  outbox: 'Outbox',
  before: 'Before',
  'after-commit': 'After the commit',
  none: 'No events',
};

/** What the outbox costs, against publishing after the commit and against no events at all; and what it cost before. */
export function backend(options: Options): void {
  const measured = withCheckout<Record<Way, Measured[]>>(options.before, (directory) =>
    run('bench', `${options.rounds}`, ...(directory ? [directory] : [])),
  );
  const ways = (Object.keys(NAMES) as Way[]).filter((way) => way in measured);
  const others = ways.filter((way) => way !== 'outbox');
  const rows = ROWS.map(({ of, ...row }) => ({
    ...row,
    ways: Object.fromEntries(ways.map((way) => [way, summary(measured[way].map(of))])) as Record<Way, Summary>,
  }));
  const text = table(
    [
      'What',
      'Unit',
      ...ways.flatMap((way) => [NAMES[way], 'Spread']),
      ...others.map((way) => `to ${NAMES[way].toLowerCase()}`),
    ],
    rows.map(({ row, unit, better, ways: of }) => [
      ...[row, unit],
      ...ways.flatMap((way) => (of[way].max === 0 ? ['–', ''] : [number(of[way].median), spread(of[way])])),
      ...others.map((other) => ratio(better, of.outbox, of[other])),
    ]),
  );
  show(text, (line) => / 0\.\d\d +\|/.test(line));
  save('backend', options, { ...conditions(options), ...ownConditions(options) }, text, rows);
}

function ratio(better: Row['better'], ours: Summary, other: Summary): string {
  if (other.max === 0) return '–';
  return (better === 'more' ? ours.median / other.median : other.median / ours.median).toFixed(2);
}
