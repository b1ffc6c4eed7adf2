import ipaddr from 'ipaddr.js';
import type { External } from '../outside';
import type { HostPort } from '../publication';
import { type Check, must } from './check';
import { list, record } from './record';

const parsed = (value: unknown) =>
  typeof value === 'string' && /^[0-9a-f:.]+\/\d{1,3}$/.test(value) && ipaddr.isValidCIDR(value)
    ? ipaddr.parseCIDR(value)
    : undefined;

/** Kubernetes takes what is behind the mask, too, and other programs think of something else then. */
const isFirst = (value: string, kind: 'ipv4' | 'ipv6') =>
  (kind === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6).networkAddressFromCIDR(value).toString() ===
  ipaddr.parseCIDR(value)[0].toString();

/** Addresses with their mask, for example `203.0.113.0/24`. */
export const network: Check<string> = must(
  'a network with its mask and nothing behind it, as in "203.0.113.0/24"',
  (value) => {
    const range = parsed(value);
    // What ipaddr.js takes besides, like "10.1/16", nobody else does.
    return range !== undefined && (range[0].kind() === 'ipv6' || /^\d+(\.\d+){3}\//.test(value as string))
      ? isFirst(value as string, range[0].kind())
      : false;
  },
);

/** Inside of 0.0.0.0/0 and not all of it: policies except it from there. */
export const podNetwork: Check<string> = must(
  'a network of IPv4 with its mask, as in "10.244.0.0/16"',
  (value) => network('', value).length === 0 && parsed(value)![0].kind() === 'ipv4' && parsed(value)![1] > 0,
);

/** A network, or one address alone. */
export const addressOrNetwork: Check<string> = must(
  'an address, or a network with its mask and nothing behind it, as in "203.0.113.0/24"',
  (value) =>
    network('', value).length === 0 ||
    (typeof value === 'string' && (ipaddr.IPv4.isValidFourPartDecimal(value) || ipaddr.IPv6.isValid(value))),
);

/** A port of a container, a Service or a machine. */
export const port: Check<number> = must(
  'a port, a whole number of 1 to 65535',
  (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535,
);

/** A port of a node, in the range that Kubernetes hands out. */
export const nodePort: Check<number> = must(
  'a port of the node, a whole number of 30000 to 32767',
  (value) => Number.isInteger(value) && Number(value) >= 30_000 && Number(value) <= 32_767,
);

/** A port of the machine that runs the cluster, and that of the node behind it. */
export const hostPort = record<HostPort>({ hostPort: port, nodePort });

/** Networks, and ports of them. */
export const external = record<External>({ networks: list(network), ports: list(port) });
