import { holdContext, inUse } from '../../cluster/context';
import { GATEWAY_NAMESPACE } from '../../cluster/gateway/installation';
import { REDIS_NAMESPACE } from '../../cluster/redis/installation';
import { TOOLS } from '../../cluster/signal';
import { kind } from '../../config/kind';
import { rehearsal } from '../../config/rehearsal';
import { BACKEND_NAMESPACE } from './backend/installation';
import { GITOPS_NAMESPACE } from './gitops/installation';
import { POSTGRES_NAMESPACE } from './postgres/installation';

export const NAMESPACES = [kind, rehearsal]
  .map(({ namespace }) => namespace)
  .concat(REDIS_NAMESPACE, POSTGRES_NAMESPACE, GATEWAY_NAMESPACE, BACKEND_NAMESPACE, GITOPS_NAMESPACE, TOOLS);

/** Refuses a cluster on which somebody uses the platform: these tests break it on purpose and delete it at the end. */
export default function setup(): void {
  const context = holdContext();
  const used = process.env['LIVE_KEEP'] ? [] : inUse(NAMESPACES);
  if (used.length > 0) {
    throw new Error(
      `The cluster of context "${context}" has the namespace ${used.join(' and ')}. The live tests break the platform on ` +
        'purpose and delete it with its volumes. Delete it yourself, or choose another context. ' +
        '(LIVE_KEEP=1 begins with what is there and leaves what is there at the end, for work on the tests: nothing is safe.)',
    );
  }
  console.info(`\nLive tests on the cluster of context "${context}"`);
}
