// What somebody types who looks after an alert. The page of the runbooks adds the namespace, which only an environment knows.
import { PATH } from '../prometheus/address';

export const EVENTS = 'kubectl get events --sort-by=.lastTimestamp';

/** Pods of a workload, and their nodes. */
export const podsOf = (workload: string) => `kubectl get pods -l app.kubernetes.io/name=${workload} -o wide`;

/** What a container has said last. @param of a pod, or `deploy/` and the name of a Deployment */
export const logs = (of: string, container: string) => `kubectl logs ${of} -c ${container} --tail=100`;

/** A question to Prometheus. */
export const query = (expr: string) =>
  `kubectl exec prometheus-0 -- promtool query instant http://localhost:9090${PATH} '${expr}'`;

/** A statement to the database server. */
export const psql = (statement: string) => `kubectl exec postgres-0 -c postgres -- psql -d bss -c "${statement}"`;

/** A command to Alertmanager. */
export const amtool = (command: string) =>
  `kubectl exec alertmanager-0 -- amtool --alertmanager.url=http://localhost:9093 ${command}`;
