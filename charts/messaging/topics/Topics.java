import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.*;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RetriableException;

import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toMap;

/**
 * Makes the topics of a cluster what a catalogue says, in one JVM.
 *
 *     Topics apply|check BOOTSTRAP BROKERS WAIT_SECONDS CATALOGUE
 *
 * Waits until BROKERS brokers have registered, prints a plan, carries it out (apply) and reads the result back.
 * Nothing is changed if any part of the plan must be refused: partitions cannot be taken away and replicas are not
 * moved here. Topics that are not in the catalogue are left alone.
 * Exit code 0: as the catalogue says. 1: not so, with a sentence that says why.
 */
public class Topics {
    /** One line of the catalogue: name, partitions, replicas, settings. */
    static class Wanted {
        final String name;
        final int partitions;
        final short replicas;
        final Map<String, String> settings = new TreeMap<>();

        Wanted(String line) {
            String[] words = line.trim().split(" +");
            name = words[0];
            partitions = Integer.parseInt(words[1]);
            replicas = Short.parseShort(words[2]);
            for (String setting : List.of(words).subList(3, words.length)) {
                int equals = setting.indexOf('=');
                settings.put(setting.substring(0, equals), setting.substring(equals + 1));
            }
        }
    }

    /** What is to be done about one topic. */
    static class Step {
        final Wanted wanted;
        boolean create;
        boolean addPartitions;
        final List<String> details = new ArrayList<>();
        final List<AlterConfigOp> changes = new ArrayList<>();
        final List<String> refusals = new ArrayList<>();

