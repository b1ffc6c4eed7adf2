import { App } from 'cdk8s';
import type { External } from './outside';

/** How pods of one set keep away from each other: `required` needs a node for each pod, `preferred` does not. */
export type Spread = 'required' | 'preferred';

/** What holds for all components of an installation. */
export interface PlatformProps {
  /** What the components are part of; labels of our own begin with it. */
  readonly name: string;
  /** Namespace of all objects. */
  readonly namespace: string;
  /** Whether pods of one set must have a node each. */
  readonly spread: Spread;
  /** StorageClass of all volumes. @default - the cluster's default StorageClass */
  readonly storageClass?: string;
  /** Addresses of pods, for example `10.244.0.0/16`; what has a port of the host needs it. @default - nothing has one */
  readonly podNetwork?: string;
  /**
   * Where the API server answers, as policies see it: addresses and ports behind the Service `kubernetes` of the namespace
   * `default`, and its own, too, where the network plugin asks for that. What has rights needs it. @default - nothing has any
   */
  readonly apiServer?: External;
  /** Secrets that the nodes log in with at the registries of the images. @default - none */
  readonly imagePullSecrets?: readonly string[];
}

/**
 * All components of one installation: what they are part of, and where they live. In the examples of lib/ it is `shop`,
 * `till` is one of its components, and `database` an endpoint.
 *
 *     const shop = new Platform({ name: 'shop', namespace: 'shop-staging', spread: 'preferred' });
 *     new Till(shop, { image: 'registry.example/shop/till:1.2.3' });
 *     manifestFiles(shop); // texts by the names of their files: { '02-till.k8s.yaml': 'apiVersion: …' }
 */
export class Platform extends App {
  /** What every object carries: `kubectl get all -l app.kubernetes.io/part-of=<name>`. */
  readonly labels: Record<string, string>;
  /** What follows a Service's name: it resolves from any namespace, whatever the cluster's domain is called. */
  readonly serviceDomain: string;

  readonly name: string;
  readonly namespace: string;

  constructor(readonly props: PlatformProps) {
    super();
    const { name, namespace } = props;
    this.name = name;
    this.namespace = namespace;
    this.serviceDomain = `${namespace}.svc`;
    this.labels = { 'app.kubernetes.io/part-of': name, 'app.kubernetes.io/managed-by': 'cdk8s' };
  }

  /** What pods may call a Service by, the last one where the cluster's domain has its usual name. */
  serviceNames(service: string): string[] {
    const host = `${service}.${this.serviceDomain}`;
    return [service, `${service}.${this.namespace}`, host, `${host}.cluster.local`];
  }
}

/**
 * What a pod that is not in the model carries to be let in at the ports that are open to the role.
 * @param platform its name
 */
export const roleLabels = (platform: string, role: string) => ({ [`role.${platform}/${role}`]: 'true' });
