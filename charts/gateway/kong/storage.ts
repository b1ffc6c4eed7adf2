import type { Size } from 'cdk8s';
import type { Component } from '../../../lib/component';
import type { EnvValue, Probes, Resources } from '../../../lib/container';
import type { Endpoint } from '../../../lib/endpoint';
import type { PodProps } from '../../../lib/pod';
import { http, tcp } from '../../../lib/probe';
import { ConfigurationDatabase } from './database';
import { type KeysProps, RENDERED, renderedKeys, requireKeys } from './keys';

/** The source of the gateway's configuration. */
export type Storage =
  /** The ConfigMap, and nothing else is needed: what is in Git is what runs. */
  | { readonly kind: 'dbless' }
  /** A PostgreSQL of its own, which a Job fills from the same model. */
  | {
      readonly kind: 'postgres';
      readonly resources: Resources;
      readonly disk: Size;
      /** Counted up when keys, or the password of Redis, have changed, as the model does not see them: the Job runs again. */
      readonly keysRevision: number;
    };

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

const ready = { ...http('status', '/status/ready'), periodSeconds: 1, failureThreshold: 60 };

export function stored(component: Component, props: StorageProps): Stored {
  const secret = requireKeys(component, props.configuration, props.leastKeyLength);
  const rendered = renderedKeys(secret, props);
  if (props.storage.kind === 'dbless') {
    return {
      ...rendered,
      env: { KONG_DATABASE: 'off', KONG_DECLARATIVE_CONFIG: RENDERED },
      probes: {
        startup: ready,
        readiness: { ...http('status', '/status/ready'), periodSeconds: 5, failureThreshold: 2 },
        liveness: { ...http('status', '/status'), periodSeconds: 10, failureThreshold: 3 },
      },
      connections: [],
    };
  }
  const database = new ConfigurationDatabase(component, { ...props, ...props.storage, rendered });
  return {
    ...database.await,
    env: database.settings,
    probes: {
      startup: ready,
      // Both pages of the status ask the database. Without it the gateway goes on with what it knows: it must not be
      // restarted then, as it could not start again, nor leave the Service.
      readiness: { ...tcp('proxy'), periodSeconds: 5, failureThreshold: 2 },
      liveness: { ...tcp('proxy'), periodSeconds: 10, failureThreshold: 3 },
    },
    connections: [database.server],
  };
}
