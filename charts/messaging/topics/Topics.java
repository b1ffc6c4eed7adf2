import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.*;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;

import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toMap;

/**
 * Makes the topics of a cluster what a catalogue says, in one JVM.
 *
 *     Topics BOOTSTRAP BROKERS WAIT_SECONDS CATALOGUE
 *
 * Waits until BROKERS brokers have registered, prints a plan, carries it out and reads the result back.
 * Nothing is changed if any part of the plan must be refused: partitions cannot be taken away and replicas are not
 * moved here. Topics that are not in the catalogue are left alone.
 * Exit code 0: as the catalogue says. 1: not so, with a sentence that says why.
 */
public class Topics {
    /** What is to be done about one topic of the catalogue. */
    static class Step {
        final NewTopic wanted;
        boolean create;
        boolean addPartitions;
        final List<AlterConfigOp> changes = new ArrayList<>();
        final List<String> details = new ArrayList<>();
        final List<String> refusals = new ArrayList<>();

        Step(NewTopic wanted) {
            this.wanted = wanted;
        }

        String action() {
            if (!refusals.isEmpty()) return "REFUSED";
            if (create) return "create";
            return addPartitions || !changes.isEmpty() ? "change" : "keep";
        }
    }

    static class Failure extends RuntimeException {
        Failure(String message) { super(message); }
    }

