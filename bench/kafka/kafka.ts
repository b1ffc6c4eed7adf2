import { comparisonTable, type Measurement, stockIsBetter } from '../figures';
import { say, show } from '../progress';
import { clusterConditions, type Options, save } from '../results';
import { type BothSides, inRounds, oneByOne, removeSides, type Side } from '../rounds';
import { runClient } from './client';
import { COMPARED_IMAGES, install, kafkaSides } from './sides';

/** Cold start, throughput and latency, ours against stock. */
export function kafka(options: Options): void {
  const comparisons = inRounds(kafkaSides(), options.rounds, (ordered) => {
    const { ours, stock } = oneByOne(coldStart)(ordered);
    const asked = sideBySide(ordered);
    return { ours: [...ours, ...asked.ours], stock: [...stock, ...asked.stock] };
  });
  const table = comparisonTable(comparisons);
  show(table, stockIsBetter);
  save('kafka', options, clusterConditions(options, COMPARED_IMAGES), table, comparisons);
}

function coldStart(side: Side): Measurement[] {
  const { seconds, restarts } = install(side);
  say(`  all topics are there after ${seconds.toFixed(1)} s, with ${restarts} restarts`);
  return [
    { row: 'cold start', unit: 's', better: 'less', value: seconds },
    { row: 'cold start: containers that restarted', unit: '', better: 'less', value: restarts },
  ];
}

/** One after the other a few percent would be what else the computer did in the minutes between. */
function sideBySide(sides: Side[]): BothSides {
  say('  installing both, to be asked in turns');
  for (const side of sides) install(side);
  const both = runClient(sides);
  removeSides();
  return both;
}
