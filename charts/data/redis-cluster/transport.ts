import type { Component } from '../../../lib/component';
import { RequiredSecret, type SecretKey } from '../../../lib/secret';
import { pem } from '../../../lib/values/secrets';
import type { Transport } from './size';

/** What gives a server its certificate. */
export interface ServerTransport {
  /** Who signed the certificates of the servers. */
  readonly authority?: SecretKey;
  readonly secretFiles: Record<string, SecretKey>;
  /** Environment of scripts that call a server. */
  readonly env: Record<string, string>;
  /** Lines of redis.conf. */
  readonly settings: Record<string, string>;
}

const DIRECTORY = '/etc/redis-tls';

export function serverTransport(
  component: Component,
  { transport, port, domain }: { transport: Transport; port: number; domain: string },
): ServerTransport {
  if (transport === 'plain') return { secretFiles: {}, env: {}, settings: {} };
  // As cert-manager names them. https://cert-manager.io/docs/usage/certificate/#target-secret
  const keys = {
    'tls.crt': `certificate of the servers, with the name of each pod: \`${component.node.id}-0-0.${domain}\` and so on`,
    'tls.key': 'its private key',
    'ca.crt': 'certificate of who signed it; the old one and the new one while that changes',
  };
  const secret = new RequiredSecret(component, `${component.node.id}-tls`, keys, () => pem);
  const path = (file: string) => `${DIRECTORY}/${file}`;
  return {
    authority: secret.key('ca.crt'),
    secretFiles: secret.files(DIRECTORY),
    env: { CERTIFICATES: DIRECTORY, TLS_FLAGS: `--tls --cacert ${path('ca.crt')}` },
    settings: {
      port: '0',
      'tls-port': `${port}`,
      'tls-cluster': 'yes',
      'tls-replication': 'yes',
      'tls-cert-file': path('tls.crt'),
      'tls-key-file': path('tls.key'),
      'tls-ca-cert-file': path('ca.crt'),
      // A client says who it is with its password.
      'tls-auth-clients': 'no',
      // Clients compare the name with the certificate, which cannot hold addresses that change.
      'cluster-preferred-endpoint-type': 'hostname',
    },
  };
}
