import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { everyEnvironment } from '../environments';

const charts = join(__dirname, '../../charts');
const filesNamed = (ending: string) =>
  readdirSync(charts, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(ending));
const read = (name: string) => readFileSync(join(charts, name), 'utf8');

describe("ZooKeeper's metadata from the brokers' volumes", () => {
  const commands = (...lines: string[]) =>
    spawnSync('awk', ['-f', join(charts, 'messaging/zookeeper/metadata.awk')], {
      input: ['cluster abc', ...lines].map((line) => `${line}\n`).join(''),
      encoding: 'utf8',
    });

  it('has who holds what, led by the longest log, with an epoch above all, and the cluster last', () => {
    const { stdout } = commands(
      '0 bss.events-0 id bss.events-0/00000000000000000100.log 99 4',
      '1 bss.events-0 id bss.events-0/00000000000000000200.log 10 4',
      '2 bss.events-0 id bss.events-0/00000000000000000200.log 10 3',
      '0 bss.events-1 id bss.events-1/00000000000000000000.log 0',
      '1 bss.events-1 id bss.events-1/00000000000000000000.log 0',
    );
    expect(stdout.replaceAll('"', '')).toBe(
      [
        'create /brokers/topics/bss.events {version:3,topic_id:id,partitions:{0:[1,0,2],1:[1,0]},adding_replicas:{},removing_replicas:{}}',
        'create /brokers/topics/bss.events/partitions',
        'create /brokers/topics/bss.events/partitions/0',
        'create /brokers/topics/bss.events/partitions/0/state {version:1,controller_epoch:0,leader:1,leader_epoch:5,isr:[1,2]}',
        'create /brokers/topics/bss.events/partitions/1',
        'create /brokers/topics/bss.events/partitions/1/state {version:1,controller_epoch:0,leader:1,leader_epoch:1,isr:[1,0]}',
        'create /latest_producer_id_block {version:1,broker:0,block_start:1000000000,block_end:1000000999}',
        'set /latest_producer_id_block {version:1,broker:0,block_start:1000000000,block_end:1000000999}',
        'set /cluster/id {version:1,id:abc}\n',
      ].join('\n'),
    );
  });

  it.each([
    ['0 bss.events-1 id bss.events-1/00000000000000000000.log 0 0', 'ERROR No broker has partition 0 of bss.events'],
    ['0 bss.events-0', 'ERROR Not what a broker has said: 0 bss.events-0'],
  ])('is none where something is missing: %s', (line, message) => {
    expect(commands(line)).toMatchObject({ status: 1, stdout: '', stderr: `${message}\n` });
  });
});

describe('ZooKeeper', () => {
  it.each([
    ['data', 'log'],
    ['log', 'data'],
  ])('does not start where only %s is left, and starts with both or none', (kept, lost) => {
    const directory = mkdtempSync(join(tmpdir(), 'zookeeper-'));
    writeFileSync(join(directory, 'zookeeper-server-start'), '#!/bin/sh\necho started\n', { mode: 0o755 });
    for (const volume of ['data', 'log']) mkdirSync(join(directory, volume, 'lost+found'), { recursive: true });
    const script = read('messaging/zookeeper/start.sh').replaceAll('/var/lib/zookeeper', directory);
    const start = () =>
      spawnSync('bash', ['-c', script], {
        env: { PATH: `${directory}:${process.env['PATH']}`, HOSTNAME: 'zookeeper-0', HEAP: '1m', METRICS_PORT: '9404' },
        encoding: 'utf8',
      });
    const fill = (volume: string) => {
      mkdirSync(join(directory, volume, 'version-2'));
      writeFileSync(join(directory, volume, 'version-2/snapshot.0'), '');
    };
    expect(start().stdout).toBe('started\n');
    fill(kept);
    expect(start()).toMatchObject({
      status: 1,
      stdout: expect.stringContaining(`ERROR The volume "${lost}" of zookeeper-0`),
    });
    fill(lost);
    expect(start().stdout).toBe('started\n');
    rmSync(directory, { recursive: true });
  });
});

describe.each(everyEnvironment)('Properties in $name', ({ manifests }) => {
  const configMaps = manifests.ofKind('ConfigMap');
  const files = configMaps
    .flatMap(({ data }) => Object.entries(data!))
    .filter(([name]) => name.endsWith('.properties'));
  const broker = Object.fromEntries(
    files.filter(([name]) => name.startsWith('broker-') || name === 'server.properties'),
  );
  const { 'server.properties': common, ...own } = broker;

  const keysOf = (text: string) =>
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.match(/^([\w.]+)=\S.*$/)?.[1] ?? `no property: ${line}`);

  it.each([...files, ...Object.entries(own).map(([name, text]) => [`server.properties + ${name}`, common + text])])(
    '%s has each key once, and a value for it',
    (_, text) => {
      const keys = keysOf(text!);
      expect(keys.length).toBeGreaterThan(0);
      expect(keys.filter((key, index) => keys.indexOf(key) !== index || key.startsWith('no property'))).toEqual([]);
    },
  );
});

