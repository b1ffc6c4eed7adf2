import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';

/** What every chart is given by the platform. */
export interface ComponentProps {
  /** Namespace of all its objects. */
  readonly namespace: string;
}

/** Labels that every object carries, beside its component's name: `kubectl get all -l app.kubernetes.io/part-of=bss`. */
export const PLATFORM_LABELS = {
  'app.kubernetes.io/part-of': 'bss',
  'app.kubernetes.io/managed-by': 'cdk8s',
} as const;

/** Annotations that keep an object when it vanishes from Git: those of Argo CD and of Flux. */
export const NEVER_PRUNED = {
  'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
  'kustomize.toolkit.fluxcd.io/prune': 'disabled',
} as const;

/** One component of the platform: one chart, one manifest file in dist. */
export abstract class Component extends Chart {
  constructor(scope: Construct, id: string, props: ComponentProps) {
    super(scope, id, {
      namespace: props.namespace,
      // Clean names (`kafka`, `kafka-0`) are what people type; a test proves them unique.
      disableResourceNameHashes: true,
      labels: { 'app.kubernetes.io/name': id, ...PLATFORM_LABELS },
    });
  }
}
