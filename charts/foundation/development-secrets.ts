import * as k8s from '../../imports/k8s';
import { Component } from '../../lib/component';
import type { Platform } from '../../lib/platform';
import type { SecretValues } from '../../lib/secret';

/** Secrets with published values, so that one `kubectl apply` is enough on a laptop. Never for anything else. */
export class DevelopmentSecrets extends Component {
  constructor(scope: Platform, secrets: Readonly<Record<string, SecretValues>>) {
    super(scope, 'development-secrets', 'foundation');
    for (const [name, values] of Object.entries(secrets)) {
      // A name of its own for each: `constructor` is a legal name of a Secret, and taken here.
      new k8s.KubeSecret(this, `secret-${name}`, {
        metadata: {
          name,
          labels: { [`${scope.name}/development-only`]: 'true' },
          annotations: { [`${scope.name}/warning`]: 'published values: everybody knows them' },
        },
        // Not stringData, which the API server turns into this: every apply would change it back and forth.
        data: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, base64(value)])),
      });
    }
  }
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
