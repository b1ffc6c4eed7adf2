import { Size } from 'cdk8s';
import type { PodProps } from '../../../lib/pod';
import { EXPORTER_RESOURCES, exporter } from '../exporter';
import type { ServerAccess } from './access';

/** What the exporter of a server is made of. */
export interface RedisExporterProps {
  /** The exporter's own image. */
  readonly image: string;
  /** Image of the server, whose shell makes the file of the exporter's password. */
  readonly serverImage: string;
  readonly access: ServerAccess;
  /** The server, as a container of its own pod calls it: `redis://` or, with TLS, `rediss://`. */
  readonly url: string;
}

/** What a server's pod has of its exporter. */
export interface RedisExporter extends Required<Pick<PodProps, 'metrics' | 'sidecars'>> {
  /** Where the file of its password is, and nothing of the server's. @default - access is open */
  readonly memoryScratch?: PodProps['memoryScratch'];
  /** What must have run before it. @default - access is open */
  readonly initContainers?: PodProps['initContainers'];
  /** Environment of who tells it that its password has changed. */
  readonly env: Record<string, string>;
}

const PORT = 9121;
const RUNTIME = '/run/redis-exporter';

/**
 * Stands beside a server and asks it, as the user `exporter` where there are users: one for each server, since each has
 * figures of its own, and no password leaves the pod. It sees its own and no other: with those of the server's directory
 * it could copy every key.
 */
export function redisExporter({ image, serverImage, access, url }: RedisExporterProps): RedisExporter {
  const users = access.secretFiles !== undefined;
  const env = { SERVER_URL: url, EXPORTER_PORT: `${PORT}`, ...(users && { RUNTIME }) };
  return {
    env,
    metrics: { port: 'metrics', path: '/metrics' },
    sidecars: {
      exporter: exporter({
        image,
        env: {
          REDIS_ADDR: url,
          // It calls its own pod, whose address no certificate holds.
          ...(url.startsWith('rediss:') && { REDIS_EXPORTER_SKIP_TLS_VERIFICATION: 'true' }),
          ...(users && { REDIS_USER: 'exporter', REDIS_PASSWORD_FILE: `${RUNTIME}/exporter.json` }),
        },
        port: PORT,
        mounts: users ? [RUNTIME] : [],
      }),
    },
    memoryScratch: users ? { [RUNTIME]: Size.mebibytes(1) } : undefined,
    initContainers: users
      ? {
          'exporter-login': {
            image: serverImage,
            command: ['sh', '/etc/redis/acl.sh', 'exporter'],
            env: { ...access.env, ...env },
            resources: EXPORTER_RESOURCES,
          },
        }
      : undefined,
  };
}
