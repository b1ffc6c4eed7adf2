import { comparisonTable, stockIsBetter } from '../figures';
import { say, show } from '../progress';
import { clusterConditions, type Options, save } from '../results';
import { inRounds } from '../rounds';
import { runClient } from './client';
import { COMPARED_IMAGES, install, kafkaSides } from './sides';

/** Cold start, throughput and latency, ours against stock. */
export function kafka(options: Options): void {
  const comparisons = inRounds(kafkaSides(), options.rounds, (side) => {
    say('  installing it');
    const { seconds, restarts } = install(side);
    say(`  all topics are there after ${seconds.toFixed(1)} s, with ${restarts} restarts; now the client`);
    return [
      { row: 'cold start', unit: 's', better: 'less', value: seconds },
      { row: 'cold start: containers that restarted', unit: '', better: 'less', value: restarts },
      ...runClient(side.namespace),
    ];
  });
  const table = comparisonTable(comparisons);
  show(table, stockIsBetter);
  save('kafka', options, clusterConditions(options, COMPARED_IMAGES), table, comparisons);
}
