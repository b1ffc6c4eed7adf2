import { table } from '../docs/markdown';

/** One number, as it was measured once. */
export interface Measurement {
  readonly row: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  readonly value: number;
  /** In the results, but not worth a line in the table. @default false */
  readonly detail?: boolean;
}

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** In the order of the rounds. */
  readonly values: readonly number[];
}

/** One row of measurements of both sides. */
export interface Comparison extends Omit<Measurement, 'value'> {
  readonly ours: Summary;
  readonly stock: Summary;
  /** At least 1 where ours is as good or better; left out where one of the two is 0. */
  readonly ratio?: number;
}

export function summary(values: number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)!, values };
}

/** @param ours measurements of each round, the same rows in each @param stock likewise */
export function compare(ours: Measurement[][], stock: Measurement[][]): Comparison[] {
  return ours[0]!.map(({ value: _, ...row }, index) => {
    const [us, them] = [ours, stock].map((rounds) => summary(rounds.map((round) => round[index]!.value)));
    const [good, bad] = row.better === 'more' ? [us!, them!] : [them!, us!];
    const ratio = good.median && bad.median ? good.median / bad.median : undefined;
    return { ...row, ours: us!, stock: them!, ratio };
  });
}

export function number(value: number): string {
  const digits = value < 10 ? 2 : value < 1000 ? 1 : 0;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

export const spread = ({ min, max }: Summary) => `[${number(min)} – ${number(max)}]`;

/** @param sides what the two are called */
export function comparisonTable(
  comparisons: Comparison[],
  [ours, stock]: readonly [string, string] = ['Ours', 'Stock'],
): string {
  return table(
    ['What', 'Unit', ours, 'Spread', stock, 'Spread', 'Ratio'],
    comparisons
      .filter(({ detail }) => !detail)
      .map(({ row, unit, ours, stock, ratio }) => [
        ...[row, unit, number(ours.median), spread(ours), number(stock.median), spread(stock)],
        ratio?.toFixed(2) ?? '–',
      ]),
  );
}

/** Whether a line of {@link comparisonTable} says that stock is better. */
export const stockIsBetter = (line: string) => / 0\.\d\d +\|$/.test(line);
