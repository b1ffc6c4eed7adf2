import type { Environment } from '../../charts/environment';
import { type Configuration, pluginNames } from '../../charts/gateway/kong/configuration';
import { declarativeFile } from '../../charts/gateway/kong/declarative';
import type { Plugin, PluginName } from '../../charts/gateway/kong/plugins';
import { GatewayInstallation } from '../../cluster/gateway/installation';
import { unavailableImage } from '../../cluster/installation';
import { Namespace } from '../../cluster/namespace';
import { images } from '../../config/images';
import { kind } from '../../config/kind';
import { rehearsal } from '../../config/rehearsal';
import { table } from '../../docs/markdown';
import { number, type Summary, spread, summary } from '../figures';
import { bold, say, show } from '../progress';
import { clusterConditions, type Options, save } from '../results';
import { cleanly, NAMESPACES, removeSides } from '../rounds';
import { FastStandIns } from './stand-ins';

const CONNECTIONS = 16;
const WARM_UP_SECONDS = 3;
const SECONDS = 10;
/** Requests a second at which latencies are measured: all ways can do that. */
const PACE = 200;

interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the proxy, for each request: what is asked behind it does not count. @default - there is no proxy */
  readonly cpuMicros?: number;
}

/** A way for requests to get to the service. */
interface Way {
  readonly name: string;
  readonly url: string;
  /** The proxy's Deployment. @default - there is none */
  readonly proxy?: string;
  /** Brings the way about, where it is not there from the start. */
  readonly prepare?: () => void;
}

/** What each plugin costs, all of them, and the database, beside a bare reverse proxy and no proxy at all. */
export function kong(options: Options): void {
  const measured = new Map<string, Measured[]>();
  cleanly(() => {
    const ways = install();
    for (let round = 1; round <= options.rounds; round++) {
      // Back and forth: whatever grows or warms up during the run then helps nobody.
      for (const way of round % 2 === 1 ? ways : [...ways].reverse()) {
        say(bold(`Round ${round} of ${options.rounds}, ${way.name}`));
        way.prepare?.();
        measured.set(way.name, [...(measured.get(way.name) ?? []), measure(way)]);
      }
    }
    const text = comparison(measured);
    show(text, () => false);
    const conditions = clusterConditions(options, [images.kong]);
    save('kong', options, conditions, text, Object.fromEntries(measured));
    removeSides();
  });
}

const namespace = new Namespace(NAMESPACES.ours);
const installation = (environment: Environment) =>
  new GatewayInstallation(environment, namespace.name, (app) => new FastStandIns(app));

/** @throws where the gateway's image cannot be had */
function install(): Way[] {
  say('  installing it');
  const inDatabase = installation({ ...kind, ...inPostgres });
  const dbless = installation(kind);
  dbless.apply();
  const missing = unavailableImage(namespace, 'kong');
  if (missing) throw new Error(`there is no gateway to measure: ${missing}`);
  dbless.awaitReady();
  const { configuration } = dbless.model;
  const names = pluginNames(configuration);
  const pageOf = (address: string) => `http://${address}/api/customers`;
  const url = pageOf(dbless.kong.proxy.address);
  const proxy = 'kong';
  const variant = (name: string, plugins: PluginName[]): Way => ({
    ...{ name, url, proxy },
    prepare: () => configure(dbless, only(configuration, plugins)),
  });
  return [
    { name: 'no proxy', url: pageOf('bench-upstream:8080') },
    { name: 'bare nginx', url: pageOf('bench-bare:8080'), proxy: 'bench-bare' },
    variant('Kong without plugins', []),
    ...names.map((name) => variant(`Kong with ${name}`, [name])),
    variant('Kong with all of them', names),
    { name: 'the same from a database', url, proxy, prepare: () => fillDatabase(inDatabase) },
  ];
}

const inPostgres = {
  kong: { ...kind.kong, storage: rehearsal.kong.storage },
  developmentSecrets: { ...kind.developmentSecrets, 'kong-db': rehearsal.developmentSecrets!['kong-db']! },
};

