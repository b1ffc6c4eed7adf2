import { Size } from 'cdk8s';
import { Construct } from 'constructs';
import * as k8s from '../imports/k8s';
import { type Component, NEVER_PRUNED } from './component';
import { quantity } from './container';
import { OneShotJob } from './job';
import type { PodProps } from './pod';

/** How large it is, and an image with a shell that uses it for the first time. */
export interface VolumeClaimProps extends Pick<PodProps, 'image' | 'user'> {
  /** Room that is asked for. */
  readonly size: Size;
}

const LITTLE = { cpu: 10, memory: Size.mebibytes(16), memoryLimit: Size.mebibytes(32) };

/**
 * A volume for itself, which outlives the Jobs that use it; volumes of a pod that is always there are its claims.
 *
 *     new VolumeClaim(till, 'reports', { image: 'registry.example/shop/tools:1.0.0', user: 1000, size: Size.gibibytes(1) });
 */
export class VolumeClaim extends Construct {
  readonly name: string;
  readonly size: Size;

  constructor(scope: Component, id: string, { size, ...pod }: VolumeClaimProps) {
    super(scope, id);
    this.size = size;
    this.name = new k8s.KubePersistentVolumeClaim(this, 'resource', {
      metadata: { annotations: NEVER_PRUNED },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: scope.platform.props.storageClass,
        resources: { requests: { storage: quantity(size) } },
      },
    }).name;
    // Many classes make a volume when the first pod asks for it, and GitOps waits until it is there: not until a schedule
    // comes. A class that makes none is found on the first day, too, and not in the first night.
    new OneShotJob(scope, `${id}-first-use`, {
      ...pod,
      command: ['true'],
      volumeClaims: { '/volume': this },
      resources: LITTLE,
      graceSeconds: 1,
      retries: 3,
      deadlineSeconds: 3600,
    });
  }
}
