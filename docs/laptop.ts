import { Yaml } from 'cdk8s';
import { kind } from '../config/kind';
import { Workload } from '../lib/workload';
import { code, fence, table } from './markdown';
import { onKind } from './model';

const publications = Workload.all(onKind).flatMap((workload) => workload.publications);

export const hostPorts = () =>
  table(
    ['On your machine', 'Node port', 'What'],
    publications.map(({ hostPort, nodePort, title }) => [code(`localhost:${hostPort}`), nodePort, title]),
  );

export function minikube(): string {
  const ports = publications.map(({ hostPort, nodePort }) => `127.0.0.1:${hostPort}:${nodePort}`);
  const lines = [
    'minikube start --driver=docker --memory=8g --cni=calico',
    `  --extra-config=kubeadm.pod-network-cidr=${kind.podNetwork!}`,
    `  --ports=${ports.join(',')}`,
  ];
  return fence('sh', lines.join(' \\\n'));
}

/** A cluster for kind whose ports and pod network are those that the model counts on. */
export function kindCluster(): string {
  const cluster = {
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    networking: { podSubnet: kind.podNetwork! },
    nodes: [
      {
        role: 'control-plane',
        extraPortMappings: publications.map(({ hostPort, nodePort }) => ({
          containerPort: nodePort,
          hostPort,
          listenAddress: '127.0.0.1',
        })),
      },
    ],
  };
  const comment = [
    'Made by `npm run docs` from the environment `kind`: change config/kind.ts, not this file.',
    'kind create cluster --config kind.yaml && kubectl apply -f dist/kind',
    'Ports of a cluster that exists cannot be changed: kind delete cluster, then create it again.',
  ];
  return `${comment.map((line) => `# ${line}\n`).join('')}${Yaml.stringify(cluster)}`;
}
