import { QUICK_JVM } from '../../charts/messaging/topics/topics';
import type { Namespace } from '../../cluster/namespace';

/** Of Kafka's tools, whose scripts ask for a server's JVM. */
export const QUICK_TOOLS = `KAFKA_JVM_PERFORMANCE_OPTS=${QUICK_JVM.join(' ')}`;

/** One of Kafka's own tools, in the first broker's container. */
export function kafkaTool(namespace: Namespace, tool: string, ...args: string[]): string {
  return namespace.exec('kafka-0', 'env', QUICK_TOOLS, tool, '--bootstrap-server', 'localhost:9092', ...args);
}
