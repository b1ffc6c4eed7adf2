import { image } from '../lib/values/image';
import { record } from '../lib/values/record';
import { pgbouncerImage } from './data/pgbouncer/rules';
import { postgresImage } from './data/postgres/rules';
import { kongImage } from './gateway/kong/rules';

const confluent = image({
  of: /:7\.\d+\.\d+/,
  words: '7.x',
  because: 'Version 8 has no ZooKeeper, and these brokers keep their metadata there.',
});

/** Every image, and which versions of each can work. */
const versions = {
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
};

/** References of all images, with tag or digest. */
export type Images = Readonly<Record<keyof typeof versions, string>>;

export const imageReferences = record<Images>(versions);
