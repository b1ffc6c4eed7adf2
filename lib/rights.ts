import type { Construct } from 'constructs';
import * as k8s from '../imports/k8s';

/**
 * What the pods of a workload may ask the API server about their own namespace, and nothing else of it: nobody changes
 * anything through it.
 */
export interface Right {
  /** API group, for example `apps`; empty for the first ones, such as `pods`. */
  readonly group: string;
  /** Kinds in the plural, for example `pods`. */
  readonly resources: readonly string[];
  /** What it may do with all of them. */
  readonly verbs: readonly ('get' | 'list' | 'watch')[];
}

/** The Role that holds the rights, for the pods of one ServiceAccount. */
export function grant(scope: Construct, account: string, rights: readonly Right[]): void {
  const role = new k8s.KubeRole(scope, 'role', {
    rules: rights.map(({ group, resources, verbs }) => ({
      apiGroups: [group],
      resources: [...resources],
      verbs: [...verbs],
    })),
  });
  new k8s.KubeRoleBinding(scope, 'rights', {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: role.kind, name: role.name },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace: role.metadata.namespace }],
  });
}
