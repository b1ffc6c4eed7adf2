import { Chart } from 'cdk8s';
import type { Platform } from './platform';

/** Annotations that keep an object when it vanishes from Git: those of Argo CD and of Flux. */
export const NEVER_PRUNED = {
  'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
  'kustomize.toolkit.fluxcd.io/prune': 'disabled',
} as const;

/**
 * One component of the platform: one chart, one manifest file.
 *
 *     class Website extends Component {
 *       constructor(scope: Platform, { image }: { image: string }) {
 *         super(scope, 'website', 'sales');
 *         const resources = { cpu: 100, memory: Size.mebibytes(64), memoryLimit: Size.mebibytes(128) };
 *         new StatelessWorkload(this, 'default', { image, user: 1000, resources, graceSeconds: 10 });
 *       }
 *     }
 *     new Website(shop, { image: 'registry.example/shop/website:1.2.3' });
 */
export abstract class Component extends Chart {
  /** The namespace of all its objects. */
  override readonly namespace: string;

  /**
   * @param id name of the component, of its main objects and of its file
   * @param group what the component does in the platform, for the label `app.kubernetes.io/component` of its pods
   */
  constructor(
    readonly platform: Platform,
    id: string,
    readonly group: string,
  ) {
    super(platform, id, {
      namespace: platform.namespace,
      // Clean names (`website`, `website-0`) are what people type; a test proves them unique.
      disableResourceNameHashes: true,
      labels: { 'app.kubernetes.io/name': id, ...platform.labels },
    });
    this.namespace = platform.namespace;
  }
}
