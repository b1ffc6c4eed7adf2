import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { holdContext } from '../cluster/context';
import { eventually } from '../cluster/eventually';
import { beside, manifests, remove } from '../cluster/installation';
import { existing, kubectl } from '../cluster/kubectl';
import { Namespace } from '../cluster/namespace';
import { kind } from '../config/kind';
import { type Comparison, compare, type Measurement } from './figures';
import { bold, say } from './progress';

/** One of the two ways to run something that are compared. */
export interface Side {
  readonly name: 'ours' | 'stock';
  readonly namespace: Namespace;
  readonly manifests: string;
}

export const NAMESPACES = { ours: 'bench-ours', stock: 'bench-stock' };

/** These charts of the environment `kind`, with nothing exposed. */
export function ours(charts: string[]): Side {
  return {
    name: 'ours',
    namespace: new Namespace(NAMESPACES.ours),
    manifests: manifests(beside(kind, NAMESPACES.ours), ...charts),
  };
}

/** What people would run instead. @throws when the file lacks a part that ours has. */
export function stock(file: string, parts: string[]): Side {
  const text = readFileSync(file, 'utf8');
  const lacking = parts.filter((part) => !text.includes(part));
  if (lacking.length > 0) throw new Error(`${file} differs from the environment, it lacks ${lacking}`);
  return { name: 'stock', namespace: new Namespace(NAMESPACES.stock), manifests: text };
}

/** What both sides were measured to do; the same rows each time. */
export type BothSides = Record<Side['name'], Measurement[]>;

/** @param measure gets the sides in the order in which it is to begin with them, and removes what it installs */
export function inRounds(sides: Side[], rounds: number, measure: (ordered: Side[]) => BothSides): Comparison[] {
  const measured: BothSides[] = [];
  cleanly(() => {
    for (let round = 1; round <= rounds; round++) {
      // Who was last goes first now.
      if (round > 1) awaitForgotten();
      say(bold(`Round ${round} of ${rounds}`));
      // Who goes first changes: whatever grows or warms up during the run then helps neither.
      measured.push(measure(round % 2 === 1 ? sides : [...sides].reverse()));
    }
  });
  return compare(
    measured.map(({ ours }) => ours),
    measured.map(({ stock }) => stock),
  );
}

/** For {@link inRounds}: never both at once. */
export const oneByOne =
  (measure: (side: Side) => Measurement[]) =>
  (ordered: Side[]): BothSides => {
    const both: BothSides = { ours: [], stock: [] };
    for (const side of ordered) {
      say(`  ${side.name}: installing it`);
      both[side.name] = measure(side);
      removeSides();
    }
    return both;
  };

/** Runs `work`, and leaves nothing behind: not after a failure, and not after Ctrl-C either. */
export function cleanly(work: () => void): void {
  const names = Object.values(NAMESPACES);
  holdContext();
  const left = existing('namespace', ...names);
  if (left.length > 0) {
    throw new Error(
      `${left.join(' and ')} exists: either a benchmark is running, or one was killed. ` +
        'If none is running: npm run bench remove',
    );
  }
  // Ctrl-C ends the kubectl that runs at the time; that fails, and the failure gets here.
  process.on('SIGINT', () => {});
  try {
    work();
  } catch (failure) {
    say('It failed, or was interrupted.');
    removeSides();
    throw failure;
  }
}

/** Removes both namespaces, and waits until the disk is quiet again. */
export function removeSides(): void {
  say('  removing what is there');
  const names = Object.values(NAMESPACES);
  remove(...names);
  eventually('the volumes to be deleted', () => {
    const volumes: Volume[] = JSON.parse(kubectl(['get', 'persistentvolumes', '-o', 'json'])).items;
    return !volumes.some(
      ({ spec }) => names.includes(spec.claimRef?.namespace ?? '') && spec.persistentVolumeReclaimPolicy === 'Delete',
    );
  });
}

/** CoreDNS remembers a name for 30 s: who is installed again before would be told addresses that nobody has any more. */
function awaitForgotten(): void {
  say('  waiting until its names are forgotten');
  execFileSync('sleep', ['31']);
}

interface Volume {
  readonly spec: { claimRef?: { namespace: string }; persistentVolumeReclaimPolicy: string };
}
