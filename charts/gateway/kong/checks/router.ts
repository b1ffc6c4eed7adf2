import type { Path, Route } from '../entities';
import { routesOf } from '../policy';
import type { Gateway } from './checks';

/** As much of a request as a route looks at. */
export interface Witness {
  readonly path: string;
  readonly host: string;
  readonly method: string;
}

/** Paths that services have for their own, beside what they have for others. */
const PRIVATE = ['/actuator', '/actuator/health', '/actuator/env'];

/** Routes that no request reaches, and what must not be reached. */
export function reachabilityErrors({ configuration }: Gateway): string[] {
  const routes = routesOf(configuration).map(({ route }) => route);
  const shadowed = routes.flatMap((route) =>
    route.paths.flatMap((path) => {
      const witness = witnessOf(route, path);
      const taken = matchingRoute(routes, witness);
      return taken === route
        ? []
        : [
            `route "${route.name}" never gets ${witness.method} ${witness.path}: ` +
              `${taken ? `route "${taken.name}" takes it` : 'no route matches it'}. Give one of them another path.`,
          ];
    }),
  );
  const hosts = [...new Set(routes.map(witnessHost))];
  const exposed = PRIVATE.flatMap((path) => {
    const taken = hosts
      .map((host) => matchingRoute(routes, { path, host, method: 'GET' }))
      .find((route) => route !== undefined);
    return taken
      ? [
          `route "${taken.name}" makes ${path} public, which shows and changes a service's innards. Take narrower paths.`,
        ]
      : [];
  });
  return [...shadowed, ...new Set(exposed)];
}

/** A request that is meant for the path of the route. */
export const witnessOf = (route: Route, path: Path): Witness => ({
  path: isExact(path) ? literal(path) : `${path}witness`,
  host: witnessHost(route),
  method: route.methods?.[0] ?? 'GET',
});

const witnessHost = ({ hosts }: Route): string => (hosts[0] ?? 'any.example').replaceAll('*', 'witness');

/**
 * The route that Kong takes: of those that match, the one that asks for most; then a plain host; then the longer path, which
 * an exact one always is; then the first one.
 * @see https://docs.konghq.com/gateway/3.5.x/how-kong-works/routing-traffic/#matching-priorities
 */
export function matchingRoute(routes: readonly Route[], request: Witness): Route | undefined {
  const candidates = routes.flatMap((route) => {
    const path = route.paths.filter((each) => matches(each, request.path)).sort(longestFirst)[0];
    return path && matchesHost(route, request.host) && matchesMethod(route, request.method) ? [{ route, path }] : [];
  });
  const weight = ({ route, path }: (typeof candidates)[number]) => [
    Number(route.hosts.length > 0) + Number(route.methods !== undefined),
    Number(route.hosts.includes(request.host)),
    path.length,
  ];
  const first = candidates.reduce<(typeof candidates)[number] | undefined>(
    (best, each) => (best && compare(weight(each), weight(best)) <= 0 ? best : each),
    undefined,
  );
  return first?.route;
}

const isExact = (path: Path) => path.startsWith('~');
const literal = (path: Path) => path.replace(/^~/, '').replace(/\$$/, '');
const matches = (path: Path, asked: string) => (isExact(path) ? asked === literal(path) : asked.startsWith(path));
const longestFirst = (one: Path, other: Path) => other.length - one.length;
const matchesMethod = ({ methods }: Route, method: string) => methods?.some((each) => each === method) ?? true;
const matchesHost = ({ hosts }: Route, host: string) =>
  hosts.length === 0 ||
  hosts.some((each) => new RegExp(`^${each.replaceAll('.', '\\.').replaceAll('*', '.+')}$`).test(host));

/** Positive when the first list is greater where they first differ. */
function compare(one: number[], other: number[]): number {
  const index = one.findIndex((value, position) => value !== other[position]);
  return index < 0 ? 0 : one[index]! - other[index]!;
}