/** A limit that no benchmark reaches: refusals are quick. */
const NO_LIMIT = 1_000_000_000;

function only(configuration: Configuration, names: readonly PluginName[]): Configuration {
  const chosen = (plugins: readonly Plugin[]) =>
    plugins
      .filter(({ name }) => names.includes(name))
      .map((plugin) =>
        plugin.name === 'rate-limiting' ? { ...plugin, config: { ...plugin.config, minute: NO_LIMIT } } : plugin,
      );
  return {
    ...configuration,
    plugins: chosen(configuration.plugins),
    services: configuration.services.map((service) => ({ ...service, plugins: chosen(service.plugins) })),
  };
}

function configure(gateway: GatewayInstallation, configuration: Configuration): void {
  gateway.apply();
  const data = { 'kong.yml': declarativeFile(configuration) };
  namespace.run('patch', 'configmap', 'kong-files', '-p', JSON.stringify({ data }));
  gateway.restart();
}

function fillDatabase(gateway: GatewayInstallation): void {
  gateway.apply();
  namespace.awaitRollout('deployment/kong');
  const statement = `UPDATE plugins SET config = config || '{"minute": ${NO_LIMIT}}' WHERE name = 'rate-limiting'`;
  namespace.exec('kong-db-0', 'psql', '-qU', 'kong', '-d', gateway.database, '-c', statement);
  gateway.restart();
}

function measure({ url, proxy }: Way): Measured {
  const key = kind.developmentSecrets!['kong-keys']!['bss-frontend']!;
  const load = (...numbers: number[]): Measured => {
    const command = ['node', '/etc/bench/load.mjs', url, key, ...numbers.map(String)];
    const lines = namespace.exec('deployment/bench-client', ...command).trim();
    return JSON.parse(lines.split('\n').at(-1)!);
  };
  load(WARM_UP_SECONDS, CONNECTIONS);
  const before = proxy === undefined ? 0 : cpuSeconds(proxy);
  const { perSecond } = load(SECONDS, CONNECTIONS);
  const cpu = proxy && { cpuMicros: ((cpuSeconds(proxy) - before) / (perSecond * SECONDS)) * 1_000_000 };
  return { ...load(SECONDS, CONNECTIONS, PACE), perSecond, ...cpu };
}

/** Of all nginx processes of a pod so far; the kernel counts in hundredths. */
function cpuSeconds(deployment: string): number {
  const stats = namespace.exec(`deployment/${deployment}`, 'sh', '-c', 'cat /proc/[0-9]*/stat 2> /dev/null || true');
  const ticks = stats
    .split('\n')
    .filter((line) => line.includes('(nginx)'))
    .map((line) => line.split(') ')[1]!.split(' ').slice(11, 13).map(Number));
  return ticks.flat().reduce((sum, each) => sum + each, 0) / 100;
}

function comparison(measured: ReadonlyMap<string, Measured[]>): string {
  const of = (name: string, key: keyof Measured): Summary =>
    summary(measured.get(name)!.flatMap((each) => each[key] ?? []));
  const cpuOf = (name: string) =>
    measured.get(name)![0]!.cpuMicros === undefined ? '' : number(of(name, 'cpuMicros').median);
  return table(
    ['Way', 'requests/s', 'Spread', 'of bare nginx', 'µs of CPU', 'ms, p50', 'ms, p99', 'Spread', 'added to p99'],
    [...measured.keys()].map((name) => {
      const [most, p50, p99] = (['perSecond', 'p50Ms', 'p99Ms'] as const).map((key) => of(name, key));
      return [
        ...[name, number(most!.median), spread(most!)],
        (most!.median / of('bare nginx', 'perSecond').median).toFixed(2),
        cpuOf(name),
        ...[number(p50!.median), number(p99!.median), spread(p99!)],
        number(p99!.median - of('no proxy', 'p99Ms').median),
      ];
    }),
  );
}
