import { type Panel, panels, type Thresholds } from '../../charts/observability/grafana/boards/board';
import { kafkaOverview } from '../../charts/observability/grafana/boards/kafka-overview';
import { drawn } from '../dashboard';
import { laptop } from '../environments';

/** A panel of a board, changed, as Grafana gets it. */
function shown(change: Partial<Panel>) {
  const board = kafkaOverview(laptop);
  const rows = [{ title: 'One', panels: [{ ...panels(board)[0]!, ...change }] }];
  return drawn({ ...board, rows }).panels[1]!;
}

describe('Values that are bad', () => {
  const steps = (thresholds: Thresholds) => shown({ thresholds }).fieldConfig!.defaults.thresholds.steps;

  it('are those above a limit', () => {
    expect(steps({ warning: 1, critical: 5 })).toEqual([
      { value: null, color: 'green' },
      { value: 1, color: 'orange' },
      { value: 5, color: 'red' },
    ]);
  });

  it('are those below a limit, with nothing between good and critical, where both are the same', () => {
    expect(steps({ warning: 3, critical: 3 })).toEqual([
      { value: null, color: 'red' },
      { value: 3, color: 'green' },
    ]);
  });

  it('are those below it where critical is not above warning', () => {
    expect(steps({ warning: 3, critical: 2 })).toEqual([
      { value: null, color: 'red' },
      { value: 2, color: 'orange' },
      { value: 3, color: 'green' },
    ]);
  });
});

it('A table shows bad figures in their colour, and words as they are', () => {
  expect(shown({ kind: 'table', thresholds: { warning: 1 } }).fieldConfig).toMatchObject({
    overrides: [
      {
        matcher: { id: 'byType', options: 'number' },
        properties: [{ id: 'custom.cellOptions', value: { type: 'color-text' } }],
      },
    ],
  });
});

it('A panel that a laptop cannot fill says why', () => {
  expect(shown({ emptyOnKind: 'There is one server.' }).description).toMatch(
    / Empty on a laptop: There is one server\.$/,
  );
});
