import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** Named as Micrometer names them where there is such a name, so that boards made for Spring Boot find them. */
export class Metrics {
  readonly registry = new Registry();

  readonly requests = new Histogram({
    name: 'http_server_requests_seconds',
    help: 'Answered requests, by the template of their route',
    labelNames: ['method', 'uri', 'status', 'outcome', 'exception'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
  readonly published = new Counter({
    name: 'bss_kafka_produced_total',
    help: 'Events that Kafka has acknowledged',
    labelNames: ['topic'],
    registers: [this.registry],
  });
  readonly consumed = new Counter({
    name: 'bss_kafka_consumed_total',
    help: 'Events that were consumed, by what became of them',
    labelNames: ['consumer', 'outcome'],
    registers: [this.registry],
  });
  readonly retries = new Counter({
    name: 'bss_consumer_retries_total',
    help: 'Times an event had to be tried again',
    labelNames: ['consumer'],
    registers: [this.registry],
  });
  readonly consumeDelay = new Histogram({
    name: 'bss_event_delay_seconds',
    help: 'From the time of an event to its effect',
    labelNames: ['consumer'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300],
    registers: [this.registry],
  });
  readonly cache = new Counter({
    name: 'bss_cache_requests_total',
    help: 'Looks into the response cache',
    labelNames: ['result'],
    registers: [this.registry],
  });

  readonly refused = new Counter({
    name: 'bss_kafka_refused_total',
    help: 'Events that Kafka has refused for themselves, which were set aside',
    labelNames: ['topic'],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }
}
