// Writes numbered records to every partition of a topic from outside the cluster, through the brokers' own ports on
// localhost, reads them back and prints what it saw as JSON.  host-client.mts TOPIC PARTITIONS RECORDS
import { Admin, Consumer, jsonDeserializer, jsonSerializer, ProduceAcks, Producer } from '@platformatic/kafka';

const [topic, partitions, records] = [process.argv[2]!, Number(process.argv[3]), Number(process.argv[4])];
const connection = { clientId: 'host-client', bootstrapBrokers: ['localhost:9092'], connectTimeout: 5000 };

const admin = new Admin(connection);
const metadata = await admin.metadata({ topics: [topic] });
await admin.close();

const producer = new Producer({ ...connection, serializers: { value: jsonSerializer<number> } });
for (let first = 0; first < records; first += 100) {
  const numbers = Array.from({ length: Math.min(100, records - first) }, (_, index) => first + index);
  await producer.send({
    acks: ProduceAcks.ALL,
    messages: numbers.map((value) => ({ topic, partition: value % partitions, value })),
  });
}
await producer.close();

const consumer = new Consumer({
  ...connection,
  groupId: `${topic}-reader`,
  deserializers: { value: jsonDeserializer<number> },
});
const stream = await consumer.consume({
  topics: [topic],
  mode: 'earliest',
  sessionTimeout: 10_000,
  heartbeatInterval: 500,
});
const seen: { value: number; partition: number }[] = [];
for await (const { value, partition } of stream) {
  seen.push({ value: value!, partition });
  if (seen.length >= records) break;
}
await consumer.close(true);

console.log(
  JSON.stringify({
    brokers: [...metadata.brokers.values()].map(({ host, port }) => `${host}:${port}`).sort(),
    leaders: [...new Set(metadata.topics.get(topic)!.partitions.map(({ leader }) => leader))].sort(),
    partitionsWritten: new Set(seen.map(({ partition }) => partition)).size,
    recordsRead: seen.length,
    distinct: new Set(seen.map(({ value }) => value)).size,
  }),
);
