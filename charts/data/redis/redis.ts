import { Component } from '../../../lib/component';
import type { Endpoint } from '../../../lib/endpoint';
import { nativeFile } from '../../../lib/native-file';
import type { Platform } from '../../../lib/platform';
import { tcp } from '../../../lib/probe';
import { settings } from '../../../lib/settings';
import { StatelessWorkload } from '../../../lib/stateless-workload';
import { serverAccess, type User } from './access';
import { redisExporter } from './exporter';
import { derivedMaxmemory } from './memory';
import type { RedisSize } from './size';

export interface RedisProps extends RedisSize {
  readonly image: string;
  readonly exporterImage: string;
}

/** A server to count on, and the user to log in as where access is not open. */
export interface RedisCounters {
  readonly server: Endpoint;
  readonly user?: User;
}

/** Role of pods that may count; see `clientLabels`. */
export const CLIENT_ROLE = 'redis-client';

const PORT = 6379;

const PURPOSES = {
  application: 'password of the gateway, which counts there',
  exporter: 'password of the metrics exporter, which reads no key',
};

/**
 * One plain Redis for the rate-limit counters of the gateway, whose limiter speaks to a single server and to no cluster.
 * Nothing is persistent: counters live for a minute, and a restart means that somebody may ask a little more.
 */
export class Redis extends Component {
  readonly counters: RedisCounters;

  constructor(scope: Platform, props: RedisProps) {
    super(scope, 'redis', 'data');
    const { image, resources } = props;
    const maxmemory = props.maxmemory ?? derivedMaxmemory(resources.memoryLimit, 'volatile');
    const access = serverAccess(this, { access: props.access, directory: __dirname, purposes: PURPOSES });
    const url = `redis://127.0.0.1:${PORT}`;
    const exporter = redisExporter({ image: props.exporterImage, serverImage: image, access, url });
    const redis = new StatelessWorkload(this, 'default', {
      image,
      user: 999,
      command: [...access.start, 'redis-server', '/etc/redis/redis.conf'],
      env: access.env,
      ports: { client: PORT },
      initContainers: exporter.initContainers,
      sidecars: exporter.sidecars,
      metrics: exporter.metrics,
      files: {
        '/etc/redis/redis.conf':
          nativeFile(__dirname, 'redis.conf') +
          settings({ maxmemory: `${maxmemory.toMebibytes()}mb`, ...access.settings }, ' '),
        ...access.files,
      },
      secretFiles: access.secretFiles,
      memoryScratch: { ...access.memoryScratch, ...exporter.memoryScratch },
      resources,
      probes: {
        readiness: { ...tcp('client'), periodSeconds: 2 },
        liveness: { ...tcp('client'), periodSeconds: 10, failureThreshold: 6 },
      },
      graceSeconds: 10,
    });
    redis.admitsRole(CLIENT_ROLE, 'client');
    this.counters = { server: redis.endpoint('client'), user: access.application };
  }
}
