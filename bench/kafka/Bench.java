import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Asks each side the same in turns, from one warm JVM, each time on a fresh topic and with acks=all: what the computer has
 * to do beside it, and what the client has been compiled to, is the same for both. Kafka's own measuring tools would do,
 * if they counted less than whole milliseconds.
 * One JSON object for each row and side to stdout, what it is doing to stderr.
 *
 *     Bench SIDE=BOOTSTRAP...
 */
public class Bench {
    static final int PARTITIONS = 6;
    static final short REPLICAS = 3;
    /** Stated here, so that it is the same on every cluster whatever its brokers take for a default. */
    static final Map<String, String> TOPIC = Map.of("min.insync.replicas", "2", "unclean.leader.election.enable", "false");
    static final int UNTHROTTLED = Integer.MAX_VALUE;
    static final int PACED_SECONDS = 8;
    /** Before a paced row counts: the first batches to a new topic take some 0.3 s, which would be all that its p99 shows. */
    static final int PRELUDE_SECONDS = 3;
    /** Each lasts seconds, in which whatever else the computer does is much: the median of some is the row. */
    static final int REPEATS = 3;

    enum Client {
        DEFAULT("default client", Map.of()),
        TUNED("tuned client", Map.of("linger.ms", "50", "batch.size", "1048576", "buffer.memory", "134217728",
                "compression.type", "none", "max.request.size", "8388608", "send.buffer.bytes", "-1",
                "receive.buffer.bytes", "-1"));

        final String title;
        final Map<String, String> settings;

        Client(String title, Map<String, String> settings) {
            this.title = title;
            this.settings = settings;
        }
    }

    interface Measure {
        Map<String, Double> of(Side side) throws Exception;
    }

    final List<Side> sides;

    Bench(List<Side> sides) {
        this.sides = sides;
    }

    public static void main(String[] arguments) throws Exception {
        new Bench(Stream.of(arguments).map(Side::new).collect(Collectors.toList())).run();
        // The connections of the sides need no farewell.
        System.exit(0);
    }

    void run() throws Exception {
        // Latency first, while there is little on the disk: gigabytes that are still being written and deleted would be
        // most of what it shows.
        warmUp(Client.DEFAULT, 1_000_000, UNTHROTTLED);
        // A broker compiles what it runs, so that the side that is asked sooner would be asked sooner in its life, too.
        warmUp(Client.DEFAULT, 60 * 20_000, 20_000);
        for (Client client : Client.values()) {
            row("latency at 20,000/s", 100, client, side -> side.produce(100, client, PACED_SECONDS * 20_000, 20_000));
            row("latency at 5,000/s", 1000, client, side -> side.produce(1000, client, PACED_SECONDS * 5_000, 5_000));
        }
        row("end to end", 100, Client.DEFAULT, side -> side.roundTrips(100, 2000));
        // Before some ten million records neither brokers nor client are what they will be.
        warmUp(Client.TUNED, 16_000_000, UNTHROTTLED);
        for (Client client : Client.values()) {
            // The default client is slower, and fewer records tell as much.
            boolean tuned = client == Client.TUNED;
            row("throughput", 1000, client, side -> side.produce(1000, client, tuned ? 400_000 : 100_000, UNTHROTTLED));
            row("throughput", 100, client, side -> side.produce(100, client, tuned ? 4_000_000 : 500_000, UNTHROTTLED));
        }
    }

    void warmUp(Client client, int records, int perSecond) throws Exception {
        for (Side side : sides) {
            say("warm-up of %s: %,d records of 100 B, %s", side.name, records, client.title);
            side.produce(100, client, records, perSecond);
        }
    }

    /** The median of each figure. Who is asked first changes, as it comes after the other's rubbish. */
    void row(String kind, int bytes, Client client, Measure measure) throws Exception {
        String row = String.format("%s, %s, %s", kind, bytes == 1000 ? "1 KB" : bytes + " B", client.title);
        say("%s, %d times", row, REPEATS);
        Map<Side, List<Map<String, Double>>> measured = new LinkedHashMap<>();
        for (Side side : sides) measured.put(side, new ArrayList<>());
        List<Side> order = new ArrayList<>(sides);
        for (int repeat = 0; repeat < REPEATS; repeat++) {
            for (Side side : order) measured.get(side).add(measure.of(side));
            Collections.reverse(order);
        }
        measured.forEach((side, results) -> {
            String figures = results.get(0).keySet().stream()
                    .map(figure -> String.format("\"%s\":%.3f", figure, median(results, figure)))
                    .collect(Collectors.joining(","));
            System.out.printf("{\"side\":\"%s\",\"row\":\"%s\",%s}%n", side.name, row, figures);
            say("  %s: %s", side.name, figures.replace("\"", "").replace(",", ", ").replace(":", " "));
        });
    }

    static double median(List<Map<String, Double>> results, String figure) {
        return results.stream().mapToDouble(result -> result.get(figure)).sorted().toArray()[results.size() / 2];
    }

    static void say(String format, Object... values) {
        System.err.printf("    " + format + "%n", values);
    }

    /** One cluster, and what can be asked of it. */
    static class Side {
        final String name;
        final String bootstrap;
        final Admin admin;
        int topics;

