import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { kind } from '../../config/kind';
import { Workload } from '../../lib/workload';
import { environmentCalled, everyEnvironment } from '../environments';

/** Key and value of each line of a Java properties file. */
const entries = (text: string) =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
  );

const listeners = (value: string) =>
  new Map(
    value
      .split(',')
      .map((each) => each.match(/^(\w+):\/\/(.*):(\d+)$/)!.slice(1) as [string, string, string])
      .map(([name, host, port]) => [name, { host, port: Number(port) }]),
  );

describe.each(everyEnvironment)('In $name', ({ environment, manifests }) => {
  const filesOf = (name: string) =>
    manifests.filesOf(manifests.pods().find(({ owner }) => owner.metadata.name === name)!);
  const publications = Workload.all(manifests.app).flatMap((workload) => workload.publications);
  /** The one pod behind a Service. */
  const podBehind = (service: string) =>
    manifests.find('Service', service).spec.selector['statefulset.kubernetes.io/pod-name'];

  const brokers = manifests.podNames(manifests.find('StatefulSet', 'kafka'));
  const servers = manifests.podNames(manifests.find('StatefulSet', 'zookeeper'));

  it.each(brokers)('%s tells clients inside the cluster an address that leads to itself', (pod) => {
    const own = entries(filesOf('kafka')[`/etc/bss/broker-${pod.replace('kafka-', '')}.properties`]!);
    const bound = listeners(entries(filesOf('kafka')['/etc/bss/server.properties']!).get('listeners')!);
    const { host, port } = listeners(own.get('advertised.listeners')!).get('INTERNAL')!;
    const [service, namespace] = host.split('.');
    expect(own.get('broker.id')).toBe(pod.replace('kafka-', ''));
    expect([podBehind(service!), namespace]).toEqual([pod, environment.namespace]);
    expect(manifests.find('Service', service!).spec.ports.map((each) => each.port)).toContain(port);
    expect(bound.get('INTERNAL')?.port).toBe(port);
  });

  it.each(brokers)('%s tells clients on the host the published port that leads to itself, or nothing', (pod) => {
    const own = entries(filesOf('kafka')[`/etc/bss/broker-${pod.replace('kafka-', '')}.properties`]!);
    const external = listeners(own.get('advertised.listeners')!).get('EXTERNAL');
    const published = publications.find(({ service }) => podBehind(service) === pod);
    expect(external).toEqual(published && { host: 'localhost', port: published.hostPort });
    if (!published) return;
    const [port] = manifests.find('Service', published.service).spec.ports;
    const bound = listeners(entries(filesOf('kafka')['/etc/bss/server.properties']!).get('listeners')!);
    expect(port).toMatchObject({ nodePort: published.nodePort, port: bound.get('EXTERNAL')?.port });
  });

  it('every server of an ensemble knows the others by their number: that of the pod, counted from 1', () => {
    const config = entries(filesOf('zookeeper')['/etc/bss/zookeeper.properties']!);
    const named = [...config].filter(([key]) => key.startsWith('server.'));
    expect(named.map(([key]) => key)).toEqual(
      servers.length === 1 ? [] : servers.map((_, index) => `server.${index + 1}`),
    );
    for (const [key, value] of named) {
      const [host, ...ports] = value.split(':');
      const [service] = host!.split('.');
      expect(podBehind(service!)).toBe(servers[Number(key.slice('server.'.length)) - 1]);
      const offered = manifests.find('Service', service!).spec.ports.map(({ port }) => port);
      expect(offered).toEqual(expect.arrayContaining(ports.map(Number)));
    }
  });

  it('only what is published has a node port', () => {
    const nodePorts = manifests
      .ofKind('Service')
      .flatMap(({ spec }) => spec.ports.flatMap(({ nodePort }) => nodePort ?? []));
    expect(nodePorts.sort()).toEqual(publications.map(({ nodePort }) => nodePort).sort());
    expect(publications.length > 0).toBe(environment.podNetwork !== undefined);
  });
});

it('kind.yaml maps the published ports, on the loopback address only', () => {
  const published = Workload.all(environmentCalled('kind').manifests.app).flatMap((workload) => workload.publications);
  const { nodes, networking } = parse(readFileSync(join(__dirname, '../../kind.yaml'), 'utf8'));
  expect(nodes[0].extraPortMappings).toEqual(
    published.map(({ hostPort, nodePort }) => ({
      containerPort: nodePort,
      hostPort,
      listenAddress: '127.0.0.1',
    })),
  );
  expect(networking.podSubnet).toBe(kind.podNetwork);
});
