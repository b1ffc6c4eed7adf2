import { image } from '../lib/values/image';
import { record } from '../lib/values/record';
import { pgbouncerImage } from './data/pgbouncer/rules';
import { postgresImage } from './data/postgres/rules';
import { kongImage } from './gateway/kong/rules';
import { alertmanagerImage } from './observability/alertmanager/rules';
import { prometheusImage } from './observability/prometheus/rules';

/** References of all images, with tag or digest. */
export interface Images {
  readonly zookeeper: string;
  readonly kafka: string;
  readonly akhq: string;
  readonly redis: string;
  readonly postgres: string;
  readonly pgbouncer: string;
  readonly pghero: string;
  readonly backend: string;
  readonly kong: string;
  readonly prometheus: string;
  readonly alertmanager: string;
  readonly redisExporter: string;
  readonly postgresExporter: string;
  readonly pgbouncerExporter: string;
}

const confluent = image({
  of: /:7\.\d+\.\d+/,
  words: '7.x',
  because: 'Version 8 has no ZooKeeper, and these brokers keep their metadata there.',
});

/** Which versions of each can work. */
export const imageReferences = record<Images>({
  zookeeper: confluent,
  kafka: confluent,
  akhq: image({ of: /:0\.24\.\d+/, words: '0.24.x', because: 'Other lines read another configuration.' }),
  redis: image({
    of: /^(?!.*valkey).*:7\.\d+|valkey:(7\.2|8\.\d+)/,
    words: 'Redis 7.x and Valkey 7.2 to 8.x',
    because:
      'Before 7 a server has no host name of its own; Redis 8 brings modules whose commands no user here is granted.',
  }),
  postgres: postgresImage,
  pgbouncer: pgbouncerImage,
  pghero: image(),
  backend: image(),
  kong: kongImage,
  prometheus: prometheusImage,
  alertmanager: alertmanagerImage,
  redisExporter: image(),
  postgresExporter: image(),
  pgbouncerExporter: image(),
});
