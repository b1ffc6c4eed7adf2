import { Size } from 'cdk8s';
import { Component } from '../lib/component';
import { type ContainerProps, PodField } from '../lib/container';
import { Platform, type PlatformProps } from '../lib/platform';
import type { PodProps } from '../lib/pod';
import { exec, http, tcp } from '../lib/probe';
import type { HostPort } from '../lib/publication';
import { RequiredSecret } from '../lib/secret';
import { VolumeClaim, type VolumeClaimProps } from '../lib/volume-claim';
import { Workload } from '../lib/workload';
import { Manifests } from './manifests';

/** A platform of nobody's, for the construct under test. */
export const shop = (change: Partial<PlatformProps> = {}) =>
  new Platform({
    name: 'shop',
    namespace: 'shop',
    spread: 'required',
    storageClass: 'slow',
    podNetwork: '10.1.0.0/16',
    apiServer: { networks: ['10.2.0.0/24'], ports: [6443, 443] },
    ...change,
  });

/** A component of no platform, to put the construct under test into. */
export class Example extends Component {
  constructor(platform = shop(), id = 'example') {
    super(platform, id, 'sales');
  }

  get manifests(): Manifests {
    return new Manifests(this.platform);
  }

  /** Policies that there are, in the order of their names. */
  get policies(): string[] {
    return this.manifests
      .ofKind('NetworkPolicy')
      .map(({ metadata }) => metadata.name)
      .sort();
  }
}

/** A workload of which only connections matter. */
export class Pods extends Workload {
  constructor(scope: Component, id: string, ports: Record<string, number> = {}) {
    super(scope, id, { ...podProps(), metrics: undefined, rights: undefined, ports }, 1, 0);
  }
}

const claim: Required<VolumeClaimProps> = {
  ...{ image: 'box:1', user: 1234 },
  size: Size.gibibytes(2),
};
const little = { cpu: 5, memory: Size.mebibytes(16), memoryLimit: Size.mebibytes(32) };

const containerProps: Required<ContainerProps> = {
  image: 'registry.example/shop/till:1.2.3',
  command: ['till', '--open'],
  env: {},
  ports: { web: 8080, metrics: 9100 },
  resources: { cpu: 250, memory: Size.mebibytes(64), memoryLimit: Size.gibibytes(1) },
  probes: { startup: tcp('web'), readiness: http('web', '/ready'), liveness: exec('till', '--alive') },
  preStop: ['till', '--close'],
  terminationMessagePolicy: 'File',
};

/** Every prop of a pod: one that is added must be given here, and then asserted in lib/pod.ts. */
export function podProps(scope?: Component): Required<PodProps> {
  const secret = new RequiredSecret(scope ?? new Example(), 'login', {
    password: 'what to type',
    'ca.crt': 'whom to trust',
  });
  return {
    ...containerProps,
    user: 1234,
    env: { MODE: 'fast', PASSWORD: secret.key('password'), IP: PodField.IP },
    initContainers: { sweep: { image: 'broom:1', command: ['sweep'], resources: little } },
    sidecars: {
      guard: { image: 'guard:2', command: ['watch'], env: { KEY: secret.key('ca.crt') }, resources: little },
    },
    files: { '/etc/till/till.conf': 'a=1\n', '/etc/till/log.conf': 'b=2\n' },
    secretFiles: { '/etc/till-tls/ca.pem': secret.key('ca.crt') },
    scratch: { '/tmp': Size.mebibytes(8), '/var/run/till': Size.gibibytes(1) },
    memoryScratch: { '/run/keys': Size.mebibytes(1) },
    volumeClaims: { '/archive': new VolumeClaim(scope ?? new Example(), 'archive', claim) },
    metrics: { port: 'metrics', path: '/metrics' },
    rights: [{ group: '', resources: ['pods'], verbs: ['list'] }],
    graceSeconds: 45,
  };
}

export const hostPort: Required<HostPort> = { hostPort: 8000, nodePort: 30000 };
