import { Size } from 'cdk8s';
import type { SidecarProps } from '../../lib/pod';
import { tcp } from '../../lib/probe';

/** What one exporter has that others have not. */
export interface ExporterProps extends Required<Pick<SidecarProps, 'image' | 'env'>> {
  /** Where it tells its metrics. */
  readonly port: number;
  /** Mount paths of the pod that it sees. @default - none */
  readonly mounts?: readonly string[];
}

/** Little, for what translates figures. */
export const EXPORTER_RESOURCES = { cpu: 5, memory: Size.mebibytes(16), memoryLimit: Size.mebibytes(128) };

/** Stands beside a server, asks it, and tells its figures at port `metrics`. */
export const exporter = ({ image, env, port, mounts = [] }: ExporterProps): SidecarProps => ({
  ...{ image, env, mounts },
  ports: { metrics: port },
  resources: EXPORTER_RESOURCES,
  probes: { liveness: { ...tcp('metrics'), periodSeconds: 30, failureThreshold: 4 } },
});