describe('YAML', () => {
  it.each(filesNamed('.yml'))('%s has no error and no key twice', (name) => {
    const { errors, warnings } = parseDocument(read(name), { uniqueKeys: true });
    expect([...errors, ...warnings]).toEqual([]);
  });
});

describe('The metrics agent', () => {
  const rulesOf = (system: string): { pattern: string; name: string }[] =>
    parseDocument(read(`messaging/${system}/jmx-exporter.yml`)).toJS().rules;
  /** The name that the first rule that matches gives to a bean, as the agent does. */
  const nameOf = (bean: string) => {
    const rules = rulesOf(bean.startsWith('kafka') ? 'kafka' : 'zookeeper');
    const rule = rules.find(({ pattern }) => new RegExp(pattern).test(bean));
    return rule && bean.match(rule.pattern)![0].replace(new RegExp(rule.pattern), rule.name).toLowerCase();
  };

  it.each([
    [
      'kafka.server<type=ReplicaManager, name=UnderReplicatedPartitions><>Value',
      'kafka_server_replicamanager_underreplicatedpartitions',
    ],
    [
      'kafka.server<type=BrokerTopicMetrics, name=MessagesInPerSec, topic=bss.events><>Count',
      'kafka_server_brokertopicmetrics_messagesin_total',
    ],
    [
      'kafka.server<type=BrokerTopicMetrics, name=BytesInPerSec><>Count',
      'kafka_server_brokertopicmetrics_bytesin_total',
    ],
    [
      'kafka.controller<type=KafkaController, name=ActiveControllerCount><>Value',
      'kafka_controller_kafkacontroller_activecontrollercount',
    ],
    ['kafka.log<type=Log, name=Size, topic=bss.events, partition=2><>Value', 'kafka_log_log_size'],
    [
      'kafka.network<type=RequestMetrics, name=TotalTimeMs, request=Produce><>99thPercentile',
      'kafka_network_requestmetrics_totaltimems',
    ],
    ['org.apache.ZooKeeperService<name0=StandaloneServer_port2181><>PacketsSent', 'zookeeper_packetssent_total'],
    [
      'org.apache.ZooKeeperService<name0=ReplicatedServer_id1, name1=replica.1, name2=Follower><>AvgRequestLatency',
      'zookeeper_avgrequestlatency',
    ],
    [
      'org.apache.ZooKeeperService<name0=ReplicatedServer_id1, name1=replica.1, name2=Leader, name3=InMemoryDataTree><>WatchCount',
      'zookeeper_inmemorydatatree_watchcount',
    ],
    ['org.apache.ZooKeeperService<name0=ReplicatedServer_id2><>QuorumSize', 'zookeeper_quorumsize'],
  ])('calls %s %s', (bean, name) => {
    expect(nameOf(bean)).toBe(name);
  });
});

describe("AKHQ's configuration", () => {
  const { akhq, endpoints, micronaut } = parseDocument(read('messaging/akhq/application.yml')).toJS();

  it('gives nothing to who has not logged in, and a reader nothing but reading', () => {
    expect(akhq.security['default-group']).toBe('no-roles');
    expect(akhq.security.groups).not.toHaveProperty('no-roles');
    // node/read would let a reader change the configuration of brokers.
    expect(akhq.security.groups['bss-reader'].roles).toEqual(['topic/read', 'topic/data/read', 'group/read']);
  });

  it('lets nobody stop it or look into it by its second port', () => {
    expect(endpoints).toEqual({ all: { enabled: false }, health: { enabled: true }, prometheus: { enabled: true } });
  });

  it('keeps a reader to the topics and groups of the platform', () => {
    expect(akhq.security.groups['bss-reader'].attributes).toEqual({
      'topics-filter-regexp': ['bss\\..*'],
      'consumer-groups-filter-regexp': ['bss[.-].*'],
    });
  });

  it('ends a login where it began: the cookie of both is for the context path', () => {
    expect(micronaut.security['token.jwt.cookie.cookie-path']).toBe('');
  });

  it('lets a page load nothing from elsewhere', () => {
    const headers: { name: string; value: string }[] = akhq.server['custom-http-response-headers'];
    const policy = headers.find(({ name }) => name === 'Content-Security-Policy')!.value;
    expect(policy).toMatch(/^default-src 'self';/);
    expect(policy).not.toMatch(/https?:|\*/);
  });
});
