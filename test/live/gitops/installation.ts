import type { Environment } from '../../../charts/environment';
import { MESSAGING } from '../../../cluster/installation';
import { kind } from '../../../config/kind';

export const GITOPS_NAMESPACE = 'bss-gitops';

export const environment: Environment = { ...kind, namespace: GITOPS_NAMESPACE, exposure: undefined };

/** Parts whose images can be had everywhere, with all that Flux has to wait for, and to keep. */
export const CHARTS = [
  ...MESSAGING,
  ...['development-secrets', 'postgres', 'postgres-backup', 'redis-cluster', 'redis-backup'],
];
