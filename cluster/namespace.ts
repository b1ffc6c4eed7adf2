import { execFile } from 'node:child_process';
import { DEADLINE_SECONDS, eventually } from './eventually';
import { kubectl, tryKubectl } from './kubectl';
import { isReady, mainContainer, type Pod } from './pod';

interface Job {
  readonly metadata: { name: string; ownerReferences?: unknown[] };
}

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

  /** Waits for the Jobs that were applied: what a schedule started meanwhile may fail, rightly. */
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
