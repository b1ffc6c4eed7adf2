import type { Construct } from 'constructs';
import * as k8s from '../../imports/k8s';
import { Component, type ComponentProps } from '../../lib/component';

/** Values by Secret and key. */
export type DevelopmentSecretValues = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface DevelopmentSecretsProps extends ComponentProps {
  readonly values: DevelopmentSecretValues;
}

/** Secrets with published values, so that one `kubectl apply` is enough on a laptop. Never for anything else. */
export class DevelopmentSecrets extends Component {
  constructor(scope: Construct, props: DevelopmentSecretsProps) {
    super(scope, 'development-secrets', props);
    for (const [name, values] of Object.entries(props.values)) {
      // A name of its own for each: `constructor` is a legal name of a Secret, and taken here.
      new k8s.KubeSecret(this, `secret-${name}`, {
        metadata: {
          name,
          labels: { 'bss/development-only': 'true' },
          annotations: { 'bss/warning': 'published values: everybody knows them' },
        },
        // Not stringData, which the API server turns into this: every apply would change it back and forth.
        data: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, base64(value)])),
      });
    }
  }
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
