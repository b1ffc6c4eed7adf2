import { execFile, execFileSync, spawnSync } from 'node:child_process';

/** Generous: a deadline ends a run that hangs, it does not measure. */
export const DEADLINE_SECONDS = 300;

/** Runs kubectl in the current context. @throws with what kubectl said when it fails. */
export function kubectl(args: string[], input?: string): string {
  // Jest gives a test an environment of its own, which a child sees only when it is handed on.
  const options = { input, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024, env: process.env } as const;
  const run = spawnSync('kubectl', args, options);
  if (run.error) throw run.error;
  if (run.status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${run.stderr}${run.stdout}`);
  return run.stdout;
}

/** Like {@link kubectl}, but a refusal is an answer. */
export function tryKubectl(args: string[], input?: string): { ok: boolean; output: string } {
  const run = spawnSync('kubectl', args, { input, encoding: 'utf8' });
  return { ok: run.status === 0, output: run.stdout + run.stderr };
}

/**
 * Blocks until `attempt` gives a value, asking again and again, at first often: a kubectl takes a tenth of a second of a
 * core, and asking all the time would take a sixth of a laptop's two. @throws after the deadline, saying what was awaited.
 */
export function eventually<T>(what: string, attempt: () => T | undefined | false, seconds = DEADLINE_SECONDS): T {
  const deadline = Date.now() + seconds * 1000;
  for (let pause = 0.2; Date.now() < deadline; pause = Math.min(pause * 1.2, 1)) {
    const value = attempt();
    if (value !== undefined && value !== false) return value;
    execFileSync('sleep', [`${pause}`]);
  }
  throw new Error(`waited ${seconds} s for ${what}`);
}

/** Names of those that there are, as `namespace/bss`. @throws when there is no answer: only "not found" means no. */
export const existing = (...what: string[]): string[] =>
  kubectl(['get', ...what, '--ignore-not-found', '-o', 'name'])
    .split('\n')
    .filter(Boolean);

export interface Pod {
  readonly metadata: { name: string; uid: string; labels: Record<string, string>; deletionTimestamp?: string };
  readonly spec: { nodeName: string };
  readonly status: {
    phase?: string;
    podIP?: string;
    conditions?: { type: string; status: string }[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
  };
}

export interface ContainerStatus {
  readonly name: string;
  readonly image: string;
  readonly containerID: string;
  readonly restartCount: number;
  readonly ready: boolean;
  readonly state: { waiting?: { reason: string; message?: string }; running?: { startedAt: string } };
}

interface Job {
  readonly metadata: { name: string; ownerReferences?: unknown[] };
}

/** The status of a pod's main container, which has the workload's name; what stands beside it has others. */
export const mainContainer = ({ metadata, status }: Pod) =>
  status.containerStatuses?.find(({ name }) => name === metadata.labels['app.kubernetes.io/name']);

export const isReady = ({ metadata, status }: Pod): boolean =>
  !metadata.deletionTimestamp && !!status.containerStatuses?.every(({ ready }) => ready);

/** A namespace in which a part of the platform runs. */
export class Namespace {
  constructor(readonly name: string) {}

  run(...args: string[]): string {
    return kubectl(['-n', this.name, ...args]);
  }

  /** Like {@link run}, while others go on. */
  start(args: string[], input: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = execFile('kubectl', ['-n', this.name, ...args], (error, stdout) =>
        error ? reject(error) : resolve(stdout),
      );
      child.stdin!.end(input);
    });
  }

  try(...args: string[]): { ok: boolean; output: string } {
    return tryKubectl(['-n', this.name, ...args]);
  }

  exec(pod: string, ...command: string[]): string {
    return this.run('exec', pod, '--', ...command);
  }

  pods(selector = ''): Pod[] {
    return JSON.parse(this.run('get', 'pods', '-l', selector, '-o', 'json')).items;
  }

  pod(name: string): Pod | undefined {
    const found = this.try('get', 'pod', name, '-o', 'json');
    return found.ok ? JSON.parse(found.output) : undefined;
  }

  restarts(pod: string): number {
    const found = this.pod(pod);
    return (found && mainContainer(found)?.restartCount) ?? 0;
  }

  /** Whether all of them are there and ready, with one question. */
  isReady(...names: string[]): boolean {
    const found = this.try('get', 'pods', ...names, '-o', 'json');
    if (!found.ok) return false;
    const pods: Pod[] = names.length === 1 ? [JSON.parse(found.output)] : JSON.parse(found.output).items;
    return pods.every(isReady);
  }

  /** @param names as kubectl names them, for example `statefulset/kafka` */
  awaitRollout(...names: string[]): void {
    this.run('rollout', 'status', ...names, `--timeout=${DEADLINE_SECONDS}s`);
  }

  awaitReady(...pods: string[]): void {
    eventually(`${pods.join(', ')} to be ready`, () => this.isReady(...pods));
  }

  /** Of Jobs that were applied: what a schedule started meanwhile may fail, rightly. */
  awaitJobs(selector = ''): void {
    const { items } = JSON.parse(this.run('get', 'jobs', '-l', selector, '-o', 'json'));
    const jobs = (items as Job[])
      .filter(({ metadata }) => !metadata.ownerReferences)
      .map(({ metadata }) => `job/${metadata.name}`);
    if (jobs.length > 0) this.run('wait', '--for=condition=complete', ...jobs, `--timeout=${DEADLINE_SECONDS}s`);
  }

  /** Runs what a CronJob would, and gives what it says. */
  runJob(cronJob: string, name: string): string {
    this.run('create', 'job', `--from=cronjob/${cronJob}`, name);
    const ended = eventually(`${name} to end`, () => {
      const { status } = JSON.parse(this.run('get', 'job', name, '-o', 'json'));
      return status.succeeded ? 'succeeded' : status.failed ? 'failed' : undefined;
    });
    const log = this.run('logs', `job/${name}`, '--tail=-1');
    this.run('delete', 'job', name, '--wait=false');
    if (ended === 'failed') throw new Error(`${name} failed:\n${log}`);
    return log;
  }

  /** A line of the pod's log that matches, as soon as there is one. */
  awaitLog(pod: string, pattern: RegExp, seconds = DEADLINE_SECONDS): string {
    return eventually(
      `${pattern} in the log of ${pod}`,
      () => {
        const log = this.try('logs', pod, '--all-containers', '--tail=-1');
        return log.output.split('\n').find((line) => pattern.test(line));
      },
      seconds,
    );
  }
}