    public static void main(String[] arguments) throws Exception {
        try {
            List<NewTopic> catalogue = read(Path.of(arguments[3]));
            Map<String, Object> client = Map.of("bootstrap.servers", arguments[0], "request.timeout.ms", "15000",
                    "default.api.timeout.ms", "30000", "reconnect.backoff.max.ms", "500");
            awaitBrokers(client, Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
            try (Admin admin = Admin.create(client)) {
                run(admin, catalogue);
            }
        } catch (Failure failure) {
            System.out.println(failure.getMessage());
            System.exit(1);
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            System.out.println("Kafka did not carry it out: " + cause.getClass().getSimpleName() + ": " + cause.getMessage());
            System.exit(1);
        }
    }

    /** Each line: name, partitions, replicas, settings. */
    static List<NewTopic> read(Path catalogue) throws Exception {
        try (Stream<String> lines = Files.lines(catalogue)) {
            return lines.filter(line -> !line.isBlank()).map(line -> line.trim().split(" +")).map(words -> {
                Map<String, String> settings = Stream.of(words).skip(3).map(setting -> setting.split("=", 2))
                        .collect(toMap(pair -> pair[0], pair -> pair[1]));
                return new NewTopic(words[0], Integer.parseInt(words[1]), Short.parseShort(words[2])).configs(settings);
            }).collect(toList());
        }
    }

    static void awaitBrokers(Map<String, Object> client, int wanted, int seconds) throws InterruptedException {
        Instant start = Instant.now();
        int told = -1;
        for (int here = brokers(client); here < wanted; here = brokers(client)) {
            long waited = Duration.between(start, Instant.now()).getSeconds();
            String waiting = String.format("for %d brokers at %s: %d have registered", wanted, client.get("bootstrap.servers"), here);
            if (waited >= seconds) {
                throw new Failure("Waited " + seconds + " s " + waiting + ". Nothing was changed."
                        + " See why the others are missing: kubectl get pods -l app.kubernetes.io/name=kafka");
            }
            if (here != told) System.out.println("Waiting " + waiting + " after " + waited + " s");
            told = here;
            Thread.sleep(250);
        }
    }

    /**
     * None as well while the name does not resolve, which is so until the brokers' Service is there. Each time by a new
     * client, and not for long: one that was told an address that nobody has any more goes on asking there.
     */
    static int brokers(Map<String, Object> client) throws InterruptedException {
        try (Admin admin = Admin.create(client)) {
            return admin.describeCluster(new DescribeClusterOptions().timeoutMs(5000)).nodes().get().size();
        } catch (ExecutionException unreachable) {
            return 0;
        } catch (KafkaException failure) {
            if (!String.valueOf(failure.getCause()).contains("No resolvable bootstrap")) throw failure;
            return 0;
        }
    }

    static void run(Admin admin, List<NewTopic> catalogue) throws Exception {
        List<Step> plan = patiently(() -> plan(admin, catalogue), Instant.now().plusSeconds(30));
        print(plan);
        List<String> refusals = plan.stream().flatMap(step -> step.refusals.stream()).collect(toList());
        int open = open(plan).size();
        if (!refusals.isEmpty()) throw new Failure(String.join("\n", refusals) + "\nNothing was changed.");
        if (open == 0) {
            System.out.println("No change: all " + plan.size() + " topics are as the catalogue says.");
            return;
        }
        carryOut(admin, plan);
        verify(admin, catalogue);
        System.out.println("Done: " + open + " topics created or changed, all " + plan.size() + " read back.");
    }

    static List<Step> open(List<Step> plan) {
        return plan.stream().filter(step -> !step.action().equals("keep")).collect(toList());
    }

    static List<Step> plan(Admin admin, List<NewTopic> catalogue) throws Exception {
        Collection<String> existing = admin.listTopics().names().get();
        List<String> names = catalogue.stream().map(NewTopic::name).filter(existing::contains).collect(toList());
        Map<String, TopicDescription> descriptions = admin.describeTopics(names).allTopicNames().get();
        Map<ConfigResource, Config> configs =
                admin.describeConfigs(names.stream().map(Topics::resource).collect(toList())).all().get();
        return catalogue.stream()
                .map(wanted -> step(wanted, descriptions.get(wanted.name()), configs.get(resource(wanted.name()))))
                .collect(toList());
    }

    /** Both are null for a topic that does not exist. */
    static Step step(NewTopic wanted, TopicDescription description, Config config) {
        Step step = new Step(wanted);
        if (description == null) {
            step.create = true;
            step.details.add(wanted.numPartitions() + " partitions, " + wanted.replicationFactor() + " replicas");
        } else {
            planPartitions(step, description);
            planSettings(step, config);
        }
        return step;
    }

    static void planPartitions(Step step, TopicDescription topic) {
        int partitions = topic.partitions().size();
        int wanted = step.wanted.numPartitions();
        if (partitions > wanted) {
            step.refusals.add(String.format("%s has %d partitions, the catalogue says %d: Kafka cannot take partitions away."
                    + " Say %d in the catalogue, or make a new topic and move its clients there.",
                    topic.name(), partitions, wanted, partitions));
        } else if (partitions < wanted) {
            step.addPartitions = true;
            step.details.add("partitions " + partitions + " -> " + wanted);
        }
        topic.partitions().stream().map(partition -> partition.replicas().size())
                .filter(replicas -> replicas != step.wanted.replicationFactor()).findFirst()
                .ifPresent(replicas -> step.refusals.add(String.format("%s has %d replicas, the catalogue says %d:"
                        + " replicas move whole disks, so not here. Use kafka-reassign-partitions, then run this Job again.",
                        topic.name(), replicas, step.wanted.replicationFactor())));
    }

    static void planSettings(Step step, Config config) {
        Map<String, String> actual = config.entries().stream()
                .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                // Set by a reassignment while it moves replicas, and removed by it.
                .filter(entry -> !entry.name().endsWith(".replication.throttled.replicas"))
                .collect(toMap(ConfigEntry::name, ConfigEntry::value, (one, other) -> one, TreeMap::new));
        Set<String> names = new TreeSet<>(actual.keySet());
        names.addAll(step.wanted.configs().keySet());
        for (String name : names) {
            String before = actual.get(name);
            String after = step.wanted.configs().get(name);
            if (Objects.equals(before, after)) continue;
            step.details.add(name + " " + Objects.toString(before, "(unset)") + " -> " + Objects.toString(after, "(unset)"));
            step.changes.add(new AlterConfigOp(new ConfigEntry(name, after),
                    after == null ? AlterConfigOp.OpType.DELETE : AlterConfigOp.OpType.SET));
        }
    }

    static void carryOut(Admin admin, List<Step> plan) throws Exception {
        unlessDone(admin.createTopics(plan.stream().filter(step -> step.create).map(step -> step.wanted).collect(toList())).all());
        unlessDone(admin.createPartitions(plan.stream().filter(step -> step.addPartitions)
                .collect(toMap(step -> step.wanted.name(), step -> NewPartitions.increaseTo(step.wanted.numPartitions())))).all());
        admin.incrementalAlterConfigs(plan.stream().filter(step -> !step.changes.isEmpty())
                .collect(toMap(step -> resource(step.wanted.name()), step -> step.changes))).all().get();
    }

    /** The other Job of these topics may be a moment ahead, as in the first minute of a platform: what it has made is read back. */
    static void unlessDone(KafkaFuture<Void> made) throws Exception {
        try {
            made.get();
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            if (!(cause instanceof TopicExistsException || cause instanceof InvalidPartitionsException)) throw failed;
        }
    }

    static void verify(Admin admin, List<NewTopic> catalogue) throws Exception {
        Instant deadline = Instant.now().plusSeconds(30);
        for (List<Step> left; !(left = patiently(() -> open(plan(admin, catalogue)), deadline)).isEmpty(); Thread.sleep(250)) {
            if (Instant.now().isAfter(deadline)) {
                print(left);
                throw new Failure("Kafka accepted the changes, but " + left.size() + " topics still differ after 30 s.");
            }
        }
    }

    /** Brokers learn of a topic one after another: asks again while one does not know yet what another has told. */
    static List<Step> patiently(Callable<List<Step>> question, Instant deadline) throws Exception {
        for (;; Thread.sleep(250)) {
            try {
                return question.call();
            } catch (ExecutionException failed) {
                if (Instant.now().isAfter(deadline) || !(failed.getCause() instanceof RetriableException)) throw failed;
            }
        }
    }

    static void print(List<Step> plan) {
        int width = plan.stream().mapToInt(step -> step.wanted.name().length()).max().orElse(5);
        String format = "%-" + width + "s  %-7s  %s%n";
        System.out.printf(format, "TOPIC", "ACTION", "DETAIL");
        plan.forEach(step -> System.out.printf(format, step.wanted.name(), step.action(), String.join(", ", step.details)));
    }

    static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }
}
