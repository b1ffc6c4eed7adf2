import * as k8s from '../imports/k8s';
import type { Component } from './component';
import { type PodProps, podTemplate } from './pod';
import { Workload } from './workload';

/** One pod without state of its own, replaced freely. */
export class StatelessWorkload extends Workload {
  constructor(scope: Component, id: string, props: PodProps) {
    super(scope, id, props, 1, 1);
    new k8s.KubeDeployment(this, 'resource', {
      spec: {
        replicas: 1,
        selector: { matchLabels: this.selector },
        template: podTemplate(this, props, { name: this.name, labels: this.labels }),
      },
    });
  }
}
