import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { kubectl } from '../cluster/kubectl';
import { replaceSection } from '../docs/markdown';
import { say } from './progress';

/** What a benchmark is told on the command line. */
export interface Options {
  readonly rounds: number;
  /** For the results. @default - that of the last commit */
  readonly date?: string;
  /** A commit to measure beside this one, where a benchmark can. */
  readonly before?: string;
}

/** Medians of fewer rounds are not worth publishing. */
export const LEAST_ROUNDS = 3;

/** What somebody must know to judge a figure, by what it is. */
export type Conditions = Readonly<Record<string, string>>;

const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

export function conditions({ date, rounds }: Options): Conditions {
  return {
    Date: `${date ?? git('log', '-1', '--format=%cs')}, commit ${git('describe', '--always', '--dirty', '--exclude=*')}`,
    Rounds: String(rounds),
    'Computer that ran it': `${cpus().length} cores, ${gibibytes(totalmem())}`,
    'Node.js': process.version,
  };
}

interface Node {
  readonly status: { capacity: { cpu: string; memory: string }; nodeInfo: { kubeletVersion: string } };
}

export function clusterConditions(options: Options, used: readonly string[]): Conditions {
  const nodes: Node[] = JSON.parse(kubectl(['get', 'nodes', '-o', 'json'])).items;
  const { capacity, nodeInfo } = nodes[0]!.status;
  const memory = gibibytes(Number.parseInt(capacity.memory, 10) * 1024);
  return {
    ...conditions(options),
    Cluster: `Kubernetes ${nodeInfo.kubeletVersion}, ${nodes.length} × node that reports ${capacity.cpu} cores, ${memory}`,
    Images: used.join(', '),
  };
}

const README = join(__dirname, 'README.md');
const RESULTS = join(__dirname, 'results');

/** Writes the figures to results/ and the table into the README. A trial of fewer rounds is not kept. */
export function save(name: string, { rounds }: Options, circumstances: Conditions, table: string, rows: unknown): void {
  if (rounds < LEAST_ROUNDS) {
    say(`Not kept: fewer than ${LEAST_ROUNDS} rounds.`);
    return;
  }
  const file = join(RESULTS, `${name}.json`);
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(file, JSON.stringify({ conditions: circumstances, rows }));
  execFileSync('npx', ['biome', 'format', '--write', file], { stdio: 'ignore' });
  const list = Object.entries(circumstances).map(([what, value]) => `- ${what}: ${value}`);
  const content = [...list, '', table].join('\n');
  writeFileSync(README, replaceSection(readFileSync(README, 'utf8'), name, content));
  say(`Kept in bench/results/${name}.json and bench/README.md.`);
}
