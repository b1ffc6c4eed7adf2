/** A question to Prometheus. */
export interface Query {
  /** PromQL; `$__rate_interval` is a range that never falls between two scrapes. */
  readonly expr: string;
  /** Name of each series, with its labels as in `{{pod}}`; in a table, the title of the column. @default - all of its labels */
  readonly legend?: string;
}

/**
 * Where a value begins to be bad. Unless `critical` is above `warning`, low values are the bad ones: those below it; both
 * are the same where there is nothing between good and critical.
 */
export interface Thresholds {
  readonly warning?: number;
  readonly critical?: number;
}

/** How a panel shows its answers: over time, or as they are now. */
export type Kind = 'timeseries' | 'stat' | 'table' | 'bargauge';

/** One figure or picture of a board. */
export interface Panel {
  readonly title: string;
  /** What a good value is, and what it means when it is not. */
  readonly description: string;
  /** As Grafana calls it, for example `bytes`, `Bps`, `s`, `reqps`, `percentunit`; `none` for what is counted. */
  readonly unit: string;
  readonly kind: Kind;
  readonly queries: readonly Query[];
  /** @default - no value is bad */
  readonly thresholds?: Thresholds;
  /** Of the 24 columns of a board. Panels of a row stand side by side until a line is full. @default 12 */
  readonly width?: number;
  /** Why it can have no data on a laptop, in a sentence that the description then ends with. @default - it has */
  readonly emptyOnKind?: string;
}

/** Panels that belong together, below a heading. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** A page of Grafana. */
export interface Board {
  /** Its address: `/grafana/d/<uid>`. */
  readonly uid: string;
  readonly title: string;
  /** Folder that it is in. */
  readonly folder: string;
  readonly rows: readonly Row[];
}

/** A question of a board, with all that a test needs to say which. */
export interface Asked extends Pick<Panel, 'emptyOnKind'> {
  /** Title of the board. */
  readonly board: string;
  /** Title of the panel. */
  readonly panel: string;
  readonly expr: string;
}

/** Every panel of a board, in its order. */
export const panels = ({ rows }: Board): Panel[] => rows.flatMap((row) => row.panels);

/** Everything that the boards ask, in their order. */
export const queries = (boards: readonly Board[]): Asked[] =>
  boards.flatMap((board) =>
    panels(board).flatMap(({ title: panel, queries, emptyOnKind }) =>
      queries.map(({ expr }) => ({ board: board.title, panel, expr, ...(emptyOnKind && { emptyOnKind }) })),
    ),
  );
