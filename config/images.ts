import type { Images } from '../charts/images';

/** Every image of the platform, once. A registry of your own: change it here and nowhere else. */
export const images = {
  zookeeper: 'confluentinc/cp-zookeeper:7.6.0',
  kafka: 'confluentinc/cp-kafka:7.6.0',
  akhq: 'tchiotludo/akhq:0.24.0',
  // The last line under a BSD licence. Valkey instead: 'valkey/valkey:8.1.1-alpine', and nothing else.
  redis: 'redis:7.2.11-alpine',
  postgres: 'postgres:17.12-alpine',
  pgbouncer: 'edoburu/pgbouncer:v1.26.1-p0',
  pghero: 'ankane/pghero:v4.0.1',
  // Of this repository: docker build -t bss/backend:0.2.0 backend
  backend: 'bss/backend:0.2.0',
  // The one release of its line, without fixes since.
  kong: 'kong:3.5.0',
  // The line with long-term support.
  prometheus: 'prom/prometheus:v3.5.3',
  grafana: 'grafana/grafana:12.4.12',
  alertmanager: 'quay.io/prometheus/alertmanager:v0.33.1',
  otelCollector: 'otel/opentelemetry-collector-contrib:0.149.0',
  kminion: 'redpandadata/kminion:v2.3.5',
  blackboxExporter: 'quay.io/prometheus/blackbox-exporter:v0.28.0',
  redisExporter: 'oliver006/redis_exporter:v1.88.0',
  postgresExporter: 'quay.io/prometheuscommunity/postgres-exporter:v0.19.1',
  pgbouncerExporter: 'quay.io/prometheuscommunity/pgbouncer-exporter:v0.12.0',
} as const satisfies Images;
