import type { Size } from 'cdk8s';
import { Construct } from 'constructs';
import * as k8s from '../imports/k8s';
import { quantity } from './container';

export interface VolumeClaimProps {
  readonly size: Size;
  /** @default - the cluster's default StorageClass */
  readonly storageClass?: string;
}

/** A volume for itself, which outlives the Jobs that use it; volumes of a pod that is always there are its claims. */
export class VolumeClaim extends Construct {
  readonly name: string;
  readonly size: Size;

  constructor(scope: Construct, id: string, props: VolumeClaimProps) {
    super(scope, id);
    this.size = props.size;
    this.name = new k8s.KubePersistentVolumeClaim(this, 'resource', {
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: props.storageClass,
        resources: { requests: { storage: quantity(props.size) } },
      },
    }).name;
  }
}
