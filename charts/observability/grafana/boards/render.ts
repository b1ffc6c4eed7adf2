import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BarGaugeDisplayMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  TableCellDisplayMode,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  type DashboardLink,
  DashboardLinkType,
  FieldColorBuilder,
  FieldColorModeId,
  RowBuilder,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Board, Panel, Query, Thresholds } from './board';

/** The one source of data, as it is provisioned. */
export const DATASOURCE = { type: 'prometheus', uid: 'prometheus' };
const TAG = 'bss';
/** To the other boards, at the top of each: the SDK's builder would hide it in a menu. */
const LINK: DashboardLink = {
  title: 'Boards',
  type: DashboardLinkType.Dashboards,
  icon: '',
  tooltip: '',
  tags: [TAG],
  asDropdown: true,
  targetBlank: false,
  includeVars: false,
  keepTime: true,
};
/** Lines of a board that a panel is high. */
const HEIGHT = { timeseries: 8, table: 8, bargauge: 8, stat: 4 };
const WIDTH = 12;

/**
 * A board as Grafana reads it.
 * @see https://grafana.com/docs/grafana/v12.4/visualizations/dashboards/build-dashboards/view-dashboard-json-model/
 */
export function boardJson({ uid, title, folder, rows }: Board): string {
  const dashboard = new DashboardBuilder(title)
    .uid(uid)
    .tags([TAG, folder])
    .readonly()
    .timezone('browser')
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .link({ build: () => LINK });
  for (const row of rows) {
    dashboard.withRow(new RowBuilder(row.title));
    for (const panel of row.panels) dashboard.withPanel(visualization(panel));
  }
  const built = dashboard.build();
  // The builder gives none to panels and 0 to every row; Grafana needs each to have its own.
  return `${JSON.stringify({ ...built, panels: built.panels!.map((panel, index) => ({ ...panel, id: index + 1 })) }, null, 1)}\n`;
}

function visualization(panel: Panel) {
  const { title, description, unit, kind, queries, thresholds, emptyOnKind, width = WIDTH } = panel;
  const visual = visuals[kind](panel)
    .title(title)
    .description(emptyOnKind ? `${description} Empty on a laptop: ${emptyOnKind}` : description)
    .unit(unit)
    .datasource(DATASOURCE)
    .span(width)
    .height(HEIGHT[kind])
    // Always: Grafana's own would call everything from 80 on bad.
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps(thresholds)));
  for (const [index, query] of queries.entries()) visual.withTarget(target(kind, query, index));
  return visual;
}

const COLOURED = { type: TableCellDisplayMode.ColorText };
const color = (mode: FieldColorModeId) => new FieldColorBuilder().mode(mode);
const last = () => new ReduceDataOptionsBuilder().calcs(['lastNotNull']);

const visuals = {
  timeseries: ({ thresholds }: Panel) =>
    new TimeSeries()
      .colorScheme(color(FieldColorModeId.PaletteClassic))
      .legend(
        new VizLegendOptionsBuilder()
          .showLegend(true)
          .displayMode(LegendDisplayMode.List)
          .placement(LegendPlacement.Bottom),
      )
      .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
      .thresholdsStyle(
        new GraphThresholdsStyleConfigBuilder().mode(
          thresholds ? GraphThresholdsStyleMode.Dashed : GraphThresholdsStyleMode.Off,
        ),
      )
      .fillOpacity(10)
      .axisSoftMin(0),
  stat: () =>
    new Stat().colorScheme(color(FieldColorModeId.Thresholds)).reduceOptions(last()).graphMode(BigValueGraphMode.None),
  bargauge: () =>
    new BarGauge()
      .colorScheme(color(FieldColorModeId.Thresholds))
      .reduceOptions(last())
      .displayMode(BarGaugeDisplayMode.Basic)
      .orientation(VizOrientation.Horizontal)
      .min(0),
  table: ({ queries, thresholds }: Panel) =>
    new Table()
      .overrideByFieldType('number', thresholds ? [{ id: 'custom.cellOptions', value: COLOURED }] : [])
      .withTransformation({ id: 'merge', options: {} })
      .withTransformation({
        id: 'organize',
        options: { excludeByName: { Time: true, __name__: true }, renameByName: columns(queries) },
      }),
};

/** Of several queries each has a letter in the name of its column, of one it has not. */
const columns = (queries: readonly Query[]) =>
  Object.fromEntries(
    queries.flatMap(({ legend }, index) =>
      legend ? [[queries.length > 1 ? `Value #${letter(index)}` : 'Value', legend]] : [],
    ),
  );

const letter = (index: number) => String.fromCharCode(65 + index);

/** What shows one value asks for the one of now: of a range it would show the last one of what is gone. */
function target(kind: Panel['kind'], { expr, legend }: Query, index: number) {
  const query = new DataqueryBuilder().refId(letter(index)).datasource(DATASOURCE).expr(expr);
  if (kind === 'table') return query.instant().format(PromQueryFormat.Table);
  if (legend) query.legendFormat(legend);
  return kind === 'timeseries' ? query.range() : query.instant();
}

/** From which value on a colour holds, from below. */
function steps(thresholds: Thresholds | undefined): Threshold[] {
  const { warning, critical } = thresholds ?? {};
  if (warning === undefined && critical === undefined) return [{ value: null, color: 'blue' }];
  if (warning !== undefined && critical !== undefined && critical <= warning) {
    return [
      { value: null, color: 'red' },
      ...(critical < warning ? [{ value: critical, color: 'orange' }] : []),
      { value: warning, color: 'green' },
    ];
  }
  return [
    { value: null, color: 'green' },
    ...(warning === undefined ? [] : [{ value: warning, color: 'orange' }]),
    ...(critical === undefined ? [] : [{ value: critical, color: 'red' }]),
  ];
}
