import type { Endpoint } from './endpoint';

/**
 * A page of measurements.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export interface Metrics {
  /** Name of a port of the main container or of a sidecar, as that of an exporter. */
  readonly port: string;
  /** Path of the metrics, for example `/metrics`. */
  readonly path: string;
  /** Others that it looks at, one page for each. @default - it speaks of itself */
  readonly targets?: Targets;
}

/**
 * What an exporter looks at from outside.
 * @see https://prometheus.io/docs/guides/multi-target-exporter/
 */
export interface Targets {
  /** What it calls this way of looking. */
  readonly module: string;
  /** What it is told to look at, each by itself. */
  readonly servers: readonly Endpoint[];
}

/** A workload that has no such page. */
export interface NoMetrics {
  /** Why, and where else is seen how it is. */
  readonly none: string;
}
