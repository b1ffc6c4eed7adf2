/** A series is not there at all. */
export const GONE = undefined;
/** Nobody is told: it only looks like what the alert is for. */
export const SILENT = undefined;
type Sample = number | typeof GONE;

/** What a series is while all is well, while it is not, and, if it is another value than at first, after the repair. */
export type Gauge = readonly [well: Sample, broken: Sample, mended?: Sample];

/** By how much a counter grows in a minute. */
export interface Counter {
  readonly perMinute: readonly [well: number, broken: number];
}

/** What a series is by turns, from sample to sample, while not all is well. */
export interface Turns {
  readonly well: number;
  readonly broken: readonly number[];
}

export const turns = (well: number, broken: readonly number[]): Turns => ({ well, broken });

export const grows = (well: number, broken: number): Counter => ({ perMinute: [well, broken] });

/** Whether Kubernetes knows a container to be ready. */
export const ready = (pod: string, container: string, samples: Gauge) => ({
  [`k8s_container_ready{job="kubernetes-state",pod="10.244.0.9",k8s_pod_name="${pod}",k8s_container_name="${container}"}`]:
    samples,
});

/** What makes an alert fire, and what it then says. */
export interface Case {
  readonly alert: string;
  /** By series, with its labels. */
  readonly series: Readonly<Record<string, Gauge | Counter | Turns>>;
  /** Of the alert, beside its severity. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly summary: string | typeof SILENT;
  /** How long all is well, is not, and is again. @default 10, 30 and 30 */
  readonly minutes?: readonly [well: number, broken: number, mended: number];
  /** Minutes between two samples. @default 1 */
  readonly step?: number;
}

const MINUTES = [10, 30, 30] as const;

/** The times at which a case is looked at, in minutes. */
export function momentsOf({ minutes: [well, broken, mended] = MINUTES, step = 1 }: Case) {
  return { well: well - step, broken: well + broken - step, mended: well + broken + mended - step, begins: well };
}

/** Samples as promtool reads them. */
export function valuesOf(series: Gauge | Counter | Turns, { minutes = MINUTES, step = 1 }: Case): string {
  const [well, broken, mended] = minutes.map((each) => Math.round(each / step)) as [number, number, number];
  const phases = [...Array(well).fill(0), ...Array(broken).fill(1), ...Array(mended).fill(2)] as (0 | 1 | 2)[];
  if ('perMinute' in series) {
    const [normal, other] = series.perMinute;
    let total = 0;
    return phases
      .map((phase) => {
        total += (phase === 1 ? other : normal) * step;
        return `${total}`;
      })
      .join(' ');
  }
  if ('broken' in series) {
    const { well, broken } = series;
    return phases.map((phase, index) => (phase === 1 ? broken[index % broken.length] : well)).join(' ');
  }
  const [first, second, third = first] = series;
  const samples = phases.map((phase) => [first, second, third][phase]);
  // Prometheus knows at once of a target that does not answer, and does not take its last word for five minutes more.
  return samples
    .map((sample, index) => (sample !== GONE ? `${sample}` : index > 0 && samples[index - 1] !== GONE ? 'stale' : '_'))
    .join(' ');
}
