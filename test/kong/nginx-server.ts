import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatewaySettings } from '../../charts/gateway/kong/settings';
import { freePort } from '../free-port';
import { unless, withoutProgram } from '../unless';
import { everything } from './stand-in';
import { exchange } from './wire';

const FILES = join(__dirname, '../../charts/gateway/kong/nginx');
const modules = ['ndk_http_module.so', 'ngx_http_lua_module.so'].map((name) => join('/usr/lib/nginx/modules', name));

/** What there must be, of Debian's packages nginx-light and libnginx-mod-http-lua. */
export const missing =
  [withoutProgram('nginx'), modules.every(existsSync) ? undefined : `no ${modules.at(-1)}`, withoutProgram('python3')]
    .filter(Boolean)
    .join(', ') || undefined;

export const onNginx = unless(missing);

const { KONG_NGINX_HTTP_LOG_FORMAT: format } = gatewaySettings({
  workers: 1,
  configuration: everything,
  trustedProxies: [],
  publicPorts: { proxy: 80, 'proxy-ssl': 443 },
});

/** nginx with the very files that Kong's has, and a service behind it that answers with what it was asked. */
class NginxServer {
  private readonly directory = mkdtempSync(join(tmpdir(), 'bss-nginx-'));
  private readonly running: ChildProcess[] = [];
  private port = 0;

  async start(): Promise<void> {
    this.port = await freePort();
    const service = await freePort();
    for (const name of readdirSync(FILES)) copyFileSync(join(FILES, name), join(this.directory, name));
    const user = process.getuid!() === 0 ? ['user root;'] : [];
    this.put('nginx.conf', join(__dirname, 'nginx.conf'), {
      '@directory@': this.directory,
      '@port@': `${this.port}`,
      '@service@': `${service}`,
      '@modules@': [...user, ...modules.map((path) => `load_module ${path};`)].join('\n'),
      '@format@': `${format}`,
    });
    this.put('proxy.conf', join(FILES, 'proxy.conf'), { '/etc/bss': this.directory });
    const echo = join(__dirname, '../../cluster/gateway/echo.py');
    this.running.push(spawn('python3', ['-B', echo, `${service}`], { stdio: 'ignore' }));
    this.running.push(spawn('nginx', ['-c', join(this.directory, 'nginx.conf')], { stdio: 'ignore' }));
    for (let tries = 0; !(await this.ask('GET /up')).startsWith('HTTP/1.1 200'); tries++) {
      if (tries === 100) throw new Error(`nginx does not answer: ${this.read('error.log')}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  stop(): void {
    for (const each of this.running) each.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Byte by byte, as no library would send it. */
  send(text: string): Promise<string> {
    return exchange((ready) => connect(this.port, '127.0.0.1', ready), text, { first: 1000, further: 1000 });
  }

  /** A request alone, on a connection of its own. */
  ask(line: string, ...headers: string[]): Promise<string> {
    return this.send(
      `${[`${line} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`,
    );
  }

  /** With the headers as they are, and another request behind it, which is the last. */
  askTwice(line: string, ...headers: string[]): Promise<string> {
    return this.send(
      `${[`${line} HTTP/1.1`, 'Host: localhost', ...headers].join('\r\n')}\r\n\r\nGET /last HTTP/1.0\r\n\r\n`,
    );
  }

  read(name: string): Buffer {
    return readFileSync(join(this.directory, name));
  }

  /** The line of the access log about the last request: it is written when the connection has ended. */
  async lineOf(path: string): Promise<Record<string, string>> {
    for (let tries = 0; tries < 100; tries++) {
      const line = JSON.parse(this.read('access.log').toString('utf8').trim().split('\n').at(-1)!);
      if (line.path === path) return line;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`${path} is not the last in the log`);
  }

  private put(name: string, from: string, values: Record<string, string>): void {
    const text = Object.entries(values).reduce(
      (text, [key, value]) => text.replaceAll(key, () => value),
      readFileSync(from, 'utf8'),
    );
    writeFileSync(join(this.directory, name), text);
  }
}

/** The one that all tests of a run ask. */
export const nginx = new NginxServer();

export const statuses = (answer: string) =>
  [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
/** What the service says that it was asked. */
export const seen = (answer: string) => JSON.parse(answer.split('\r\n\r\n')[1]!);
