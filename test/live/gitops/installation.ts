import { beside, MESSAGING } from '../../../cluster/installation';
import { kind } from '../../../config/kind';

export const GITOPS_NAMESPACE = 'bss-gitops';

export const environment = beside(kind, GITOPS_NAMESPACE);

/** Parts whose images can be had everywhere, with all that Flux has to wait for, and to keep. */
export const CHARTS = [
  ...MESSAGING,
  ...['development-secrets', 'postgres', 'postgres-backup', 'redis-cluster', 'redis-backup'],
];
