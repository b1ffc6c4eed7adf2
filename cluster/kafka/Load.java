import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes numbered records with acks=all to every partition of a topic of its own until the file /tmp/stop exists or
 * LIMIT records are written, then reads the topic back, counts and deletes it. Meanwhile it watches the in-sync replicas
 * of all topics. The last line of its output is one JSON object.
 *
 *     Load BOOTSTRAP TOPIC PARTITIONS REPLICAS MIN_ISR RECORDS_PER_SECOND LIMIT
 */
public class Load {
    static final int RECORD_BYTES = 100;
    static final int MAX_RECORDS = 50_000_000;
    static final Path STOP = Path.of("/tmp/stop");

    final String bootstrap;
    final String topic;
    final int partitions;
    final int minInSync;
    /** Written by the producer's one callback thread, read after it was closed. */
    final BitSet acknowledged = new BitSet();
    final int[] latencies = new int[120_000];
    long sent;
    long failed;
    String firstFailure = "";
    long lastAck;
    long longestStall;
    final long[] lastAckOf;
    long longestPartitionStall;
    BitSet lost;
    long duplicates;
    volatile long belowMinInSync;
    volatile long observations;
    volatile boolean producing = true;

    Load(String bootstrap, String topic, int partitions, int minInSync) {
        this.bootstrap = bootstrap;
        this.topic = topic;
        this.partitions = partitions;
        this.minInSync = minInSync;
        this.lastAckOf = new long[partitions];
    }

    public static void main(String[] arguments) throws Exception {
        Load load = new Load(arguments[0], arguments[1], Integer.parseInt(arguments[2]), Integer.parseInt(arguments[4]));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", load.bootstrap, "reconnect.backoff.max.ms", "500"))) {
            load.createTopic(admin, Short.parseShort(arguments[3]));
            Thread watcher = new Thread(() -> load.watch(admin));
            watcher.start();
            load.produce(Integer.parseInt(arguments[5]), Math.min(Long.parseLong(arguments[6]), MAX_RECORDS));
            load.producing = false;
            watcher.join();
            load.verify();
            admin.deleteTopics(List.of(load.topic)).all().get();
        }
        load.report();
    }

    void createTopic(Admin admin, short replicas) throws Exception {
        try {
            admin.createTopics(List.of(new NewTopic(topic, partitions, replicas))).all().get();
        } catch (ExecutionException failure) {
            if (!(failure.getCause() instanceof TopicExistsException)) throw failure;
        }
    }

    /** Sends in steps of ten milliseconds, so that a stall shows as one and not as a slower pace. */
    void produce(int perSecond, long limit) {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "acks", "all", "linger.ms", "50",
                "batch.size", "65536", "delivery.timeout.ms", "300000", "max.block.ms", "300000", "reconnect.backoff.max.ms", "500");
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            // One record a partition first: a leader takes any sequence number from a producer that it does not know, so
            // where the very first batch is retried (the topic is new) and another overtakes it, it is refused for ever.
            while (sent < partitions) send(producer, (int) sent++);
            producer.flush();
            longestStall = longestPartitionStall = 0;
            System.out.println("PRODUCING");
            long start = System.nanoTime();
            lastAck = start;
            java.util.Arrays.fill(lastAckOf, start);
            while (sent < limit && !Files.exists(STOP)) {
                long due = Math.min(limit, (System.nanoTime() - start) / 1_000_000 * perSecond / 1000);
                while (sent < due) send(producer, (int) sent++);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
        }
    }

    void send(KafkaProducer<byte[], byte[]> producer, int number) {
        byte[] value = ByteBuffer.allocate(RECORD_BYTES).putInt(number).array();
        int partition = number % partitions;
        long start = System.nanoTime();
        producer.send(new ProducerRecord<>(topic, partition, null, value), (metadata, failure) -> {
            if (failure != null) {
                failed++;
                if (firstFailure.isEmpty()) firstFailure = failure.toString();
                return;
            }
            long now = System.nanoTime();
            acknowledged.set(number);
            longestStall = Math.max(longestStall, now - lastAck);
            longestPartitionStall = Math.max(longestPartitionStall, now - lastAckOf[partition]);
            lastAck = lastAckOf[partition] = now;
            latencies[(int) Math.min(TimeUnit.NANOSECONDS.toMillis(now - start), latencies.length - 1)]++;
        });
    }

    void watch(Admin admin) {
        while (producing) {
            try {
                Collection<String> names = admin.listTopics().names().get();
                for (TopicDescription description : admin.describeTopics(names).allTopicNames().get().values()) {
                    belowMinInSync += description.partitions().stream()
                            .filter(partition -> partition.replicas().size() > 1 && partition.isr().size() < minInSync).count();
                }
                observations++;
            } catch (ExecutionException unreachable) {
                // The producer counts what that costs.
            } catch (InterruptedException interrupted) {
                return;
            }
            try {
                Thread.sleep(200);
            } catch (InterruptedException interrupted) {
                return;
            }
        }
    }

    void verify() {
        BitSet seen = new BitSet();
        long read = 0;
        List<TopicPartition> all = IntStream.range(0, partitions).mapToObj(number -> new TopicPartition(topic, number)).collect(Collectors.toList());
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "auto.offset.reset", "earliest", "fetch.min.bytes", "65536");
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(all);
            consumer.seekToBeginning(all);
            long end = consumer.endOffsets(all).values().stream().mapToLong(Long::longValue).sum();
            while (read < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    int number = ByteBuffer.wrap(record.value()).getInt();
                    if (seen.get(number)) duplicates++;
                    seen.set(number);
                    read++;
                }
            }
        }
        lost = (BitSet) acknowledged.clone();
        lost.andNot(seen);
    }

    void report() {
        System.out.printf("{\"sent\":%d,\"acknowledged\":%d,\"failed\":%d,\"firstFailure\":\"%s\",\"lost\":%d,\"duplicates\":%d,"
                + "\"longestStallMs\":%d,\"longestPartitionStallMs\":%d,\"p50Ms\":%d,\"p99Ms\":%d,\"belowMinIsr\":%d,\"observations\":%d}%n",
                sent, acknowledged.cardinality(), failed, firstFailure.replace('"', '\''), lost.cardinality(), duplicates,
                TimeUnit.NANOSECONDS.toMillis(longestStall), TimeUnit.NANOSECONDS.toMillis(longestPartitionStall),
                percentile(0.50), percentile(0.99), belowMinInSync, observations);
    }

    int percentile(double share) {
        long count = 0;
        for (int milliseconds = 0; milliseconds < latencies.length; milliseconds++) {
            count += latencies[milliseconds];
            if (count >= share * acknowledged.cardinality()) return milliseconds;
        }
        return latencies.length;
    }
}
