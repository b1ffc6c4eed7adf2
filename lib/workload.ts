import { Lazy, Names } from 'cdk8s';
import { Construct } from 'constructs';
import * as k8s from '../imports/k8s';
import type { Component } from './component';
import type { Resources } from './container';
import { type Connection, Endpoint, type Server } from './endpoint';
import type { Metrics } from './metrics';
import {
  allowAddresses,
  allowApiServer,
  allowConnection,
  allowDns,
  allowExternal,
  allowGossip,
  allowHost,
  allowRole,
} from './network';
import type { External, LoadBalancer } from './outside';
import type { Platform } from './platform';
import { type PodProps, podResources } from './pod';
import type { HostPort, Publication } from './publication';
import type { Right } from './rights';

/** Pods of one kind: their name, labels, Services, and who may talk to whom. */
export abstract class Workload extends Construct implements Server {
  /** Name of the workload, of its main object and of its main Service. */
  readonly name: string;
  /** What it is part of. */
  readonly platform: Platform;
  /** Selectors are immutable, so they hold the name only: a version would change. */
  readonly selector: Record<string, string>;
  readonly labels: Record<string, string>;
  readonly connections: Connection[] = [];
  readonly externals: External[] = [];
  readonly gossipPorts: string[] = [];
  readonly publications: Publication[] = [];
  readonly loadBalancers: LoadBalancer[] = [];
  /** Roles that open a port, by name, to pods that are not in the model. */
  readonly admissions: { readonly role: string; readonly port: string }[] = [];
  /** CPU and memory of one pod. */
  readonly resources: Resources;
  /** Port and path at which each pod tells its metrics. @default - nowhere */
  readonly metrics?: Metrics;
  /** Why it has none. @default - nobody has said so */
  readonly noMetrics?: string;
  /** What its pods may ask the API server. */
  readonly rights: readonly Right[];
  private readonly ports: Record<string, number>;
  private readonly offered = new Map<string, Set<string>>();

  /**
   * @param replicas pods that run
   * @param surge pods that run besides while the workload is replaced
   */
  constructor(
    scope: Component,
    id: string,
    props: PodProps,
    readonly replicas: number,
    readonly surge: number,
  ) {
    super(scope, id);
    this.name = Names.toDnsLabel(this, { includeHash: false });
    this.platform = scope.platform;
    this.resources = podResources(props);
    this.ports = Object.assign({}, props.ports, ...Object.values(props.sidecars ?? {}).map(({ ports }) => ports));
    if (props.metrics && 'none' in props.metrics) this.noMetrics = props.metrics.none;
    else if (props.metrics) {
      this.metrics = props.metrics;
      this.portNumber(props.metrics.port);
    }
    this.rights = props.rights ?? [];
    this.selector = { 'app.kubernetes.io/name': this.name };
    this.labels = {
      ...this.selector,
      'app.kubernetes.io/component': scope.group,
      // The tag, without a digest: a label holds 63 characters.
      'app.kubernetes.io/version': props.image.split('@')[0]!.split(':').at(-1)!,
      ...scope.platform.labels,
    };
    if (this.rights.length > 0) allowApiServer(this);
  }

  /** @throws when the workload has no port of that name. */
  portNumber(port: string): number {
    const number = this.ports[port];
    if (number === undefined) {
      throw new Error(`${this.name} has no port ${port}; it has ${Object.keys(this.ports).join(', ') || 'none'}`);
    }
    return number;
  }

  /** The port behind the Service of this workload, which leads to its ready pods. */
  endpoint(port: string): Endpoint {
    return this.offer('service', port, this.name, { selector: this.selector });
  }

  /** Opens the way to the endpoints, on both sides, and to DNS. Policies know workloads and ports: twice is once. */
  connectsTo(...endpoints: Endpoint[]): void {
    for (const endpoint of endpoints) {
      if (this.connections.some(({ to }) => to.workload === endpoint.workload && to.port === endpoint.port)) continue;
      this.connections.push({ from: this, to: endpoint });
      allowConnection(this, endpoint);
      allowDns(this, 'to-dns', this.selector);
    }
  }

  /** Opens the way to addresses outside of the platform, and to DNS. @param name what is there, for example `mail` */
  connectsOutside(name: string, external: External): void {
    allowExternal(this, name, external);
    this.externals.push(external);
    allowDns(this, 'to-dns', this.selector);
  }

  /** Lets its own pods speak at `port` by UDP, as members of a gossip do; TCP is `connectsTo`. */
  gossips(port: string): void {
    this.gossipPorts.push(port);
    allowGossip(this, port);
  }

  /** Opens `port` to pods that are not in the model, if they carry {@link roleLabels}. */
  admitsRole(role: string, port: string): void {
    this.admissions.push({ role, port });
    allowRole(role, this, port);
  }

  /** Makes `port` reachable from the machine that runs the cluster. */
  publish(port: string, title: string, host: HostPort): void {
    const id = this.publications.length === 0 ? 'external' : `${port}-external`;
    this.publishPods(id, port, title, host, { selector: this.selector });
  }

  /** Makes ports reachable through a load balancer, which passes the addresses of clients on. */
  balance(loadBalancer: LoadBalancer): void {
    this.loadBalancers.push(loadBalancer);
    new k8s.KubeService(this, 'public', {
      spec: {
        type: 'LoadBalancer',
        // Cluster would replace the client's address by that of a node, and take a hop more.
        externalTrafficPolicy: 'Local',
        loadBalancerSourceRanges: [...loadBalancer.clients],
        selector: this.selector,
        ports: Object.entries(loadBalancer.ports).map(([name, port]) => ({ ...this.servicePort(name), port })),
      },
    });
    for (const port of Object.keys(loadBalancer.ports)) allowAddresses(this, port, loadBalancer.clients);
  }

  /** A Service on a fixed node port, and the policy that admits the host. */
  protected publishPods(id: string, port: string, title: string, host: HostPort, spec: k8s.ServiceSpec): void {
    const service = new k8s.KubeService(this, id, {
      spec: { ...spec, type: 'NodePort', ports: [{ ...this.servicePort(port), nodePort: host.nodePort }] },
    });
    if (!this.publications.some((published) => published.port === port)) allowHost(this, port);
    this.publications.push({ ...host, port, title, service: service.name });
  }

  /** A ClusterIP Service, made when its first port is asked for. */
  protected offer(id: string, port: string, service: string, spec: k8s.ServiceSpec): Endpoint {
    this.portNumber(port);
    const ports = this.offered.get(id) ?? new Set<string>();
    if (!this.offered.has(id)) {
      this.offered.set(id, ports);
      new k8s.KubeService(this, id, {
        metadata: { name: service },
        spec: { ...spec, ports: Lazy.any({ produce: () => [...ports].sort().map((name) => this.servicePort(name)) }) },
      });
    }
    ports.add(port);
    return new Endpoint(this, port, service);
  }

  protected servicePort(port: string): k8s.ServicePort {
    return { name: port, port: this.portNumber(port), targetPort: k8s.IntOrString.fromString(port) };
  }

  /** Every workload below `scope`, in the order of the model. */
  static all(scope: Construct): Workload[] {
    return scope.node.findAll().filter((construct): construct is Workload => construct instanceof Workload);
  }
}
