/**
 * A page of measurements.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export interface Metrics {
  /** Name of a port of the main container or of a sidecar, as that of an exporter. */
  readonly port: string;
  /** Path of the metrics, for example `/metrics`. */
  readonly path: string;
}

/** A workload that has no such page. */
export interface NoMetrics {
  /** Why, and where else is seen how it is. */
  readonly none: string;
}
