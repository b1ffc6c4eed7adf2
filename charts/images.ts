import { image } from '../lib/values/image';
import { record } from '../lib/values/record';
import { pgbouncerImage } from './data/pgbouncer/rules';
import { postgresImage } from './data/postgres/rules';
import { redisImage } from './data/redis/rules';
import { kongImage } from './gateway/kong/rules';
import { akhqImage } from './messaging/akhq/rules';
import { confluentImage } from './messaging/kafka/rules';
import { alertmanagerImage } from './observability/alertmanager/rules';
import { blackboxExporterImage } from './observability/certificates/rules';
import { grafanaImage } from './observability/grafana/rules';
import { kminionImage } from './observability/kminion/rules';
import { otelCollectorImage } from './observability/kubernetes-state/rules';
import { prometheusImage } from './observability/prometheus/rules';

/** Every image, and which versions of each can work. */
const versions = {
  zookeeper: confluentImage,
  kafka: confluentImage,
  akhq: akhqImage,
  redis: redisImage,
  postgres: postgresImage,
  pgbouncer: pgbouncerImage,
  pghero: image(),
  backend: image(),
  kong: kongImage,
  prometheus: prometheusImage,
  alertmanager: alertmanagerImage,
  grafana: grafanaImage,
  otelCollector: otelCollectorImage,
  kminion: kminionImage,
  blackboxExporter: blackboxExporterImage,
  redisExporter: image(),
  postgresExporter: image(),
  pgbouncerExporter: image(),
};

/** References of all images, with tag or digest. */
export type Images = Readonly<Record<keyof typeof versions, string>>;

export const imageReferences = record<Images>(versions);
