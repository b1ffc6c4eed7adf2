import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration, Size } from 'cdk8s';
import { parse } from 'yaml';
import type { Environment } from '../../charts/environment';
import { eventually, since } from '../../cluster/eventually';
import { abandon, manifests } from '../../cluster/installation';
import { kubectl, tryKubectl } from '../../cluster/kubectl';
import { Namespace } from '../../cluster/namespace';
import { removePod, startPod } from '../../cluster/tool-pod';
import { nativeFile } from '../../lib/native-file';
import { unless } from '../unless';
import { CHARTS, environment, GITOPS_NAMESPACE } from './gitops/installation';
import { beginWithNothing } from './shared';

const missing = !tryKubectl(['get', 'crd', 'kustomizations.kustomize.toolkit.fluxcd.io']).ok
  ? 'there is no Flux in the cluster; flux install'
  : tryKubectl(['-n', 'flux-system', 'get', 'kustomization.kustomize.toolkit.fluxcd.io', 'bss']).ok
    ? 'Flux keeps a platform here already'
    : undefined;
const withFlux = unless(missing);

const flux = new Namespace('flux-system');
const bss = new Namespace(GITOPS_NAMESPACE);
const SERVER = 'bss-git';
const REPOSITORY = '/tmp/repository';
const example = (file: string) => parse(readFileSync(`gitops/flux/${file}.yaml`, 'utf8'));
const { path } = example('kustomization').spec;

beforeAll(() => {
  if (missing) return;
  beginWithNothing(GITOPS_NAMESPACE);
  startPod(flux, {
    name: SERVER,
    command: ['python3', '/etc/git/server.py'],
    files: { '/etc/git/server.py': nativeFile(join(__dirname, 'gitops'), 'server.py') },
    ports: { http: 8080 },
    scratch: { '/tmp': Size.mebibytes(64) },
    resources: { cpu: 10, memory: Size.mebibytes(32), memoryLimit: Size.mebibytes(128) },
  });
  const service = { selector: { tool: SERVER }, ports: [{ port: 80, targetPort: 8080 }] };
  kubectl(
    ['-n', flux.name, 'apply', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: SERVER }, spec: service }),
  );
  eventually('the server of the repository', () => flux.isReady(SERVER));
  flux.exec(SERVER, 'mkdir', REPOSITORY);
});

afterAll(() => {
  if (missing) return;
  // The namespace goes as a whole: pruning would wait for every broker to leave.
  flux.try('patch', 'kustomization.kustomize.toolkit.fluxcd.io/bss', '--type=merge', '-p', '{"spec":{"prune":false}}');
  flux.try('delete', '-f', 'gitops/flux');
  flux.try('delete', 'service', SERVER);
  removePod(flux, SERVER);
  abandon(GITOPS_NAMESPACE);
});

/** A commit with these charts in the folder that the example names, where Flux can clone it. Gives its revision. */
function commit(made: Environment, charts: string[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'bss-git-'));
  const git = (args: string[], input?: string) =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], {
      cwd: directory,
      input,
      maxBuffer: 64 * 1024 * 1024,
    });
  mkdirSync(join(directory, path), { recursive: true });
  writeFileSync(join(directory, path, 'all.k8s.yaml'), manifests(made, ...charts));
  git(['init', '--quiet']);
  git(['add', '--all']);
  const name = git(['commit-tree', git(['write-tree']).toString().trim(), '-m', 'As the model says'])
    .toString()
    .trim();
  const put = (file: string, content: Buffer) =>
    execFileSync(
      'kubectl',
      [
        '-n',
        flux.name,
        'exec',
        '-i',
        SERVER,
        '--',
        'sh',
        '-c',
        `cat > ${REPOSITORY}/next; mv ${REPOSITORY}/next ${REPOSITORY}/${file}`,
      ],
      { input: content },
    );
  put(`${name}.pack`, git(['pack-objects', '--revs', '--stdout', '--quiet'], `${name}\n`));
  put('main', Buffer.from(name));
  rmSync(directory, { recursive: true });
  return `main@sha1:${name}`;
}

/** Flux has applied the revision, and all of it is healthy. @throws with what Flux says when it has failed */
function awaitRevision(revision: string): void {
  for (const kind of ['gitrepository.source', 'kustomization.kustomize']) {
    flux.run(
      'annotate',
      '--overwrite',
      `${kind}.toolkit.fluxcd.io/bss`,
      `reconcile.fluxcd.io/requestedAt=${Date.now()}`,
    );
  }
  const start = Date.now();
  eventually(`Flux to be ready with ${revision}`, () => {
    const { status } = JSON.parse(flux.run('get', 'kustomization.kustomize.toolkit.fluxcd.io/bss', '-o', 'json'));
    const ready = status?.conditions?.find(({ type }: { type: string }) => type === 'Ready');
    if (ready?.status === 'False' && status.lastAttemptedRevision === revision) throw new Error(ready.message);
    return ready?.status === 'True' && status.lastAppliedRevision === revision;
  });
  console.info(`Flux was ready ${since(start)} after a commit`);
}

const keeping = (days: number): Environment => ({
  ...environment,
  topics: environment.topics.map((topic) =>
    topic.name === 'bss.events' ? { ...topic, retention: Duration.days(days) } : topic,
  ),
});
const retentionNow = () =>
  bss.exec(
    ...(['kafka-0', 'kafka-configs', '--bootstrap-server', 'localhost:9092', '--describe', '--all'] as const),
    ...['--entity-type', 'topics', '--entity-name', 'bss.events'],
  );

withFlux('Flux installs from a repository by the example, and is Ready although no backup was made yet', () => {
  const revision = commit(environment, CHARTS);
  const source = example('source');
  const url = `http://${SERVER}.${flux.name}.svc/bss.git`;
  kubectl(['apply', '-f', '-'], JSON.stringify({ ...source, spec: { ...source.spec, url } }));
  kubectl(['apply', '-f', 'gitops/flux/kustomization.yaml']);
  awaitRevision(revision);
  expect(bss.run('get', 'pvc', '-o', 'jsonpath={.items[*].status.phase}')).not.toContain('Pending');
});

withFlux('a changed topic is changed in Kafka before Flux is Ready again', () => {
  awaitRevision(commit(keeping(3), CHARTS));
  expect(retentionNow()).toContain(`retention.ms=${3 * 86_400_000}`);
});

withFlux('a revert is carried out, though its Job has the name of one that was complete', () => {
  awaitRevision(commit(environment, CHARTS));
  expect(retentionNow()).not.toContain(`retention.ms=${3 * 86_400_000}`);
});

withFlux('a component that vanishes from the repository is pruned, and the claim of its backups is kept', () => {
  awaitRevision(
    commit(
      environment,
      CHARTS.filter((chart) => chart !== 'redis-backup'),
    ),
  );
  eventually('the CronJobs to be pruned', () => !bss.run('get', 'cronjobs', '-o', 'name').includes('redis-backup'));
  expect(bss.run('get', 'pvc/redis-backup-claim', '-o', 'jsonpath={.status.phase}')).toBe('Bound');
});
