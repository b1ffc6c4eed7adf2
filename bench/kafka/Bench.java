import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.tools.EndToEndLatency;
import org.apache.kafka.tools.ProducerPerformance;

/**
 * Runs Kafka's own measuring tools one after another in one warm JVM, each on a fresh topic, all with acks=all.
 * One JSON object for each row to stdout, what it is doing to stderr.
 *
 *     Bench BOOTSTRAP
 */
public class Bench {
    static final int PARTITIONS = 6;
    static final short REPLICAS = 3;
    /** Stated here, so that it is the same on every cluster whatever its brokers take for a default. */
    static final Map<String, String> TOPIC = Map.of("min.insync.replicas", "2", "unclean.leader.election.enable", "false");
    static final int UNTHROTTLED = -1;
    static final int PACED_SECONDS = 20;
    /** Before a paced row counts: the first batches to a new topic take some 0.3 s, which would be all that its p99 shows. */
    static final int PRELUDE_SECONDS = 5;
    /** A row of throughput lasts seconds, in which whatever else the computer does is much: so many are made of each. */
    static final int REPEATS = 3;

    static final Pattern PRODUCED = Pattern.compile("(?<records>\\d+) records sent, (?<recordsPerSecond>[\\d.]+) records/sec "
            + "\\((?<megabytesPerSecond>[\\d.]+) MB/sec\\), (?<meanMs>[\\d.]+) ms avg latency, (?<maxMs>[\\d.]+) ms max latency, "
            + "(?<p50Ms>\\d+) ms 50th, (?<p95Ms>\\d+) ms 95th, (?<p99Ms>\\d+) ms 99th, (?<p999Ms>\\d+) ms 99.9th");
    static final Pattern ROUND_TRIPS = Pattern.compile("Avg latency: (?<meanMs>[\\d.]+) ms\\s+"
            + "Percentiles: 50th = (?<p50Ms>\\d+), 99th = (?<p99Ms>\\d+), 99.9th = (?<p999Ms>\\d+)");

    enum Client {
        DEFAULT("default client"),
        TUNED("tuned client", "linger.ms=50", "batch.size=1048576", "buffer.memory=134217728", "compression.type=none",
                "max.request.size=8388608", "send.buffer.bytes=-1", "receive.buffer.bytes=-1");

        final String title;
        final List<String> settings;

        Client(String title, String... settings) {
            this.title = title;
            this.settings = List.of(settings);
        }
    }

    interface Tool {
        void run(String topic) throws Exception;
    }

    final String bootstrap;
    final Admin admin;
    int rows;

    Bench(String bootstrap, Admin admin) {
        this.bootstrap = bootstrap;
        this.admin = admin;
    }

