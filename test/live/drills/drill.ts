import { kubectl } from '../../../cluster/kubectl';
import type { Namespace } from '../../../cluster/namespace';

/** Something that goes wrong on purpose, and what must be told of it. */
export interface Drill {
  /** Alerts that fire. */
  readonly alerts: readonly string[];
  /** Alerts that fire as well and only follow from these, so that Alertmanager must keep them to itself. @default - none */
  readonly follows?: readonly string[];
  /** Makes it go wrong, and does not wait for what comes of it. */
  readonly breaks: (bss: Namespace) => void;
  readonly repairs: (bss: Namespace) => void;
  /** Removes what the drill was made with, once all is well again. @default - nothing is left */
  readonly cleans?: (bss: Namespace) => void;
}

/** Takes pods away without a farewell, and lets no other take their place. */
export function takeAway(
  bss: Namespace,
  workload: string,
  replicas = 0,
  pods = [`-l=app.kubernetes.io/name=${nameOf(workload)}`],
): void {
  bss.run('scale', workload, `--replicas=${replicas}`);
  bss.run('delete', 'pod', ...pods, '--force', '--grace-period=0', '--wait=false', '--ignore-not-found');
}

const nameOf = (workload: string) => workload.split('/')[1]!;

/** That all pods of a workload are gone. @param alert what is told of it @param replicas how many there are again after it */
export const away = (alert: string, workload: string, replicas = 1): Drill => ({
  alerts: [alert],
  breaks: (bss) => takeAway(bss, workload),
  repairs: (bss) => bss.run('scale', workload, `--replicas=${replicas}`),
});

/** As people ask: the superuser, in the server's own pod. */
export const sql = (bss: Namespace, statement: string): string =>
  bss.exec('postgres-0', 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', 'bss', '-c', statement).trim();

/** A statement that goes on by itself, in a transaction of its own, until it is done or its session ends. */
export function startSession(bss: Namespace, name: string, statement: string): void {
  // Not left behind in the pod: the server is process 1 there, and would take the end of an orphan for a crash of its own.
  const psql = ['env', `PGAPPNAME=${name}`, 'psql', '-Xqd', 'bss', '-c', statement];
  bss.start(['exec', 'postgres-0', '--', ...psql], '').catch(() => {});
}

export const endSession = (bss: Namespace, name: string): void => {
  sql(bss, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${name}'`);
};

/** Longer than any drill takes. */
export const FOR_LONG = 'SELECT pg_sleep(3600)';

/** A command in a pod that reads `input`. */
export function feed(bss: Namespace, pod: string, command: readonly string[], input: string): void {
  kubectl(['-n', bss.name, 'exec', '-i', pod, '--', ...command], input);
}
