import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { table } from '../docs/markdown';
import { number, type Summary, spread, summary } from './figures';
import { show } from './progress';
import { conditions, type Options, save } from './results';

const DIRECTORY = join(__dirname, '../backend');
const WAYS = ['outbox', 'after-commit', 'none'] as const;
type Way = (typeof WAYS)[number];

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

/** What the outbox costs, against publishing after the commit and against no events at all. */
export function backend(options: Options): void {
  const { status, stdout } = spawnSync('npm', ['run', '--silent', 'bench', '--', `${options.rounds}`], {
    ...{ cwd: DIRECTORY, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  });
  if (status !== 0) throw new Error('the benchmark of the backend failed, see above: it needs npm ci in backend/');
  const measured: Record<Way, Measured[]> = JSON.parse(stdout);
  const rows = ROWS.map(({ of, ...row }) => ({
    ...row,
    ways: Object.fromEntries(WAYS.map((way) => [way, summary(measured[way].map(of))])) as Record<Way, Summary>,
  }));
  const text = table(
    ['What', 'Unit', 'Outbox', 'Spread', 'After the commit', 'Spread', 'No events', 'Spread', 'Ratio', 'to none'],
    rows.map(({ row, unit, better, ways }) => [
      ...[row, unit],
      ...WAYS.flatMap((way) => (ways[way].max === 0 ? ['–', ''] : [number(ways[way].median), spread(ways[way])])),
      ...(['after-commit', 'none'] as const).map((other) => ratio(better, ways.outbox, ways[other])),
    ]),
  );
  show(text, (line) => / 0\.\d\d +\| \S+ +\|$/.test(line));
  save('backend', options, conditions(options), text, rows);
}

function ratio(better: Row['better'], ours: Summary, other: Summary): string {
  if (other.max === 0) return '–';
  return (better === 'more' ? ours.median / other.median : other.median / ours.median).toFixed(2);
}
