import { Size } from 'cdk8s';
import { CLIENT_ROLE } from '../../../charts/data/pgbouncer/pgbouncer';
import type { DatabaseLogin } from '../../../charts/data/postgres/database';
import type { Environment } from '../../../charts/environment';
import { clientLabels, platform } from '../../../charts/platform';

import { eventually } from '../../../cluster/eventually';
import { manifests } from '../../../cluster/installation';
import { kubectl } from '../../../cluster/kubectl';
import { Namespace } from '../../../cluster/namespace';
import { startPod } from '../../../cluster/tool-pod';
import { rehearsal } from '../../../config/rehearsal';

export const POSTGRES_NAMESPACE = 'bss-postgres';

const CHARTS = ['namespace', 'development-secrets', 'postgres', 'databases', 'postgres-backup', 'pgbouncer', 'pghero'];

/** PostgreSQL and two PgBouncers by themselves, without the rest of the platform. */
export class PostgresInstallation {
  readonly namespace = new Namespace(POSTGRES_NAMESPACE);
  private environment: Environment = { ...rehearsal, namespace: POSTGRES_NAMESPACE };

  apply(change: Partial<Environment> = {}): void {
    this.environment = { ...this.environment, ...change };
    kubectl(['apply', '-f', '-'], manifests(this.environment, ...CHARTS));
  }

  /** Without PgHero, whose image cannot be had everywhere. */
  awaitReady(): void {
    this.namespace.awaitJobs();
    this.namespace.awaitRollout('statefulset/postgres', 'deployment/pgbouncer');
    this.namespace.awaitReady('postgres-0');
  }

  /** What a chart of the model is told. */
  application(database: string) {
    return platform(this.environment).pgbouncer.application(database);
  }

  migrations(database: string): DatabaseLogin {
    return platform(this.environment).postgres.migrations(database);
  }

  passwordOf({ password }: Pick<DatabaseLogin, 'password'>): string {
    return this.environment.developmentSecrets![password.secret.name]![password.key]!;
  }

  /** As people ask: the superuser, in the server's own pod. */
  sql(statement: string, database = 'bss'): string {
    return this.namespace
      .exec('postgres-0', 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', statement)
      .trim();
  }

  /** A pod from which clients connect, that applications' way is open to. */
  startClient(name: string, labels: Record<string, string> = clientLabels(CLIENT_ROLE)): void {
    startPod(this.namespace, {
      name,
      labels,
      image: this.environment.images.postgres,
      command: ['sleep', 'infinity'],
      scratch: { '/tmp': Size.mebibytes(16) },
      resources: { cpu: 10, memory: Size.mebibytes(32), memoryLimit: Size.mebibytes(256) },
    });
    this.namespace.awaitReady(name);
  }

  /** psql, or another program of PostgreSQL, in the pod of a client. */
  tryFrom(
    client: string,
    login: DatabaseLogin,
    password: string,
    ...command: string[]
  ): { ok: boolean; output: string } {
    const { server, database, role } = login;
    const env = { PGHOST: server.host, PGPORT: server.portNumber, PGDATABASE: database, PGUSER: role };
    const variables = Object.entries({ ...env, PGPASSWORD: password, PGCONNECT_TIMEOUT: 5 });
    return this.namespace.try('exec', client, '--', 'env', ...variables.map((each) => each.join('=')), ...command);
  }

  /** What a statement answers in the pod of a client, or how it is refused. */
  ask(login: DatabaseLogin, statement: string, password = this.passwordOf(login)): string {
    return this.tryFrom('client', login, password, 'psql', '-XqAtw', '-c', statement).output.trim();
  }

  /** Whether the network lets a client's pod through. */
  connects(client: string, { host, portNumber }: DatabaseLogin['server']): boolean {
    return this.namespace.try('exec', client, '--', 'timeout', '5', 'bash', '-c', `</dev/tcp/${host}/${portNumber}`).ok;
  }

  /** Until the network lets the client through. */
  awaitClient(login: DatabaseLogin): void {
    eventually('the policy to know the client', () => this.ask(login, "SELECT 'in'") === 'in', 60);
  }
}
