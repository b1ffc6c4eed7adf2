import { wholeErrors } from '../../../numbers';
import type { Service } from '../entities';
import type { Gateway } from './checks';

const MOST_RETRIES = 32_767;
const LAST_PORT = 65_535;

/** Services that Kong would refuse, or would look for where nothing is. */
export const serviceErrors = ({ configuration: { services, upstreams = [] }, runtime }: Gateway): string[] => {
  const hosts = [...runtime.hosts, ...upstreams.map(({ name }) => name)];
  return services.flatMap((service) => [
    ...hostErrors(service, hosts),
    ...numberErrors(service),
    ...(service.path === undefined ? [] : servicePathErrors(service.name, service.path)),
    ...(service.routes.length > 0
      ? []
      : [`service "${service.name}" has no route: nobody can reach it. Give it one, or remove it.`]),
  ]);
};

function hostErrors({ name, host }: Service, hosts: readonly string[]): string[] {
  if (/[:/?#@\s]/.test(host)) {
    return [`service "${name}": host is "${host}": write a name alone; the port has a field of its own.`];
  }
  return hosts.includes(host)
    ? []
    : [
        `service "${name}": host is "${host}", which is neither a Service of the model nor an upstream: every request would ` +
          `end with 503. There are ${hosts.join(', ') || 'none'}.`,
      ];
}

function numberErrors({ name, port, retries, connect_timeout, write_timeout, read_timeout }: Service): string[] {
  const of = (field: string) => `service "${name}": ${field}`;
  const timeouts = { connect_timeout, write_timeout, read_timeout };
  return [
    ...wholeErrors({ [of('port')]: port }),
    ...(port <= LAST_PORT ? [] : [`${of('port')} is ${port}: it must be ${LAST_PORT} or less.`]),
    ...wholeErrors({ [of('retries')]: retries }, 0),
    ...(retries <= MOST_RETRIES ? [] : [`${of('retries')} is ${retries}: it must be ${MOST_RETRIES} or less.`]),
    ...wholeErrors(Object.fromEntries(Object.entries(timeouts).map(([field, value]) => [of(field), value]))),
  ];
}

function servicePathErrors(name: string, path: string): string[] {
  const wrong = [
    [!path.startsWith('/'), 'it must begin with "/"'],
    [/[?#]/.test(path), 'a path has no query'],
    [/\/\//.test(path), 'Kong takes no empty segments, as "//" has one'],
    [/\/\.\.?(\/|$)/.test(path), 'Kong passes "." and ".." on, and services read them each in its own way'],
  ] as const;
  return wrong.flatMap(([is, why]) => (is ? [`service "${name}": path is "${path}": ${why}.`] : []));
}
