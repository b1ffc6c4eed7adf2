import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';
import type { DatabaseConfig } from '../../src/config.ts';
import { startKafka } from '../servers/kafka.ts';
import { freshDatabase } from '../servers/postgres.ts';
import { endsWithUs, freePort, type Program } from '../servers/program.ts';
import { servers } from '../servers/servers.ts';
import type { Answer } from '../service.ts';
import { until } from '../until.ts';
import { readTopic, type TextRecord } from './read-topic.ts';

/** The backend as a process of its own, which can be killed. */
export interface Process {
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** @param text what follows `SELECT count(*) FROM` */
  count(text: string, values?: unknown[]): Promise<number>;
  sql(text: string, values?: unknown[]): Promise<void>;
  /** Below /api. @returns what was created, or fails */
  create(path: string, body: object, headers?: Record<string, string>): Promise<Answer['body']>;
  /** Everything on a topic up to now, as text. */
  read(topic: string): Promise<TextRecord[]>;
  readonly pid: () => number;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** @returns the exit code */
  stop(): Promise<number | null>;
  /** @returns what the command prints on standard output */
  replay(args: string[]): Promise<string>;
  /** @returns what it prints on both */
  replayed(args: string[]): Promise<{ stdout: string; stderr: string }>;
  readonly config: DatabaseConfig;
  readonly kafka: Program;
  readonly bootstrap: string[];
  end(): Promise<void>;
}

const node = (script: string) => ['--import', 'tsx', `src/${script}.ts`];

export async function startProcess(name: string, more: Record<string, string> = {}): Promise<Process> {
  // A broker of its own: the same groups of another file would read these events, and write them to its database.
  const programs: Program[] = [];
  const [config, bootstrap] = await Promise.all([freshDatabase(name), startKafka(programs)]);
  const kafka = programs[0]!;
  const port = await freePort();
  const { host, port: redisPort } = servers.redis.nodes[0]!;
  const env = {
    ...process.env,
    ...{ PORT: `${port}`, LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'error', DRAIN_MS: '500' },
    ...{ DATABASE_HOST: config.host, DATABASE_PORT: `${config.port}`, DATABASE_NAME: config.database },
    ...{ DATABASE_USER: config.user, DATABASE_PASSWORD: 'any', KAFKA_BOOTSTRAP: bootstrap.join(',') },
    REDIS_NODES: `${host}:${redisPort}`,
    ...more,
  };
  const pool = new pg.Pool({ ...config, max: 2 });
  pool.on('error', () => {});
  let child: ChildProcess;
  const exit = () => new Promise<number | null>((resolve) => child.once('exit', resolve));
  const self: Process = {
    ...{ config, kafka, bootstrap },
    async ask(method, path, body, headers = {}) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        ...{ method, headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers } },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.json() };
    },
    async count(text, values = []) {
      return Number((await pool.query(`SELECT count(*) FROM ${text}`, values)).rows[0].count);
    },
    async sql(text, values = []) {
      await pool.query(text, values);
    },
    async create(path, body, headers) {
      const answer = await self.ask('POST', `/api/${path}`, body, headers);
      assert.equal(answer.status, 201, JSON.stringify(answer.body));
      return answer.body;
    },
    read: (topic) => readTopic(bootstrap, topic),
    pid: () => child.pid!,
    async start() {
      child = endsWithUs(spawn(process.execPath, node('main'), { env, stdio: ['ignore', 'inherit', 'inherit'] }));
      const health = () =>
        self.ask('GET', '/actuator/health').catch((error) => ({ status: 0, headers: {}, body: `${error}` }));
      await until('a healthy backend', health, ({ status }) => status === 200);
    },
    async kill() {
      const gone = exit();
      child.kill('SIGKILL');
      await gone;
    },
    async stop() {
      const gone = exit();
      child.kill('SIGTERM');
      return gone;
    },
    async replay(args) {
      return (await self.replayed(args)).stdout;
    },
    replayed: (args) => promisify(execFile)(process.execPath, [...node('replay'), ...args], { env }),
    async end() {
      if (child.exitCode === null && child.signalCode === null) await self.kill();
      await pool.end();
      await kafka.end();
    },
  };
  await self.start();
  return self;
}
