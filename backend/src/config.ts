import { readFileSync } from 'node:fs';

/** Where PostgreSQL is, and who asks. */
export interface DatabaseConfig {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** Connections of this process at most. The relay has one more. */
  readonly pool: number;
  /** Seconds after which a connection is replaced: a PgBouncer that stops waits for its clients to go. */
  readonly lifetime: number;
}

/** Where the Redis Cluster is. Without a user it asks for no login. */
export interface RedisConfig {
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  readonly user?: string;
  readonly password?: string;
  /** Who signed the certificates of the servers, PEM. @default - they speak without TLS */
  readonly authority?: string;
}

export interface Config {
  readonly port: number;
  readonly logLevel: string;
  readonly database: DatabaseConfig;
  readonly kafka: { readonly bootstrap: readonly string[] };
  /** @default - no cache */
  readonly redis?: RedisConfig;
  /** Base address of an OTLP receiver over HTTP. @default - traces are passed on, and exported nowhere */
  readonly otlpEndpoint?: string;
  /** Milliseconds a request may take. */
  readonly deadline: number;
  /** Milliseconds between "not ready" and the end of accepting requests: the time endpoints need to spread. */
  readonly drain: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Error that names every variable that is missing or wrong, and what it may be */
export const readConfig = (env: Environment): Config =>
  read(env, (reader) => ({
    port: reader.whole('PORT', { or: 8080, most: 65535 }),
    logLevel: reader.oneOf('LOG_LEVEL', ['info', 'debug', 'warn', 'error', 'silent']),
    database: database(reader),
    kafka: { bootstrap: reader.addresses('KAFKA_BOOTSTRAP', 'kafka-0:9092,kafka-1:9092').map(toText) },
    ...(env['REDIS_NODES'] ? { redis: redis(reader) } : {}),
    ...(env['OTEL_EXPORTER_OTLP_ENDPOINT']
      ? { otlpEndpoint: reader.text('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://alloy:4318', /^https?:\/\/\S+$/) }
      : {}),
    deadline: reader.whole('REQUEST_DEADLINE_MS', { or: 5000, most: 60_000 }),
    drain: reader.whole('DRAIN_MS', { or: 5000, most: 60_000 }),
  }));

/** What the migrations need, which is less. @throws as `readConfig` */
export const readDatabaseConfig = (env: Environment): DatabaseConfig => read(env, database);

function database(reader: Reader): DatabaseConfig {
  return {
    host: reader.text('DATABASE_HOST', 'pgbouncer'),
    port: reader.whole('DATABASE_PORT', { or: 5432, most: 65535 }),
    database: reader.text('DATABASE_NAME', 'bss'),
    user: reader.text('DATABASE_USER', 'bss'),
    password: reader.secret('DATABASE_PASSWORD'),
    pool: reader.whole('DATABASE_POOL', { or: 10, most: 1000 }),
    lifetime: reader.whole('DATABASE_LIFETIME_SECONDS', { or: 300, most: 86_400 }),
  };
}

function redis(reader: Reader): RedisConfig {
  const nodes = reader.addresses('REDIS_NODES', 'redis-cluster-0-0:7000');
  const authority = reader.env['REDIS_AUTHORITY_FILE'] && reader.file('REDIS_AUTHORITY_FILE');
  const server = { nodes, ...(authority && { authority }) };
  if (!reader.env['REDIS_USER']) return server;
  return { ...server, user: reader.text('REDIS_USER', 'application'), password: reader.secret('REDIS_PASSWORD') };
}

const toText = ({ host, port }: { host: string; port: number }) => `${host}:${port}`;

function read<T>(env: Environment, build: (reader: Reader) => T): T {
  const reader = new Reader(env);
  const config = build(reader);
  if (reader.complaints.length > 0) throw new Error(reader.complaints.join('\n'));
  return config;
}

/** Reads variables, and collects what is wrong with them, so that all of it is told at once. */
class Reader {
  readonly complaints: string[] = [];

  constructor(readonly env: Environment) {}

  text(name: string, example: string, form = /\S/): string {
    const value = this.env[name] ?? '';
    if (!form.test(value)) this.complain(name, `must be set, as in "${example}"`);
    return value;
  }

  oneOf(name: string, values: readonly [string, ...string[]]): string {
    const value = this.env[name] ?? values[0];
    if (!values.includes(value)) this.complain(name, `must be one of ${values.join(', ')}`);
    return value;
  }

  whole(name: string, { or, most }: { or: number; most: number }): number {
    const text = this.env[name] ?? `${or}`;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= 0 && value <= most)) this.complain(name, `must be a whole number from 0 to ${most}`);
    return value;
  }

  addresses(name: string, example: string): { host: string; port: number }[] {
    const parts = this.text(name, example).split(',');
    if (!parts.every((part) => /^[^\s:,]+:\d+$/.test(part))) {
      this.complain(name, `must be host:port, more of them after commas, as in "${example}"`);
    }
    return parts.map((part) => ({ host: part.split(':')[0]!, port: Number(part.split(':')[1]) }));
  }

  /** From the variable, or from the first line of the file that NAME_FILE names: a second line may hold the next password. */
  secret(name: string): string {
    if (this.env[`${name}_FILE`] === undefined) {
      return this.text(name, `…", or ${name}_FILE="/etc/secrets/${name.toLowerCase()}`);
    }
    return this.file(`${name}_FILE`).split('\n')[0]!.trimEnd();
  }

  /** Content of the file that the variable names. */
  file(name: string): string {
    try {
      return readFileSync(this.env[name]!, 'utf8');
    } catch (error) {
      this.complain(name, `must name a file that can be read: ${(error as Error).message}`);
      return '';
    }
  }

  private complain(name: string, what: string): void {
    const value = this.env[name];
    const now = value === undefined ? 'not set' : name.endsWith('PASSWORD') ? 'empty' : `"${value}"`;
    if (!this.complaints.some((complaint) => complaint.startsWith(`${name} `))) {
      this.complaints.push(`${name} is ${now}: it ${what}.`);
    }
  }
}
