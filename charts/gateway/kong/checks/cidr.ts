import { isIP, isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** What is wrong with a range of addresses, in a few words. @returns nothing when it is well */
export function cidrError(range: string): string | undefined {
  const [address, bits, ...more] = range.split('/');
  if (more.length > 0 || !isIP(address!)) return 'that is no address and no range, as in 203.0.113.0/24';
  if (bits === undefined) return undefined;
  const most = isIPv4(address!) ? 32 : 128;
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > most) return `a range has 0 to ${most} bits`;
  if (!isIPv4(address!)) return undefined;
  const first = ipaddr.IPv4.networkAddressFromCIDR(range).toString();
  return address === first ? undefined : `Kong would take it as ${first}/${bits}. Write what you mean`;
}

/** Whether two ranges of IPv4 have an address in common; with other addresses, no. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [one, other].map((range) => range.split('/'));
  if (!isIPv4(a![0]!) || !isIPv4(b![0]!)) return false;
  const bits = Math.min(Number(a![1] ?? 32), Number(b![1] ?? 32));
  return ipaddr.IPv4.parse(a![0]!).match(ipaddr.IPv4.parse(b![0]!), bits);
}
