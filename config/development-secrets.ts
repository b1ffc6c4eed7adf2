import { createHash } from 'node:crypto';
import { type Database, rolesOf } from '../charts/data/postgres/database';
import type { SecretValues } from '../lib/secret';
import { databases } from './databases';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Passwords of the roles that databases need, by role. */
export const developmentPasswords = (of: readonly Database[]): Record<string, string> =>
  Object.fromEntries(Object.keys(rolesOf(of)).map((role) => [role, `${role}-development`]));

/** Published in a public repository, hence no secrets at all: they keep a laptop's first `kubectl apply` simple. */
export const developmentSecrets: Readonly<Record<string, SecretValues>> = {
  akhq: {
    'jwt-signing-key': 'development-only-development-only-development-only-development-only',
    'users.yml': `akhq:
  security:
    basic-auth:
      - username: admin
        password: ${sha256('admin-development')}
        groups: [bss-administrator]
      - username: reader
        password: ${sha256('reader-development')}
        groups: [bss-reader]
`,
  },
  'postgres-users': developmentPasswords(databases),
  pghero: {
    username: 'admin',
    password: 'admin-development',
    'secret-key-base': 'development-only-development-only-development-only-development-only',
  },
  grafana: {
    'admin-password': 'admin-development',
    'secret-key': 'development-only-development-only-development-only-development-only',
  },
  // Those of the original system, so that its commands work as they are printed.
  'kong-keys': {
    'bss-frontend': 'frontend_api_key_123',
    'bss-mobile': 'mobile_api_key_456',
    'bss-partner': 'partner_api_key_789',
  },
};
