import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { table } from '../../docs/markdown';
import { number } from '../figures';
import { show } from '../progress';
import { conditions, type Options, save } from '../results';
import { ownConditions, run, withCheckout } from './checkout';

/** What backend/bench/soak.ts prints. */
interface Soak {
  readonly events: number;
  readonly lost: number;
  readonly seconds: number;
  readonly parts: readonly Part[];
}
interface Part {
  readonly minute: number;
  readonly what: string;
  readonly delay: { readonly p50: number; readonly p99: number };
  readonly scrape: { readonly p50: number; readonly most: number };
}

const SOAK = join(__dirname, '../../backend/bench/soak.ts');
const HEADINGS = ['commit to consumer, ms, p50', 'p99', 'scrape, ms, p50', 'most'];
const figures = ({ delay, scrape }: Part) => [delay.p50, delay.p99, scrape.p50, scrape.most].map(number);

/** An hour's events of production's rate in fast motion. One round says it all. */
export function soak(options: Options): void {
  const ours = run<Soak>('soak');
  const before = withCheckout(options.before, (directory) => {
    if (!directory) return undefined;
    copyFileSync(SOAK, join(directory, 'bench/soak.ts'));
    return run<Soak>('soak', `${ours.seconds}`, directory);
  });
  const text = table(
    ['Minute', 'What', ...HEADINGS, ...(before ? HEADINGS.map((heading) => `before: ${heading}`) : [])],
    ours.parts.map((part, index) => [
      ...[part.minute, part.what, ...figures(part)],
      ...(before ? figures(before.parts[index]!) : []),
    ]),
  );
  show(text, () => false);
  const circumstances = {
    ...conditions(options),
    Rounds: '1',
    Events: `${ours.events.toLocaleString('en-US')} in ${ours.seconds} s; ${ours.lost} lost`,
    ...ownConditions(options),
    ...(before && { 'Lost before': `${before.lost}` }),
  };
  save('soak', options, circumstances, text, { ours, ...(before && { before }) });
}
