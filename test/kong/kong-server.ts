import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { declarativeFile, keyVariable } from '../../charts/gateway/kong/declarative';
import type { GatewayInstallation } from '../../cluster/gateway/installation';
import { objectsOf } from '../../lib/manifest-files';
import { freePort } from '../free-port';
import { exchange } from './wire';

const version = spawnSync('kong', ['version'], { encoding: 'utf8' });

/** What there must be. */
export const missing =
  version.status === 0 && version.stdout.trim() === '3.5.0'
    ? spawnSync('python3', ['--version']).error && 'no python3'
    : `no Kong 3.5.0 on the PATH${version.stdout?.trim() ? `, but ${version.stdout.trim()}` : ''}`;

interface EnvVar {
  readonly name: string;
  readonly value?: string;
}

/** The gateway of an environment on a real Kong of this machine: what its pod has, but for addresses, and without a database. */
export class KongServer {
  private readonly directory = mkdtempSync(join(tmpdir(), 'bss-kong-'));
  private env: Record<string, string> = {};
  private echo?: ChildProcess;
  private plain = 0;
  /** With HTTP/2. */
  tlsPort = 0;

  constructor(private readonly installation: Pick<GatewayInstallation, 'kong' | 'model'>) {}

  /** @param service port of what is behind every route. @default - of one that answers with what it was asked */
  async start(service?: number): Promise<void> {
    const [plain, tls, ready] = [await freePort(), await freePort(), await freePort()];
    const behind = service ?? (await this.startEcho());
    Object.assign(this, { plain, tlsPort: tls });
    const objects = objectsOf(this.installation.kong);
    const files: Record<string, string> = objects.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'kong-files',
    )!['data'];
    const pod = objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'kong')!['spec']
      .template.spec;
    const said: EnvVar[] = pod.containers[0].env;
    for (const directory of ['bodies', 'prefix']) mkdirSync(join(this.directory, directory));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.directory, name), this.here(text));
    writeFileSync(join(this.directory, 'kong.yml'), this.configuration(behind));
    this.env = {
      ...(process.env as Record<string, string>),
      ...Object.fromEntries(
        said.flatMap(({ name, value }) =>
          value === undefined || /^KONG_(PG|SSL)_/.test(name) ? [] : [[name, this.here(value)]],
        ),
      ),
      KONG_DATABASE: 'off',
      KONG_DECLARATIVE_CONFIG: join(this.directory, 'kong.yml'),
      KONG_PROXY_LISTEN: `127.0.0.1:${plain}, 127.0.0.1:${tls} http2 ssl`,
      KONG_ADMIN_LISTEN: 'off',
      KONG_STATUS_LISTEN: `127.0.0.1:${ready}`,
      KONG_NGINX_WORKER_PROCESSES: '1',
      // Its workers would be somebody who cannot read here.
      ...(process.getuid!() === 0 && { KONG_NGINX_USER: 'root root' }),
    };
    delete this.env['KONG_SSL_CERT'];
    delete this.env['KONG_SSL_CERT_KEY'];
    const { status } = spawnSync('kong', ['start'], { env: this.env, stdio: 'ignore' });
    if (status !== 0)
      throw new Error(`Kong does not start: KONG_DECLARATIVE_CONFIG=${this.directory}/kong.yml kong start`);
    const isReady = () =>
      fetch(`http://127.0.0.1:${ready}/status/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    for (let tries = 0; !(await isReady()); tries++) {
      if (tries === 200) throw new Error('Kong does not get ready');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  private async startEcho(): Promise<number> {
    const port = await freePort();
    this.echo = spawn('python3', ['-B', join(__dirname, '../../cluster/gateway/echo.py'), `${port}`], {
      stdio: 'ignore',
    });
    return port;
  }

  stop(): void {
    spawnSync('kong', ['stop'], { env: this.env });
    this.echo?.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Everything that comes back until the gateway is quiet or hangs up. */
  send({ bytes, tls }: { readonly bytes: string; readonly tls: boolean }): Promise<string> {
    const open = (ready: () => void) =>
      tls
        ? connectTls({ host: '127.0.0.1', port: this.tlsPort, rejectUnauthorized: false }, ready)
        : connect(this.plain, '127.0.0.1', ready);
    return exchange(open, bytes, { first: 10_000, further: 300 });
  }

  /** Its lines, each of them JSON, as soon as all are there. */
  async accessLog(): Promise<Record<string, string>[]> {
    // It is written each second.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    // Bytes that are no UTF-8 throw.
    const log = new TextDecoder('utf-8', { fatal: true }).decode(this.read('access.log'));
    return log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  }

  read(name: 'access.log' | 'prefix/logs/error.log'): Buffer {
    return readFileSync(join(this.directory, name));
  }

  private here(text: string): string {
    return text
      .replaceAll('/etc/bss', this.directory)
      .replaceAll('/kong_prefix', join(this.directory, 'prefix'))
      .replaceAll('/bodies', join(this.directory, 'bodies'))
      .replaceAll('/dev/stdout', join(this.directory, 'access.log'));
  }

  private configuration(service: number): string {
    const { configuration, keys } = this.installation.model;
    const variables = new Map(Object.entries(keys).map(([name, key]) => [keyVariable(name), key]));
    const local = {
      ...configuration,
      services: configuration.services.map((each) => ({
        ...each,
        ...{ host: '127.0.0.1', port: service },
        plugins: each.plugins.map((plugin) => {
          if (plugin.name !== 'rate-limiting') return plugin;
          const { minute, limit_by, fault_tolerant } = plugin.config;
          return { name: plugin.name, config: { minute, limit_by, fault_tolerant, policy: 'local' as const } };
        }),
      })),
    };
    // A second key there is none: its two lines go, as the pod has it.
    return declarativeFile(local)
      .replaceAll(/.*@@\w+__2@@.*\n.*\n/g, '')
      .replaceAll(/@@(\w+)@@/g, (_, variable) => variables.get(variable)!);
  }
}
