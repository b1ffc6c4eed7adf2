import { App } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { platform } from '../charts/platform';
import type { Environment } from '../config/environment';
import { environments } from '../config/environments';
import type { Container, Manifest, PodTemplate, Specs } from './kubernetes';

/** A pod template and the object that makes pods of it. */
export interface Pod extends PodTemplate {
  readonly owner: Manifest;
  readonly containers: Container[];
}

/** Everything that an app makes, as kubectl reads it: parsed from the YAML, not taken from memory. */
export class Manifests {
  readonly yaml: string;
  readonly objects: Manifest[];

  constructor(readonly app: App) {
    this.yaml = app.synthYaml();
    // 1.1 is what the API server's parser takes for the truth: there `yes` is a boolean.
    this.objects = parseAllDocuments(this.yaml, { version: '1.1' }).map((document) => document.toJS());
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

  pods(): Pod[] {
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
}

export const nameOf = ({ kind, metadata }: Manifest) => `${kind}/${metadata.name}`;

export const appOf = (environment: Environment) => platform(new App({ recordConstructMetadata: false }), environment);

/** For `describe.each`: every environment with what it makes. */
export const everyEnvironment = environments.map((environment) => ({
  name: environment.name,
  environment,
  manifests: new Manifests(appOf(environment)),
}));
