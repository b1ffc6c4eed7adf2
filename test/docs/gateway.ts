import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Written } from '../written';

interface Plugin {
  readonly name: string;
  readonly config?: { readonly minute?: number; readonly allow?: string[] };
}
interface Route {
  readonly name: string;
  readonly paths: string[];
  readonly protocols: string[];
  readonly plugins?: Plugin[];
}
interface Declaration {
  readonly services: { host: string; port: number; plugins?: Plugin[]; routes: Route[] }[];
  readonly plugins: Plugin[];
  readonly consumers: { username: string }[];
}

const page = readFileSync(join(__dirname, '../../docs/gateway.md'), 'utf8');
/** The rows of a generated table. */
const rows = (section: string) =>
  page
    .split(`<!-- ${section}:begin -->`)[1]!
    .split(`<!-- ${section}:end -->`)[0]!
    .trim()
    .split('\n')
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll(/[`*]/g, '')));

describe.each(['kind', 'production'])('docs/gateway.md and what Kong is given in dist/%s', (environment) => {
  const declared: Declaration = parse(new Written(environment).file('kong.yml'));
  const routes = declared.services.flatMap((service) =>
    service.routes.map((route) => {
      const own = [...(route.plugins ?? []), ...(service.plugins ?? [])];
      const plugins = [...own, ...declared.plugins.filter(({ name }) => !own.some((each) => each.name === name))];
      return { ...route, service, plugin: (name: string) => plugins.find((each) => each.name === name), plugins };
    }),
  );
  const said = rows(`policy-${environment}`);

  it('have the same routes, paths and services', () => {
    expect(said.map(([, name, paths, target]) => [name, paths, target!.split(',')[0]])).toEqual(
      routes.map(({ name, paths, service }) => [name, paths.join(', '), `${service.host}:${service.port}`]),
    );
    expect(said.map(([, , , , protocols]) => protocols!.startsWith('HTTPS;'))).toEqual(
      routes.map(({ protocols }) => protocols.join() === 'https'),
    );
  });

  it('let the same in, as often', () => {
    const consumers = declared.consumers.map(({ username }) => username).join(', ');
    const expected = routes.map(({ plugin }) => ({
      who: plugin('key-auth')
        ? consumers
        : (plugin('ip-restriction')?.config?.allow?.join(', ') ?? 'who reaches the port'),
      limit: plugin('rate-limiting') ? `${plugin('rate-limiting')!.config!.minute} a minute` : 'none',
    }));
    const wrong = said.filter(
      ([, , , , , who, limit], index) =>
        !who!.includes(expected[index]!.who) || !limit!.startsWith(expected[index]!.limit),
    );
    expect(wrong).toEqual([]);
  });

  it('run the same plugins', () => {
    const chains = rows(`chains-${environment}`).map(([, name, chain]) => [name, chain!.split(' → ').sort()]);
    expect(chains).toEqual(routes.map(({ name, plugins }) => [name, plugins.map((each) => each.name).sort()]));
  });
});
