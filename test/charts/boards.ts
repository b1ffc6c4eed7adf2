import * as units from '@grafana/grafana-foundation-sdk/units';
import { parse } from 'yaml';
import { boards } from '../../charts/observability/grafana/boards/all';
import { type Board, panels, queries } from '../../charts/observability/grafana/boards/board';
import { kafkaOverview } from '../../charts/observability/grafana/boards/kafka-overview';
import { boardJson, DATASOURCE } from '../../charts/observability/grafana/boards/render';
import { provisioned } from '../../charts/observability/grafana/provisioning';
import { boardErrors } from '../../charts/observability/grafana/rules';
import { repeated } from '../../lib/repeated';
import { drawn } from '../dashboard';
import { everyEnvironment, laptop } from '../environments';
import { LARGEST_APPLIED } from '../kubernetes';

/** Folder and title of the original system's boards, and of what it lacked. */
const TITLES = [
  ...['BSS: BSS Overview Dashboard', 'BSS: Platform', 'BSS: PostgreSQL'],
  ...[
    'Gateway: API Gateway Overview',
    'Gateway: Service Latency',
    'Gateway: Error Analysis',
    'Gateway: Rate Limiting Stats',
  ],
  ...['Kafka: Kafka Overview', 'Kafka: Producer Metrics', 'Kafka: Consumer Metrics', 'Kafka: Topic Metrics'],
  'Kafka: Broker Health',
  ...['Redis: Redis Overview', 'Redis: Memory Usage', 'Redis: Cache Performance', 'Redis: Replication Status'],
];

const kafka = (change: Partial<Board> = {}): Board => ({ ...kafkaOverview(laptop), ...change });

it('There is every board of the original system, in its folder', () => {
  for (const { environment } of everyEnvironment)
    expect(boards(environment).map(({ folder, title }) => `${folder}: ${title}`)).toEqual(
      expect.arrayContaining(TITLES),
    );
});

describe.each(boards(laptop).map((board) => ({ title: board.title, board })))('The board "$title"', ({ board }) => {
  const all = panels(board);

  it('says of each panel what a good value is, in which unit, and asks for it', () => {
    for (const { title, description, unit, queries, emptyOnKind = 'It has no reason.' } of all) {
      expect(title).toMatch(/^\S.{1,60}[^.]$/);
      for (const sentence of [description, emptyOnKind]) expect(sentence).toMatch(/^\S[^\n]{10,250}\.$/);
      expect(Object.values(units)).toContain(unit);
      expect(queries.length).toBeGreaterThan(0);
    }
  });

  it('has no two panels of one title, and no row without any', () => {
    const titles = all.map(({ title }) => title);
    expect(repeated(titles)).toEqual([]);
    for (const row of board.rows) expect([row.title, row.panels.length > 0]).toEqual([row.title, true]);
  });

  it('names each of several series, and says how long it counts where that is not as Grafana chooses', () => {
    for (const { kind, title, description, queries } of all) {
      for (const { expr, legend } of queries) {
        const named = (kind === 'stat' && queries.length === 1) || legend !== undefined;
        expect([title, named]).toEqual([title, true]);
        const labels = [...(legend ?? '').matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]!);
        const unknown = labels.filter((label) => !new RegExp(`\\b${label}\\b`).test(expr));
        expect([title, unknown]).toEqual([title, []]);
        const fixed = [...expr.matchAll(/(?:rate|increase|deriv)\([^[]*\[(?!\$__rate_interval)[^\]]+\]/g)];
        const said = / (?:hour|day|minutes)\b/.test(`${title} ${description}`) || / or vector\(0\)$/.test(expr);
        expect([title, fixed.length === 0 || said]).toEqual([title, true]);
      }
    }
  });

  it('is drawn with every panel in its place, known by a number of its own, and asks the one source of data', () => {
    const { panels: shown, editable, uid } = drawn(board);
    expect([uid, editable]).toEqual([board.uid, false]);
    expect(shown.map(({ id }) => id)).toEqual(shown.map((_, index) => index + 1));
    expect(shown.length).toBe(board.rows.length + all.length);
    for (const { title, type, collapsed, gridPos, datasource, targets, fieldConfig } of shown) {
      expect([title, gridPos.x + gridPos.w <= 24]).toEqual([title, true]);
      if (type === 'row') {
        expect([title, collapsed]).toEqual([title, false]);
        continue;
      }
      expect([title, datasource]).toEqual([title, DATASOURCE]);
      expect(targets!.map((target) => target.datasource)).toEqual(targets!.map(() => DATASOURCE));
      expect(targets!.every(({ instant }) => instant)).toBe(type !== 'timeseries');
      // Without any, Grafana's own begin at 80.
      expect(fieldConfig!.defaults.thresholds.steps[0]).toHaveProperty('value', null);
    }
    const places = shown.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(places.length).toBe(new Set(places).size);
  });
});

it('Boards are the same bytes each time, and on each machine', () => {
  expect(boards(laptop).map(boardJson)).toEqual(boards(laptop).map(boardJson));
  expect(boardJson(kafka())).toMatch(/^\{\n "timezone": "browser",/);
});

it('Boards of one folder fit into a ConfigMap together: where they do not, put some into another folder', () => {
  for (const { manifests } of everyEnvironment) {
    const maps = manifests.ofKind('ConfigMap').filter(({ metadata: { name } }) => name.startsWith('grafana-files'));
    const large = maps.filter((map) => Buffer.byteLength(JSON.stringify(map)) >= LARGEST_APPLIED);
    expect(large.map(({ metadata: { name } }) => name)).toEqual([]);
  }
});

it('Boards ask by the name that the source of data is provisioned under', () => {
  const files = provisioned(boards(laptop));
  const { datasources } = parse(String(files['/etc/grafana/provisioning/datasources/prometheus.yml']));
  expect(datasources).toMatchObject([{ ...DATASOURCE, isDefault: true, editable: false }]);
});

it('Everything that boards ask is listed with its board and panel', () => {
  const asked = queries([kafka()]);
  expect(asked[0]).toEqual({
    board: 'Kafka Overview',
    panel: 'Brokers that answer',
    expr: 'bss:pods:up{job="kafka"}',
  });
  expect(asked.length).toBe(panels(kafka()).flatMap((panel) => panel.queries).length);
});

describe('Boards that Grafana would not show', () => {
  it('have one address for two of them', () => {
    expect(boardErrors([kafka(), kafka({ title: 'Another' })])).toEqual([
      'The boards "Kafka Overview" and "Another" both have the uid "kafka-overview", which is their address: Grafana would ' +
        'show one of them. Give one another uid.',
    ]);
  });

  it.each(['', 'Kafka Overview', 'k'.repeat(41)])('have "%s" for an address', (uid) => {
    expect(boardErrors([kafka({ uid })])).toEqual([
      `The board "Kafka Overview" has the uid "${uid}": it must be 1 to 40 of the characters a-z, 0-9 and "-".`,
    ]);
  });
});
