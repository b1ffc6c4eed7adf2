import type { Component } from '../../../lib/component';
import type { EnvValue, Probes } from '../../../lib/container';
import type { Endpoint } from '../../../lib/endpoint';
import type { PodProps } from '../../../lib/pod';
import { http, tcp } from '../../../lib/probe';
import { configurationDatabase } from './database';
import { type KeysProps, RENDERED, renderedKeys } from './keys';
import type { Storage } from './size';

export interface StorageProps extends KeysProps {
  readonly storage: Storage;
  readonly postgresImage: string;
  /** @default - the cluster's default StorageClass */
  readonly storageClass?: string;
}

/** What the gateway's pod has of its storage. */
export interface Stored extends Pick<PodProps, 'files' | 'memoryScratch' | 'initContainers'> {
  readonly env: Record<string, EnvValue>;
  readonly probes: Probes;
  readonly connections: readonly Endpoint[];
}

const startup = { ...http('status', '/status/ready'), periodSeconds: 1, failureThreshold: 60 };

export function stored(component: Component, props: StorageProps): Stored {
  const { storage } = props;
  const rendered = renderedKeys(component, props);
  if (storage.kind === 'postgres') {
    return {
      ...configurationDatabase(component, { ...props, ...storage, rendered }),
      probes: {
        startup,
        // Both pages of the status ask the database. Without it the gateway goes on with what it knows: it must not be
        // restarted then, as it could not start again, nor leave the Service.
        readiness: { ...tcp('proxy'), periodSeconds: 5, failureThreshold: 2 },
        liveness: { ...tcp('proxy'), periodSeconds: 10, failureThreshold: 3 },
      },
    };
  }
  return {
    ...rendered,
    env: { KONG_DATABASE: 'off', KONG_DECLARATIVE_CONFIG: RENDERED },
    probes: {
      startup,
      readiness: { ...http('status', '/status/ready'), periodSeconds: 5, failureThreshold: 2 },
      liveness: { ...http('status', '/status'), periodSeconds: 10, failureThreshold: 3 },
    },
    connections: [],
  };
}
