import { Size } from 'cdk8s';
import type { Component } from '../../../lib/component';
import { nativeFiles } from '../../../lib/native-file';
import { RequiredSecret, type SecretKey } from '../../../lib/secret';
import { changing } from '../../../lib/values/secrets';
import type { Access } from './size';

/** What a client logs in with. */
export interface User {
  readonly name: string;
  readonly password: SecretKey;
}

/** What gives a server its users. */
export interface ServerAccess {
  readonly application?: User;
  readonly files: Record<string, string>;
  readonly secretFiles?: Record<string, SecretKey>;
  readonly memoryScratch?: Record<string, Size>;
  /** Words before the command of the server: they make its file of users from the Secret, and become the server. */
  readonly start: string[];
  /** Environment of the server, and of scripts that log in. */
  readonly env?: Record<string, string>;
  /** Lines of redis.conf. */
  readonly settings: Record<string, string>;
}

const PASSWORDS = '/etc/redis-passwords';
const RUNTIME = '/run/redis';
const env = { PASSWORDS, RUNTIME };

/**
 * How the server knows its users. The Secret `<component>-users` has a password for each of `purposes`, and `directory`
 * the file `users.acl`.
 */
export function serverAccess(
  component: Component,
  { access, directory, purposes }: { access: Access; directory: string; purposes: Record<string, string> },
): ServerAccess {
  if (access === 'open') return { files: {}, start: [], settings: {} };
  const secret = new RequiredSecret(component, `${component.node.id}-users`, purposes, () => changing(16));
  return {
    application: { name: 'application', password: secret.key('application') },
    files: { ...nativeFiles(__dirname, '/etc/redis', 'acl.sh'), ...nativeFiles(directory, '/etc/redis', 'users.acl') },
    secretFiles: secret.files(PASSWORDS),
    memoryScratch: { [RUNTIME]: Size.mebibytes(1) },
    start: ['sh', '/etc/redis/acl.sh', 'start', '/etc/redis/users.acl'],
    env,
    settings: { aclfile: `${RUNTIME}/users.acl`, include: `${RUNTIME}/replication.conf` },
  };
}
