import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Admin, Producer } from '@platformatic/kafka';
import { TOPICS } from '../../src/events/catalogue.ts';
import { directory, find, freePort, Program, run } from './program.ts';

const POM = fileURLToPath(new URL('kafka-jars.xml', import.meta.url));
// Another one when other jars are asked for.
const VERSION = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 8);
const JARS = fileURLToPath(new URL(`../../node_modules/.cache/kafka-${VERSION}`, import.meta.url));
const CLUSTER_ID = 'AAAAAAAAAAAAAAAAAAAAAA';

/** A real broker, alone, with the topics of the catalogue. */
export async function startKafka(programs: Program[]): Promise<string[]> {
  const java = find('java', [], 'openjdk-17-jre-headless');
  await fetchJars();
  const [port, controller] = [await freePort(), await freePort()];
  const cwd = directory('kafka');
  const properties = join(cwd, 'server.properties');
  writeFileSync(properties, settings(cwd, port, controller));
  const classPath = join(JARS, '*');
  await run(java, ['-cp', classPath, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties], { cwd });
  const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn';
  const program = new Program(
    java,
    ['-Xmx256m', '-XX:TieredStopAtLevel=1', quiet, '-cp', classPath, 'kafka.Kafka', properties],
    { cwd },
  );
  programs.push(program);
  program.start();
  const connection = { clientId: 'test', bootstrapBrokers: [`127.0.0.1:${port}`], retries: 0 };
  const admin = new Admin(connection);
  const producer = new Producer({ ...connection, idempotent: true });
  try {
    await program.until('Kafka', 60, () =>
      admin.listTopics().then(
        () => true,
        () => false,
      ),
    );
    await admin.createTopics({ topics: TOPICS, partitions: 3, replicas: 1 });
    // A broker that has just started answers before it has ids for producers.
    await program.until('its ids for producers', 60, () =>
      producer.initIdempotentProducer({}).then(
        () => true,
        () => false,
      ),
    );
  } finally {
    await Promise.all([admin.close(), producer.close()]);
  }
  return [`127.0.0.1:${port}`];
}

/** One of Kafka's own tools. @returns what it prints @throws Error with that, when it fails */
export function kafkaTool(name: string, args: readonly string[], input = ''): Promise<string> {
  const options = ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', join(JARS, '*'), name, ...args];
  return new Promise((resolve, reject) => {
    const child = execFile(find('java'), options, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stdout}\n${stderr}`));
      else resolve(stdout);
    });
    // It may end before it has read everything; what it prints says why.
    child.stdin!.on('error', () => {});
    child.stdin!.end(input);
  });
}

/** Once: they are some 40 MB. */
async function fetchJars(): Promise<void> {
  if (existsSync(JARS)) return;
  const [partial, mvn] = [`${JARS}.partial`, find('mvn', [], 'maven')];
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(dirname(JARS), { recursive: true });
  await run(mvn, ['-q', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${partial}`], {});
  renameSync(partial, JARS);
}

const settings = (cwd: string, port: number, controller: number) => `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
log.dirs=${cwd}/log
auto.create.topics.enable=false
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
`;
