/** A port of the laptop that leads to a pod of the cluster. */
export interface HostPort {
  /** Port on 127.0.0.1 of the machine that runs the cluster. */
  readonly hostPort: number;
  /** Port of the node behind it, 30000 to 32767. */
  readonly nodePort: number;
}

/** A port that the machine that runs the cluster reaches. */
export interface Publication extends HostPort {
  /** Name of the workload's port. */
  readonly port: string;
  /** What a person finds there. */
  readonly title: string;
  /** Name of the Service that leads there. */
  readonly service: string;
}
