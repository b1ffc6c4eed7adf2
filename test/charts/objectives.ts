import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../charts/environment';
import { EFFECT_SECONDS } from '../../charts/observability/objectives/rules';
import { complaints } from '../changed';
import { laptop } from '../environments';

const objectives = (change: Partial<Environment['objectives']>) =>
  complaints({ objectives: { ...laptop.objectives, ...change } });

describe('An objective', () => {
  it('leaves a budget', () => {
    expect(objectives({ availability: { percent: 100 } })).toEqual([
      'objectives.availability.percent is 100: then there is no budget for failures, and the first one would be an alert ' +
        'that nobody can end. Promise less than 100, as in 99.9.',
    ]);
  });

  it('promises something', () => {
    expect(objectives({ effect: { percent: 0, seconds: 5 } })).toEqual([
      'objectives.effect.percent is 0: then nothing is promised, and no failure would ever be an alert. Promise more, as in 99.',
    ]);
    expect(objectives({ availability: { percent: 101 } })).toEqual([
      'objectives.availability.percent is 101: it must be a number from 93.1 to 99.999.',
    ]);
  });

  it('can be broken so fast that somebody is told at once, and is no finer than its budget is written', () => {
    expect(objectives({ availability: { percent: 80 } })).toEqual([
      'objectives.availability.percent is 80: where nothing works the budget burns 5 times as fast as it may, and who is to be ' +
        'told at once is told at 14.4 times. Promise 93.1 to 99.999.',
    ]);
    expect(objectives({ availability: { percent: 99.99999 } })).toEqual([
      'objectives.availability.percent is 99.99999: its budget is too small for the figures of the alerts. Promise 93.1 to 99.999.',
    ]);
    for (const percent of [93.1, 99.999]) expect(objectives({ availability: { percent } })).toEqual([]);
  });

  it('is bound to what the backend counts', () => {
    const source = readFileSync(join(__dirname, '../../backend/src/metrics.ts'), 'utf8');
    const [, bounds] = source.match(/'bss_event_delay_seconds'[\s\S]*?buckets: (\[[^\]]*\])/)!;
    expect(JSON.parse(bounds!)).toEqual(EFFECT_SECONDS);
  });

  it('is about a time that is counted', () => {
    expect(objectives({ latency: { percent: 99, milliseconds: 300 } })).toEqual([
      'objectives.latency.milliseconds is 300, but Kong counts up to 25, 50, 80, 100, 250, 400, 700, 1000, 2000, 5000, 10000, ' +
        '30000, 60000 and nothing between. Take one of them.',
    ]);
    expect(objectives({ effect: { percent: 99, seconds: 2 } })[0]).toMatch(
      /^objectives\.effect\.seconds is 2, but the/,
    );
  });
});
