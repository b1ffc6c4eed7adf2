import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Manifest, PodTemplate, Specs, WorkloadSpec } from './kubernetes';

const root = join(__dirname, '..');

/** The answer of the first time: to read dist takes long, and nobody changes it. */
function once<Answer>(read: (directory: string) => Answer): (directory: string) => Answer {
  const answers = new Map<string, Answer>();
  return (directory) => {
    const answer = answers.get(directory) ?? read(directory);
    answers.set(directory, answer);
    return answer;
  };
}

/** All YAML documents of a directory, any depth. */
export const documentsIn = once((directory) =>
  readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    // 1.1 is how the API server's parser reads: there `yes` is a boolean and 010 is eight.
    .flatMap((name) => parseAllDocuments(readFileSync(join(root, directory, name), 'utf8'), { version: '1.1' })),
);

/** All YAML objects of a directory, any depth, as a cluster gets them. */
export const objectsIn = once((directory): readonly Manifest[] =>
  documentsIn(directory).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  }),
);

/** Pods of one kind, and how many run. */
export interface Pods extends PodTemplate {
  readonly name: string;
  readonly count: number;
}

/** What dist/`environment` has: what people read is compared with this, not with the model that both are made from. */
export class Written {
  readonly objects: readonly Manifest[];

  constructor(readonly environment: string) {
    this.objects = objectsIn(`dist/${environment}`);
  }

  ofKind<Kind extends keyof Specs>(kind: Kind): Manifest<Specs[Kind]>[] {
    return this.objects.filter((object): object is Manifest<Specs[Kind]> => object.kind === kind);
  }

  /** By the label that selectors ask for, which is the name of the workload. */
  pods(): Pods[] {
    const named = (template: PodTemplate, count: number) => ({
      ...template,
      name: template.metadata.labels['app.kubernetes.io/name']!,
      count,
    });
    const scaled = ({ kind, metadata: { name }, spec }: Manifest<WorkloadSpec>) => {
      const autoscaler = this.ofKind('HorizontalPodAutoscaler').find(
        ({ spec: { scaleTargetRef: target } }) => target.kind === kind && target.name === name,
      );
      return named(spec.template, spec.replicas ?? autoscaler!.spec.minReplicas);
    };
    return [
      ...[...this.ofKind('StatefulSet'), ...this.ofKind('Deployment')].map(scaled),
      ...this.ofKind('Job').map(({ spec }) => named(spec.template, 1)),
      ...this.ofKind('CronJob').map(({ spec }) => named(spec.jobTemplate.spec.template, 1)),
    ];
  }

  /** A mounted file, wherever it is. @throws when nothing mounts one of that name */
  file(name: string): string {
    const found = this.ofKind('ConfigMap').find(({ data = {} }) => name in data);
    if (!found) throw new Error(`dist/${this.environment} mounts no file ${name}`);
    return found.data![name]!;
  }
}

/** The rows of the tables of a page that begin with a heading, without the backquotes. @throws when there is no such table */
export function rowsOf(page: string, heading: string): string[][] {
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', ''));
  const lines = readFileSync(join(root, page), 'utf8').split('\n');
  const begins = lines.flatMap((line, index) => (line.startsWith('|') && cells(line)[0] === heading ? [index] : []));
  if (begins.length === 0) throw new Error(`${page} has no table that begins with "${heading}"`);
  return begins.flatMap((begin) => {
    const length = lines.slice(begin).findIndex((line) => !line.startsWith('|'));
    return lines.slice(begin + 2, begin + length).map(cells);
  });
}
