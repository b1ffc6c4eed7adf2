import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { table } from '../docs/markdown';
import { number, summary } from './figures';
import { say, show } from './progress';
import { conditions, type Options, save } from './results';

/** What a developer waits for, and the seconds that it may take on two cores. */
const COMMANDS = { 'npm run synth': 3, 'npm test': 20 };

/** Whole processes, from the command to the prompt. */
export function build(options: Options): void {
  const rows = Object.entries(COMMANDS).map(([command, bound]) => {
    say(`${command}: once to warm up, then ${options.rounds} times`);
    time(command);
    const values = Array.from({ length: options.rounds }, () => time(command));
    return { command, bound, ...summary(values) };
  });
  const text = table(
    ['Command', 'May take, s', 'Median, s', 'Least, s', 'Most, s', 'Kept'],
    rows.map(({ command, bound, median, min, max }) => [
      ...[`\`${command}\``, bound, number(median), number(min), number(max)],
      median <= bound ? 'yes' : 'no',
    ]),
  );
  show(text, (line) => / no +\|$/.test(line));
  save('build', options, conditions(options), text, rows);
}

/** @returns seconds @throws when the command fails, with what it said */
function time(command: string): number {
  const start = performance.now();
  const run = spawnSync(command, { shell: true, encoding: 'utf8' });
  const seconds = (performance.now() - start) / 1000;
  if (run.status !== 0)
    throw new Error(`${command} ended with ${run.status ?? run.signal}:\n${run.stdout}${run.stderr}`);
  say(`  ${seconds.toFixed(2)} s`);
  return seconds;
}