        Step(Wanted wanted) {
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
            String mode = arguments[0];
            List<Wanted> catalogue = read(Path.of(arguments[4]));
            try (Admin admin = connect(arguments[1], Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]))) {
                run(admin, mode, catalogue);
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

    static List<Wanted> read(Path catalogue) throws Exception {
        try (Stream<String> lines = Files.lines(catalogue)) {
            return lines.filter(line -> !line.isBlank()).map(Wanted::new).collect(toList());
        }
    }

    /** A client of a cluster in which all brokers have registered. */
    static Admin connect(String bootstrap, int wanted, int seconds) throws InterruptedException {
        Instant start = Instant.now();
        Optional<Admin> admin = Optional.empty();
        int told = -1;
        while (true) {
            if (admin.isEmpty()) admin = open(bootstrap);
            int here = admin.isEmpty() ? 0 : brokers(admin.get());
            if (here >= wanted) return admin.get();
            Duration waited = Duration.between(start, Instant.now());
            String waiting = String.format("for %d brokers at %s: %d have registered", wanted, bootstrap, here);
            if (waited.getSeconds() >= seconds) {
                throw new Failure("Waited " + seconds + " s " + waiting + ". Nothing was changed."
                        + " See why the others are missing: kubectl get pods -l app.kubernetes.io/name=kafka");
            }
            if (here != told) System.out.println("Waiting " + waiting + " after " + waited.getSeconds() + " s");
            told = here;
            Thread.sleep(250);
        }
    }

    /** Empty as long as the name does not resolve, which is so until the brokers' Service is there. */
    static Optional<Admin> open(String bootstrap) {
        try {
            return Optional.of(Admin.create(Map.of(
                    "bootstrap.servers", bootstrap,
                    "request.timeout.ms", "15000",
                    "default.api.timeout.ms", "30000",
                    "reconnect.backoff.max.ms", "500")));
        } catch (KafkaException failure) {
            if (!String.valueOf(failure.getCause()).contains("No resolvable bootstrap")) throw failure;
            return Optional.empty();
        }
    }

    static int brokers(Admin admin) throws InterruptedException {
        try {
            return admin.describeCluster().nodes().get().size();
        } catch (ExecutionException unreachable) {
            return 0;
        }
    }

    static void run(Admin admin, String mode, List<Wanted> catalogue) throws Exception {
        List<Step> plan = plan(admin, catalogue);
        print(plan);
        List<String> refusals = plan.stream().flatMap(step -> step.refusals.stream()).collect(toList());
        long open = plan.stream().filter(step -> !step.action().equals("keep")).count();
        if (!refusals.isEmpty()) throw new Failure(String.join("\n", refusals) + "\nNothing was changed.");
        if (open == 0) {
            System.out.println("No change: all " + plan.size() + " topics are as the catalogue says.");
            return;
        }
        if (mode.equals("check")) {
            throw new Failure("Drift: " + open + " of " + plan.size() + " topics are not as the catalogue says."
                    + " To repair them run the topics Job again.");
        }
        carryOut(admin, plan);
        verify(admin, catalogue);
        System.out.println("Done: " + open + " topics created or changed, all " + plan.size() + " read back.");
    }

    static List<Step> plan(Admin admin, List<Wanted> catalogue) throws Exception {
        Collection<String> existing = admin.listTopics().names().get();
        List<String> names = catalogue.stream().map(wanted -> wanted.name).filter(existing::contains).collect(toList());
        Map<String, TopicDescription> descriptions = admin.describeTopics(names).allTopicNames().get();
        Map<ConfigResource, Config> configs =
                admin.describeConfigs(names.stream().map(Topics::resource).collect(toList())).all().get();
        return catalogue.stream()
                .map(wanted -> step(wanted, Optional.ofNullable(descriptions.get(wanted.name)), configs.get(resource(wanted.name))))
                .collect(toList());
    }

    static Step step(Wanted wanted, Optional<TopicDescription> description, Config config) {
        Step step = new Step(wanted);
        if (description.isEmpty()) {
            step.create = true;
            step.details.add(wanted.partitions + " partitions, " + wanted.replicas + " replicas");
            return step;
        }
        planPartitions(step, description.get());
        planSettings(step, config);
        return step;
    }

    static void planPartitions(Step step, TopicDescription topic) {
        int partitions = topic.partitions().size();
        if (partitions > step.wanted.partitions) {
            step.refusals.add(String.format("%s has %d partitions, the catalogue says %d: Kafka cannot take partitions away."
                            + " Say %d in the catalogue, or make a new topic and move its clients there.",
                    topic.name(), partitions, step.wanted.partitions, partitions));
        } else if (partitions < step.wanted.partitions) {
            step.addPartitions = true;
            step.details.add("partitions " + partitions + " -> " + step.wanted.partitions);
        }
        topic.partitions().stream().mapToInt(partition -> partition.replicas().size())
                .filter(replicas -> replicas != step.wanted.replicas).findFirst()
                .ifPresent(replicas -> step.refusals.add(String.format("%s has %d replicas, the catalogue says %d:"
                                + " replicas move whole disks, so not here. Use kafka-reassign-partitions, then run this Job again.",
                        topic.name(), replicas, step.wanted.replicas)));
    }

    static void planSettings(Step step, Config config) {
        Map<String, String> actual = config.entries().stream()
                .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                // Set by a reassignment while it moves replicas, and removed by it.
                .filter(entry -> !entry.name().endsWith(".replication.throttled.replicas"))
                .collect(toMap(ConfigEntry::name, ConfigEntry::value, (one, other) -> one, TreeMap::new));
        Set<String> names = new TreeSet<>(actual.keySet());
        names.addAll(step.wanted.settings.keySet());
        for (String name : names) {
            String before = actual.get(name);
            String after = step.wanted.settings.get(name);
            if (Objects.equals(before, after)) continue;
            step.details.add(name + " " + Objects.toString(before, "(unset)") + " -> " + Objects.toString(after, "(unset)"));
            step.changes.add(new AlterConfigOp(new ConfigEntry(name, after),
                    after == null ? AlterConfigOp.OpType.DELETE : AlterConfigOp.OpType.SET));
        }
    }

    static void carryOut(Admin admin, List<Step> plan) throws Exception {
        List<NewTopic> create = plan.stream().filter(step -> step.create)
                .map(step -> new NewTopic(step.wanted.name, step.wanted.partitions, step.wanted.replicas).configs(step.wanted.settings))
                .collect(toList());
        Map<String, NewPartitions> raise = new LinkedHashMap<>();
        Map<ConfigResource, Collection<AlterConfigOp>> alter = new LinkedHashMap<>();
        for (Step step : plan) {
            if (step.addPartitions) raise.put(step.wanted.name, NewPartitions.increaseTo(step.wanted.partitions));
            if (!step.changes.isEmpty()) alter.put(resource(step.wanted.name), step.changes);
        }
        admin.createTopics(create).all().get();
        admin.createPartitions(raise).all().get();
        admin.incrementalAlterConfigs(alter).all().get();
    }

    /** Brokers learn of a change one after another: asks until all is as wanted, for a while. */
    static void verify(Admin admin, List<Wanted> catalogue) throws Exception {
        Instant deadline = Instant.now().plusSeconds(30);
        while (true) {
            try {
                List<Step> left = plan(admin, catalogue).stream().filter(step -> !step.action().equals("keep")).collect(toList());
                if (left.isEmpty()) return;
                if (Instant.now().isAfter(deadline)) {
                    print(left);
                    throw new Failure("Kafka accepted the changes, but " + left.size() + " topics still differ after 30 s.");
                }
            } catch (ExecutionException failed) {
                boolean passing = failed.getCause() instanceof RetriableException;
                if (!passing || Instant.now().isAfter(deadline)) throw failed;
            }
            Thread.sleep(250);
        }
    }

    static void print(List<Step> plan) {
        int width = plan.stream().mapToInt(step -> step.wanted.name.length()).max().orElse(5);
        String format = "%-" + width + "s  %-7s  %s%n";
        System.out.printf(format, "TOPIC", "ACTION", "DETAIL");
        plan.forEach(step -> System.out.printf(format, step.wanted.name, step.action(), String.join(", ", step.details)));
    }

    static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }
}