    public static void main(String[] arguments) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", arguments[0]))) {
            new Bench(arguments[0], admin).run();
        }
    }

    void run() throws Exception {
        // Latency first, while there is little on the disk: gigabytes that are still being written and deleted would be
        // most of what it shows.
        produce("warm-up", 100, Client.DEFAULT, 1_000_000, UNTHROTTLED);
        // Brokers that started sooner are measured sooner, and compile longer: both have run a minute at this pace then.
        produce("warm-up", 100, Client.DEFAULT, 60 * 20_000, 20_000);
        for (Client client : Client.values()) {
            print("latency at 20,000/s", 100, client, produce("latency", 100, client, PACED_SECONDS * 20_000, 20_000));
            print("latency at 5,000/s", 1000, client, produce("latency", 1000, client, PACED_SECONDS * 5_000, 5_000));
        }
        print("end to end", 100, Client.DEFAULT, roundTrips(5000, 100));
        // Brokers and client are compiled while they run: before some ten million records they are not what they will be.
        produce("warm-up", 100, Client.TUNED, 16_000_000, UNTHROTTLED);
        for (Client client : Client.values()) {
            // The default client is slower, and fewer records tell as much.
            boolean tuned = client == Client.TUNED;
            print("throughput", 1000, client, fullSpeed(1000, client, tuned ? 400_000 : 100_000));
            print("throughput", 100, client, fullSpeed(100, client, tuned ? 4_000_000 : 500_000));
        }
    }

    /** The median of some, each on a topic of its own. */
    Map<String, String> fullSpeed(int bytes, Client client, int records) throws Exception {
        List<Map<String, String>> results = new ArrayList<>();
        while (results.size() < REPEATS) results.add(produce("throughput", bytes, client, records, UNTHROTTLED));
        results.sort(Comparator.comparingDouble(figures -> Double.parseDouble(figures.get("recordsPerSecond"))));
        return results.get(REPEATS / 2);
    }

    Map<String, String> produce(String what, int bytes, Client client, int records, int perSecond) throws Exception {
        say("%s: %,d records of %d B, %s", what, records, bytes, client.title);
        List<String> settings = Stream.concat(Stream.of("bootstrap.servers=" + bootstrap, "acks=all"), client.settings.stream())
                .collect(Collectors.toList());
        Map<String, String> result = onFreshTopic(PRODUCED, topic -> {
            List<Integer> runs = perSecond == UNTHROTTLED ? List.of(records) : List.of(PRELUDE_SECONDS * perSecond, records);
            for (int run : runs) {
                Stream<String> options = Stream.of("--topic", topic, "--num-records", "" + run, "--record-size", "" + bytes,
                        "--throughput", "" + perSecond, "--producer-props");
                ProducerPerformance.main(Stream.concat(options, settings.stream()).toArray(String[]::new));
            }
        });
        // The tool counts what was acknowledged, and goes on after a failure.
        String acknowledged = result.get("records");
        if (Integer.parseInt(acknowledged) != records)
            throw new IllegalStateException("only " + acknowledged + " of " + records + " records were acknowledged");
        return result;
    }

    /** One record after the other: written, acknowledged by all, read. */
    Map<String, String> roundTrips(int records, int bytes) throws Exception {
        say("end to end: %,d records of %d B, one by one", records, bytes);
        // Its main ends the JVM.
        Method execute = EndToEndLatency.class.getDeclaredMethod("execute", String[].class);
        execute.setAccessible(true);
        return onFreshTopic(ROUND_TRIPS, topic ->
                execute.invoke(null, (Object) new String[] {bootstrap, topic, "" + records, "all", "" + bytes}));
    }

    /** The figures that the tool prints at the end of its last run, by name. */
    Map<String, String> onFreshTopic(Pattern figures, Tool tool) throws Exception {
        String topic = "bench-" + ++rows;
        admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, REPLICAS).configs(TOPIC))).all().get();
        while (!inSync(topic)) Thread.sleep(100);
        touch(topic);
        System.gc();
        PrintStream stdout = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true));
        try {
            tool.run(topic);
        } finally {
            System.setOut(stdout);
        }
        admin.deleteTopics(List.of(topic)).all().get();
        Thread.sleep(1000);
        Map<String, String> result = new LinkedHashMap<>();
        Matcher match = figures.matcher(printed.toString());
        while (match.find()) {
            Matcher names = Pattern.compile("\\(\\?<(\\w+)>").matcher(figures.pattern());
            while (names.find()) result.put(names.group(1), match.group(names.group(1)));
        }
        if (result.isEmpty()) throw new IllegalStateException("no result in what the tool printed:\n" + printed);
        return result;
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
     * Writes one record to each partition, so that its leader knows the topic before a client writes several batches at
     * once: if the first comes too soon and the second does not, the first is refused until it expires.
     * https://issues.apache.org/jira/browse/KAFKA-15591
     */
    void touch(String topic) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "acks", "all");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int partition = 0; partition < PARTITIONS; partition++)
                producer.send(new ProducerRecord<>(topic, partition, null, new byte[1])).get();
        }
    }

    static void print(String kind, int bytes, Client client, Map<String, String> figures) {
        String numbers = figures.entrySet().stream()
                .map(figure -> "\"" + figure.getKey() + "\":" + figure.getValue()).collect(Collectors.joining(","));
        String row = String.format("%s, %s, %s", kind, bytes == 1000 ? "1 KB" : bytes + " B", client.title);
        System.out.printf("{\"row\":\"%s\",%s}%n", row, numbers);
        say("  %s", numbers.replace("\"", "").replace(",", ", ").replace(":", " "));
    }

    static void say(String format, Object... values) {
        System.err.printf("    " + format + "%n", values);
    }
}
