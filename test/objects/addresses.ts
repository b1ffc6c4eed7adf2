import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { kind } from '../../config/kind';
import { Workload } from '../../lib/workload';
import { environmentCalled, everyEnvironment, expectEach } from '../environments';

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

/** What the rules look at, in each environment. */
const addresses = () =>
  everyEnvironment.map(({ name, environment, manifests }) => {
    const filesOf = (owner: string) =>
      manifests.filesOf(manifests.pods().find(({ owner: { metadata } }) => metadata.name === owner)!);
    const bound = listeners(entries(filesOf('kafka')['/etc/bss/server.properties']!).get('listeners')!);
    /** The one pod behind a Service. */
    const podBehind = (service: string) =>
      manifests.find('Service', service).spec.selector['statefulset.kubernetes.io/pod-name'];
    const brokers = manifests.podNames(manifests.find('StatefulSet', 'kafka')).map((pod) => {
      const number = pod.replace('kafka-', '');
      const own = entries(filesOf('kafka')[`/etc/bss/broker-${number}.properties`]!);
      return {
        pod: `${name}: ${pod}`,
        broker: pod,
        id: own.get('broker.id'),
        number,
        told: listeners(own.get('advertised.listeners')!),
      };
    });
    const publications = Workload.all(manifests.app).flatMap((workload) => workload.publications);
    return { name, environment, manifests, filesOf, bound, podBehind, brokers, publications };
  });

it('Every broker tells clients inside the cluster an address that leads to itself', () => {
  const told = addresses().flatMap(({ environment, manifests, bound, podBehind, brokers }) =>
    brokers.map(({ pod, broker, id, number, told }) => {
      const { host, port } = told.get('INTERNAL')!;
      const [service, namespace] = host.split('.');
      const offered = manifests.find('Service', service!).spec.ports.map((each) => each.port);
      return [
        {
          pod,
          id,
          leadsTo: podBehind(service!),
          namespace,
          offered: offered.includes(port),
          bound: bound.get('INTERNAL')?.port,
        },
        { pod, id: number, leadsTo: broker, namespace: environment.namespace, offered: true, bound: port },
      ] as const;
    }),
  );
  expectEach(told);
});

it('Every broker tells clients on the host the published port that leads to itself, or nothing', () => {
  const told = addresses().flatMap(({ manifests, bound, podBehind, brokers, publications }) =>
    brokers.map(({ pod, broker, told }) => {
      const published = publications.find(({ service }) => podBehind(service) === broker);
      const [port] = published ? manifests.find('Service', published.service).spec.ports : [];
      return [
        { pod, tells: told.get('EXTERNAL'), nodePort: port?.nodePort, port: port?.port },
        {
          pod,
          tells: published && { host: 'localhost', port: published.hostPort },
          nodePort: published?.nodePort,
          port: published && bound.get('EXTERNAL')?.port,
        },
      ] as const;
    }),
  );
  expectEach(told);
  expect(told.filter(([{ tells }]) => tells).length).toBeGreaterThan(0);
});

it('Every server of an ensemble knows the others by their number: that of the pod, counted from 1', () => {
  const known = addresses().map(({ name, manifests, filesOf, podBehind }) => {
    const servers = manifests.podNames(manifests.find('StatefulSet', 'zookeeper'));
    const config = entries(filesOf('zookeeper')['/etc/bss/zookeeper.properties']!);
    const named = [...config]
      .filter(([key]) => key.startsWith('server.'))
      .map(([key, value]) => {
        const [host, ...ports] = value.split(':');
        const [service] = host!.split('.');
        const offered = manifests.find('Service', service!).spec.ports.map(({ port }) => port);
        return { key, pod: podBehind(service!), missing: ports.map(Number).filter((port) => !offered.includes(port)) };
      });
    const expected = servers.map((pod, index) => ({ key: `server.${index + 1}`, pod, missing: [] }));
    return [
      { name, named },
      { name, named: servers.length === 1 ? [] : expected },
    ] as const;
  });
  expectEach(known);
  expect(known.filter(([{ named }]) => named.length > 0).length).toBeGreaterThan(0);
});

it('Only what is published has a node port', () => {
  const ports = addresses().map(({ name, environment, manifests, publications }) => {
    const open = manifests
      .ofKind('Service')
      .flatMap(({ spec }) => spec.ports.flatMap(({ nodePort }) => nodePort ?? []));
    return [
      { name, open: open.sort(), any: open.length > 0 },
      { name, open: publications.map(({ nodePort }) => nodePort).sort(), any: environment.podNetwork !== undefined },
    ] as const;
  });
  expectEach(ports);
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
