import { App } from 'cdk8s';

/**
 * All components of one installation: what they are part of, and where they live.
 *
 *     const shop = new Platform('shop', 'shop-staging');
 *     new Till(shop, { image: 'registry.example/shop/till:1.2.3' });
 *     for (const [file, text] of Object.entries(manifestFiles(shop))) writeFileSync(file, text);
 */
export class Platform extends App {
  /** What every object carries: `kubectl get all -l app.kubernetes.io/part-of=<name>`. */
  readonly labels: Record<string, string>;
  /** What follows a Service's name: it resolves from any namespace, whatever the cluster's domain is called. */
  readonly serviceDomain: string;

  /**
   * @param name what the components are part of; labels of our own begin with it
   * @param namespace of all objects
   * @param podNetwork addresses of pods, for example `10.244.0.0/16`; what has a port of the host needs it
   */
  constructor(
    readonly name: string,
    readonly namespace: string,
    readonly podNetwork?: string,
  ) {
    super();
    this.serviceDomain = `${namespace}.svc`;
    this.labels = { 'app.kubernetes.io/part-of': name, 'app.kubernetes.io/managed-by': 'cdk8s' };
  }
}

/**
 * What a pod that is not in the model carries to be let in at the ports that are open to the role.
 * @param platform its name
 */
export const roleLabels = (platform: string, role: string) => ({ [`role.${platform}/${role}`]: 'true' });
