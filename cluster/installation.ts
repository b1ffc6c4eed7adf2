import { Yaml } from 'cdk8s';
import type { Environment } from '../charts/environment';
import { platform } from '../charts/platform';

import { objectsOf } from '../lib/manifest-files';
import { DEADLINE_SECONDS, eventually } from './eventually';
import { existing, kubectl, tryKubectl } from './kubectl';
import type { Namespace } from './namespace';

/** The same in another namespace, without ports of the host, of which there is one each. */
export const beside = (environment: Environment, namespace: string): Environment => ({
  ...environment,
  namespace,
  kafka: { ...environment.kafka, host: undefined },
  akhq: { ...environment.akhq, host: undefined },
  redisCluster: { ...environment.redisCluster, host: undefined },
  kong: { ...environment.kong, entry: { kind: 'host' } },
  prometheus: { ...environment.prometheus, host: undefined },
  grafana: { ...environment.grafana, host: undefined },
});

/** The manifests of an environment, or of these of its charts. */
export function manifests(environment: Environment, ...names: string[]): string {
  const app = platform(environment).app;
  const charts = app.charts.filter(({ node }) => names.length === 0 || names.includes(node.id));
  return Yaml.stringify(...charts.flatMap(objectsOf));
}

/** The charts through which records flow, and no more. */
export const MESSAGING = ['namespace', 'zookeeper', 'kafka', 'topics'];

/** Deployments whose image cannot be had everywhere. */
const MAY_BE_MISSING = ['akhq', 'grafana', 'kminion', 'kong', 'pghero'];
/** Nor does the Job that fills the gateway's database: a Job has the label of its chart. */
const JOBS_THAT_START = 'app.kubernetes.io/name!=kong';

/** Everything rolled out and every Job done, but for what may be missing. */
export function awaitConverged(namespace: Namespace): void {
  const rolled = namespace.run('get', 'statefulsets,deployments', '-o', 'name').trim().split('\n');
  namespace.awaitRollout(...rolled.filter((name) => !MAY_BE_MISSING.includes(name.replace('deployment.apps/', ''))));
  namespace.awaitJobs(JOBS_THAT_START);
}

/** Containers that were started again. @param selector of pods @default - all of them */
export const restarted = (namespace: Namespace, selector?: string): string[] =>
  namespace.pods(selector).flatMap(({ metadata, status }) => {
    const again = (status.containerStatuses ?? []).filter(({ restartCount }) => restartCount > 0);
    return again.map(({ name }) => `${metadata.name} ${name}`);
  });

/** Ends what runs in the namespaces, claims included, without a farewell. That they are gone is not waited for. */
export function abandon(...namespaces: string[]): void {
  for (const namespace of existing('namespace', ...namespaces).map((name) => name.replace('namespace/', ''))) {
    // Brokers that all leave at once wait for each other; nobody will ask for their records again. And what makes pods
    // goes before the pods, or it makes others, which a namespace waits for as long as they may take to leave.
    tryKubectl(['-n', namespace, 'delete', MAKES_PODS, '--all', '--cascade=orphan']);
    const atOnce = ['--force', '--grace-period=0', `--timeout=${DEADLINE_SECONDS}s`];
    tryKubectl(['-n', namespace, 'delete', 'pods,persistentvolumeclaims', '--all', ...atOnce]);
    kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=false']);
  }
}
const MAKES_PODS = 'cronjobs,jobs,deployments,replicasets,statefulsets';

/** The same, and waits until they are gone. */
export function remove(...namespaces: string[]): void {
  abandon(...namespaces);
  kubectl(['delete', 'namespace', ...namespaces, '--ignore-not-found', `--timeout=${DEADLINE_SECONDS}s`]);
}

/** Those of the Deployments of these names whose image cannot be had here; waits until that is known. */
export const withoutImage = (namespace: Namespace, names: readonly string[]): string[] =>
  MAY_BE_MISSING.filter((name) => names.includes(name) && unavailableImage(namespace, name));

/** Whether the image of a Deployment's pod can be had here; waits until that is known. */
export function unavailableImage(namespace: Namespace, deployment: string): string | undefined {
  return (
    eventually(`the pod of ${deployment} to start or to fail to`, () => {
      const [pod] = namespace.pods(`app.kubernetes.io/name=${deployment}`);
      const statuses = [...(pod?.status.initContainerStatuses ?? []), ...(pod?.status.containerStatuses ?? [])];
      const missing = statuses.find(({ state }) => state.waiting?.reason.match(/ImagePull/));
      // The whole message names each layer of the failure, and would be in the name of each test that is skipped.
      if (missing) return `${missing.image} cannot be pulled: ${missing.state.waiting!.message?.split(': ').at(-1)}`;
      return statuses.length > 0 && statuses.every(({ ready }) => ready) && 'available';
    }).replace(/^available$/, '') || undefined
  );
}