        /** @param argument NAME=BOOTSTRAP */
        Side(String argument) {
            String[] parts = argument.split("=");
            name = parts[0];
            bootstrap = parts[1];
            admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
        }

        /** As many at this pace; after a prelude at the same pace, unless it is as fast as can be. */
        Map<String, Double> produce(int bytes, Client client, int records, int perSecond) throws Exception {
            return onFreshTopic(client, (topic, producer) -> {
                if (perSecond != UNTHROTTLED) send(topic, producer, bytes, PRELUDE_SECONDS * perSecond, perSecond);
                return send(topic, producer, bytes, records, perSecond);
            });
        }

        static Map<String, Double> send(
                String topic, KafkaProducer<byte[], byte[]> producer, int bytes, int records, int perSecond) throws Exception {
            byte[] value = randomBytes(bytes);
            long[] nanos = new long[records];
            AtomicInteger acknowledged = new AtomicInteger();
            long start = System.nanoTime();
            for (int record = 0; record < records; record++) {
                int index = record;
                while ((System.nanoTime() - start) / 1e9 * perSecond < record) Thread.sleep(1);
                long sent = System.nanoTime();
                producer.send(new ProducerRecord<>(topic, value), (metadata, failure) -> {
                    if (failure != null) return;
                    nanos[index] = System.nanoTime() - sent;
                    acknowledged.incrementAndGet();
                });
            }
            producer.flush();
            double seconds = (System.nanoTime() - start) / 1e9;
            if (acknowledged.get() != records)
                throw new IllegalStateException("only " + acknowledged + " of " + records + " records were acknowledged");
            Map<String, Double> figures = latency(nanos);
            figures.put("recordsPerSecond", records / seconds);
            return figures;
        }

        /** One record after the other: written, acknowledged by all, read. */
        Map<String, Double> roundTrips(int bytes, int records) throws Exception {
            return onFreshTopic(Client.DEFAULT, (topic, producer) -> {
                Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "fetch.max.wait.ms", 0);
                try (KafkaConsumer<byte[], byte[]> consumer =
                        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                    List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                            .map(partition -> new TopicPartition(topic, partition.partition())).collect(Collectors.toList());
                    consumer.assign(partitions);
                    consumer.seekToEnd(partitions);
                    for (TopicPartition partition : partitions) consumer.position(partition);
                    byte[] value = randomBytes(bytes);
                    long[] nanos = new long[records];
                    for (int record = 0; record < records; record++) {
                        long sent = System.nanoTime();
                        producer.send(new ProducerRecord<>(topic, value)).get();
                        if (consumer.poll(Duration.ofSeconds(60)).count() != 1)
                            throw new IllegalStateException("a record was acknowledged and not read within a minute");
                        nanos[record] = System.nanoTime() - sent;
                    }
                    return latency(nanos);
                }
            });
        }

        static Map<String, Double> latency(long[] nanos) {
            Arrays.sort(nanos);
            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put("meanMs", Arrays.stream(nanos).average().orElseThrow() / 1e6);
            for (int perMille : new int[] {500, 950, 990, 999})
                figures.put("p" + (perMille % 10 == 0 ? perMille / 10 : perMille) + "Ms",
                        nanos[(int) ((long) nanos.length * perMille / 1000)] / 1e6);
            return figures;
        }

        interface Work {
            Map<String, Double> on(String topic, KafkaProducer<byte[], byte[]> producer) throws Exception;
        }

        Map<String, Double> onFreshTopic(Client client, Work work) throws Exception {
            String topic = "bench-" + ++topics;
            admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, REPLICAS).configs(TOPIC))).all().get();
            while (!inSync(topic)) Thread.sleep(100);
            Map<String, Object> settings = new HashMap<>(client.settings);
            settings.put("bootstrap.servers", bootstrap);
            settings.put("acks", "all");
            System.gc();
            Map<String, Double> figures;
            try (KafkaProducer<byte[], byte[]> producer =
                    new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
                touch(topic, producer);
                figures = work.on(topic, producer);
            }
            admin.deleteTopics(List.of(topic)).all().get();
            Thread.sleep(1000);
            return figures;
        }

        boolean inSync(String topic) throws Exception {
            try {
                TopicDescription description = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
                return description.partitions().stream().allMatch(partition -> partition.isr().size() == REPLICAS);
            } catch (ExecutionException failure) {
                if (failure.getCause() instanceof UnknownTopicOrPartitionException) return false;
                throw failure;
            }
        }

        /**
         * Writes one record to each partition, so that its leader knows the topic before several batches are written at
         * once: if the first comes too soon and the second does not, the first is refused until it expires.
         * https://issues.apache.org/jira/browse/KAFKA-15591
         */
        static void touch(String topic, KafkaProducer<byte[], byte[]> producer) throws Exception {
            for (int partition = 0; partition < PARTITIONS; partition++)
                producer.send(new ProducerRecord<>(topic, partition, null, new byte[1])).get();
        }

        static byte[] randomBytes(int bytes) {
            byte[] value = new byte[bytes];
            new Random(0).nextBytes(value);
            return value;
        }
    }
}
