import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** PostgreSQL refuses to run as root; in a container, tests do. */
export const SOMEBODY = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/** @throws Error that says what to install */
export function find(name: string, places: readonly string[] = [], install = name): string {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), ...places];
  const found = directories.map((directory) => join(directory, name)).find((path) => existsSync(path));
  if (!found) throw new Error(`These tests need ${name}: install ${install} (Debian: apt-get install ${install}).`);
  return found;
}

export const versions = (parent: string, below: string): string[] =>
  existsSync(parent)
    ? readdirSync(parent)
        .toReversed()
        .map((version) => join(parent, version, below))
    : [];

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export function directory(name: string): string {
  const path = mkdtempSync(join(tmpdir(), `bss-${name}-`));
  chmodSync(path, 0o777);
  return path;
}

const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** Whatever fails: what is left behind would keep whoever waits for the end of our output. */
export function endsWithUs<Child extends ChildProcess>(child: Child): Child {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** A program of the tests, which ends with them. */
export class Program {
  private child: ChildProcess | undefined;
  private output = '';

  constructor(
    private readonly command: string,
    private readonly args: readonly string[],
    private readonly options: { readonly cwd: string; readonly env?: Record<string, string>; readonly as?: object },
  ) {}

  start(): void {
    this.output = '';
    const { cwd, env, as } = this.options;
    this.child = endsWithUs(
      spawn(this.command, this.args, {
        ...{ cwd, ...as, stdio: ['ignore', 'pipe', 'pipe'] as const },
        env: { ...process.env, ...env },
      }),
    );
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.on('data', (data) => {
        this.output = (this.output + data).slice(-20_000);
      });
    }
  }

  async until(what: string, seconds: number, check: () => Promise<boolean> | boolean): Promise<void> {
    const end = Date.now() + 1000 * seconds;
    while (!(await check())) {
      if (this.child?.exitCode !== null || Date.now() > end) throw new Error(`${what} did not start:\n${this.output}`);
      await sleep(50);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }

  async end(): Promise<void> {
    await this.stop('SIGKILL');
    rmSync(this.options.cwd, { recursive: true, force: true });
  }
}

/** @throws Error with all that the command printed, when it fails: Maven tells of errors where others tell of results */
export async function run(command: string, args: readonly string[], as: object): Promise<void> {
  await promisify(execFile)(command, args, as).catch(({ message, stdout }) => {
    throw new Error(`${message}\n${stdout}`);
  });
}
