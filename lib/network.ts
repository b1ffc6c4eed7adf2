import type { Construct } from 'constructs';
import * as k8s from '../imports/k8s';
import type { Endpoint, Server } from './endpoint';
import type { External } from './outside';
import { roleLabels } from './platform';

const policyPort = (port: number, protocol = 'TCP') => ({ port: k8s.IntOrString.fromNumber(port), protocol });
const podsOf = (workload: Server) => ({ podSelector: { matchLabels: workload.selector } });

function egress(scope: Construct, id: string, matchLabels: Record<string, string>, rule: k8s.NetworkPolicyEgressRule) {
  const podSelector = { matchLabels };
  new k8s.KubeNetworkPolicy(scope, id, { spec: { podSelector, policyTypes: ['Egress'], egress: [rule] } });
}

/** Named after its target, though it is made beside the consumer. */
function ingress(scope: Construct, name: string, to: Server, port: string, ...from: k8s.NetworkPolicyPeer[]) {
  new k8s.KubeNetworkPolicy(scope, name, {
    metadata: { name },
    spec: {
      podSelector: { matchLabels: to.selector },
      policyTypes: ['Ingress'],
      ingress: [{ from, ports: [policyPort(to.portNumber(port))] }],
    },
  });
}

/** Both sides of one connection; in the consumer's manifest, so that it comes and goes with the consumer. */
export function allowConnection(from: Server, to: Endpoint): void {
  const target = `${to.workload.name}-${to.port}`;
  egress(from, `to-${target}`, from.selector, { to: [podsOf(to.workload)], ports: [policyPort(to.portNumber)] });
  ingress(from, `${target}-from-${from.name}`, to.workload, to.port, podsOf(from));
}

/** The pods of `workload` speak with each other at `port` by UDP, as those do that gossip. */
export function allowGossip(workload: Server, port: string): void {
  const pods = podsOf(workload);
  const ports = [policyPort(workload.portNumber(port), 'UDP')];
  egress(workload, `to-${workload.name}-${port}-udp`, workload.selector, { to: [pods], ports });
  new k8s.KubeNetworkPolicy(workload, `${port}-udp`, {
    spec: { ...pods, policyTypes: ['Ingress'], ingress: [{ from: [pods], ports }] },
  });
}

/** The pods of `from` reach addresses outside of the platform. */
function allowOutside(from: Server, id: string, { networks, ports }: External): void {
  const to = networks.map((cidr) => ({ ipBlock: { cidr } }));
  egress(from, id, from.selector, { to, ports: ports.map((port) => policyPort(port)) });
}

/**
 * The pods of `from` reach what it calls `name` outside of the platform.
 * @throws when it has called it before
 */
export function allowExternal(from: Server, name: string, external: External): void {
  // A beginning that no other policy has: one that is called `to-dns` would be taken for the way to DNS.
  const id = `outside-${name}`;
  if (from.node.tryFindChild(id)) {
    throw new Error(
      `${from.name} calls "${name}" outside of the platform twice. Say all of its networks and ports at once, or give one ` +
        'another name.',
    );
  }
  allowOutside(from, id, external);
}

/** The pods of `from` reach the API server. Without the platform's `apiServer` they do not, and synth fails. */
export function allowApiServer(from: Server): void {
  const { apiServer } = from.platform.props;
  if (apiServer) {
    allowOutside(from, 'to-api-server', apiServer);
    return;
  }
  const wrong = `${from.name} asks the API server, but the platform has no apiServer to let it get there. Set it.`;
  from.node.addValidation({ validate: () => [wrong] });
}

/** Names resolve, for the pods with the labels `from`. Asked twice is once. */
export function allowDns(scope: Construct, id: string, from: Record<string, string>): void {
  if (scope.node.tryFindChild(id)) return;
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } };
  const podSelector = { matchLabels: { 'k8s-app': 'kube-dns' } };
  const ports = [policyPort(53, 'UDP'), policyPort(53, 'TCP')];
  egress(scope, id, from, { to: [{ namespaceSelector, podSelector }], ports });
}

/** Any pod of the namespace that carries {@link roleLabels} reaches `port`, and DNS. */
export function allowRole(role: string, to: Server, port: string): void {
  const from = roleLabels(to.platform.name, role);
  egress(to, `role-${role}`, from, { to: [podsOf(to)], ports: [policyPort(to.portNumber(port))] });
  allowDns(to, `role-${role}-to-dns`, from);
  ingress(to, `${to.name}-${port}-from-role-${role}`, to, port, { podSelector: { matchLabels: from } });
}

/**
 * Whatever is no pod reaches `port`: the host, through a published port, whose address kube-proxy may have rewritten.
 * Without the platform's `podNetwork` nothing is admitted, and synth fails.
 */
export function allowHost(to: Server, port: string): void {
  const { podNetwork } = to.platform.props;
  if (!podNetwork) {
    const wrong = `${to.name} has a port of the host, but the platform has no podNetwork to tell pods from the host. Set it.`;
    to.node.addValidation({ validate: () => [wrong] });
    return;
  }
  ingress(to, `${to.name}-${port}-from-host`, to, port, { ipBlock: { cidr: '0.0.0.0/0', except: [podNetwork] } });
}

/** The addresses reach `port`, in and outside the cluster. */
export function allowAddresses(to: Server, port: string, cidrs: readonly string[]): void {
  ingress(to, `${to.name}-${port}-from-clients`, to, port, ...cidrs.map((cidr) => ({ ipBlock: { cidr } })));
}
