import type { App } from 'cdk8s';
import { objectsOf } from '../lib/manifest-files';
import type { Container, Manifest, PodTemplate, Specs } from './kubernetes';

/** A pod template and the object that makes pods of it. */
export interface Pod extends PodTemplate {
  readonly owner: Manifest;
  readonly containers: Container[];
}

/** Everything that an app makes. That its YAML reads back as the same is tested with dist. */
export class Manifests {
  private made?: Manifest[];
  private templates?: Pod[];

  constructor(readonly app: App) {}

  /** Made when they are asked for: many tests look at the model alone. */
  get objects(): Manifest[] {
    this.made ??= this.app.charts.flatMap(objectsOf);
    return this.made;
  }

  ofKind<Kind extends keyof Specs>(kind: Kind): Manifest<Specs[Kind]>[] {
    return this.objects.filter((object): object is Manifest<Specs[Kind]> => object.kind === kind);
  }

  /** @throws when there is none. */
  find<Kind extends keyof Specs>(kind: Kind, name: string): Manifest<Specs[Kind]> {
    const found = this.ofKind(kind).find(({ metadata }) => metadata.name === name);
    if (!found) throw new Error(`no ${kind} ${name}; there are ${this.objects.map(nameOf).join(', ')}`);
    return found;
  }

  /** Everything that pods are made of. */
  pods(): Pod[] {
    this.templates ??= this.podTemplates();
    return this.templates;
  }

  private podTemplates(): Pod[] {
    const owners = [...this.ofKind('StatefulSet'), ...this.ofKind('Deployment'), ...this.ofKind('Job')];
    return [
      ...owners.map((owner) => ({ owner, template: owner.spec.template })),
      ...this.ofKind('CronJob').map((owner) => ({ owner, template: owner.spec.jobTemplate.spec.template })),
    ].map(({ owner, template }) => ({
      ...template,
      owner,
      containers: [...(template.spec.initContainers ?? []), ...template.spec.containers],
    }));
  }

  /** The pods that the set makes; none of another kind of object. */
  podNames({ kind, metadata: { name }, spec }: Manifest): string[] {
    const { replicas } = spec as { replicas: number };
    return kind === 'StatefulSet' ? Array.from({ length: replicas }, (_, ordinal) => `${name}-${ordinal}`) : [];
  }

  /** Content of the files of the pod, by absolute path. */
  filesOf({ spec, containers }: Pod): Record<string, string> {
    const mounts = containers.flatMap(({ volumeMounts }) => volumeMounts ?? []);
    const files = (spec.volumes ?? []).flatMap(({ name, configMap, secret }) => {
      const directory = mounts.find((mount) => mount.name === name)?.mountPath;
      const data = configMap ? Object.entries(this.find('ConfigMap', configMap.name).data!) : [];
      const items = secret?.items.map(({ path }) => [path, ''] as const) ?? [];
      return [...data, ...items].map(([file, text]) => [`${directory}/${file}`, text]);
    });
    return Object.fromEntries(files);
  }
}

export const nameOf = ({ kind, metadata }: Manifest) => `${kind}/${metadata.name}`;

/** Text in a snapshot as it is, without quotes: manifests and tables read like themselves. */
export const plainText = { test: (value: unknown) => typeof value === 'string', serialize: String };
