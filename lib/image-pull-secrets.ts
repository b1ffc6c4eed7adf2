import { ApiObject, type App, JsonPatch } from 'cdk8s';
import { ServiceAccount } from 'cdk8s-plus-27';

/**
 * Lets the nodes pull the images of every pod with these Secrets. They are the ServiceAccounts', of which each pod has its
 * own: a pod gets them when it is made, and no content hash changes with them.
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#add-imagepullsecrets-to-a-service-account
 */
export function pullImagesWith(app: App, secrets: readonly string[]): void {
  if (secrets.length === 0) return;
  const accounts = app.node.findAll().filter((construct) => construct instanceof ServiceAccount);
  const references = secrets.map((name) => ({ name }));
  for (const account of accounts) ApiObject.of(account).addJsonPatch(JsonPatch.add('/imagePullSecrets', references));
}
