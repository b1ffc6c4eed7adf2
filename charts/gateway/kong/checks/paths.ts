import type { Configuration, Route } from '../entities';
import { routesOf } from '../policy';
import type { Gateway } from './checks';
import { repeated } from './names';

/** What a path of a route may hold besides its form: characters that no pattern gives a meaning and no URL escapes. */
const PLAIN = /^[A-Za-z0-9/_.-]*$/;

/** A name as DNS has it, or with `*` in the place of its first part; with a port it has a message of its own. */
const HOST = /^(?=.{1,253}$)(\*\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*(:\d+)?$/i;

/** Paths, hosts and methods that Kong would refuse, or take for more or less than they look like. */
export const pathErrors = ({ configuration, runtime }: Gateway): string[] => [
  ...namedHosts(configuration)
    .filter((host) => !runtime.serviceNames.includes(host))
    .flatMap(hostErrors),
  ...routesOf(configuration).flatMap(({ route }) => [
    ...(route.paths.length > 0
      ? []
      : [`route "${route.name}" has no path: without one Kong refuses it, or takes it for everything.`]),
    ...route.paths.flatMap((path) => onePathErrors(route, path)),
    ...repeated(route.paths).map((path) => `route "${route.name}" has the path "${path}" twice. Remove one.`),
    ...(route.hosts.length > 0
      ? []
      : [
          `route "${route.name}" has no host: it would answer to any name, and send people to it. Name those that clients use, ` +
            'in hosts.',
        ]),
    ...repeated(route.hosts).map((host) => `route "${route.name}" has the host "${host}" twice. Remove one.`),
    ...methodErrors(route),
    ...redirectErrors(route, runtime.tlsPort),
  ]),
];

/** Each once: most routes have the same. */
const namedHosts = (configuration: Configuration) => [
  ...new Set(routesOf(configuration).flatMap(({ route }) => route.hosts)),
];

function onePathErrors({ name }: Route, path: string): string[] {
  const exact = path.startsWith('~');
  const text = exact ? path.slice(1).replace(/\$$/, '') : path;
  const wrong: [boolean, string][] = [
    [!text.startsWith('/'), `it must begin with "/", or with "~/" if it is one path exactly`],
    [/\/\//.test(text), 'Kong takes normalized paths only, without "//"'],
    [/\/\.\.?(\/|$)/.test(text), 'Kong takes normalized paths only, without "." and ".."'],
    [
      exact && !path.endsWith('$'),
      `a pattern without "$" at its end matches whatever goes on, as "${text}x". Write "${path}$"`,
    ],
    [!exact && !path.endsWith('/'), `it would match "${path}x", too. Write "${path}/" and "~${path}$"`],
    [
      !PLAIN.test(text),
      exact
        ? 'no witness can be made for a pattern, so that nobody could prove the route reachable. Write the path itself'
        : 'without "~" Kong takes a pattern for the text itself. Write plain paths',
    ],
  ];
  return wrong.flatMap(([is, why]) => (is ? [`route "${name}": path is "${path}": ${why}.`] : []));
}

function hostErrors(host: string): string[] {
  const wrong: [boolean, string][] = [
    [/:/.test(host), 'with a port it matches only requests whose Host header has that port. Write the name alone'],
    [host.split('*').length > 2, 'Kong takes one wildcard'],
    [/.\*/.test(host), 'a wildcard is the first part: anybody may have a name that only begins like it'],
    [/[A-Z]/.test(host), 'the gateway makes names lower case before it compares. Write it so'],
    [!HOST.test(host), 'that is no host name'],
  ];
  return wrong.flatMap(([is, why]) => (is ? [`hosts: "${host}": ${why}.`] : []));
}

function methodErrors({ name, methods }: Route): string[] {
  return methods && !methods.includes('OPTIONS')
    ? [
        `route "${name}": methods are ${methods.join(', ') || 'none'}: without OPTIONS no preflight matches, and browsers get ` +
          '404 for it. Add it, or leave methods out.',
      ]
    : [];
}

function redirectErrors(route: Route, tlsPort: number): string[] {
  return 'https_redirect_status_code' in route && tlsPort !== 443
    ? [
        `route "${route.name}" redirects to https, but clients know port ${tlsPort} for it: Location is the host without a ` +
          "port, which means 443. Use port 443, or protocols: ['http', 'https'].",
      ]
    : [];
}
