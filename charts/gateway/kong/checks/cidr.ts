import { isIP, isIPv4 } from 'node:net';

const asNumber = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

/** What is wrong with a range of addresses, in a few words. @returns nothing when it is well */
export function cidrError(range: string): string | undefined {
  const [address, bits, ...more] = range.split('/');
  if (more.length > 0 || !isIP(address!)) return 'that is no address and no range, as in 203.0.113.0/24';
  if (bits === undefined) return undefined;
  const most = isIPv4(address!) ? 32 : 128;
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > most) return `a range has 0 to ${most} bits`;
  if (!isIPv4(address!)) return undefined;
  const size = 2 ** (32 - Number(bits));
  const first = Math.floor(asNumber(address!) / size) * size;
  return asNumber(address!) === first
    ? undefined
    : `Kong would take it as ${asText(first)}/${bits}. Write what you mean`;
}

const asText = (number: number) => [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');

/** Whether two ranges of IPv4 have an address in common; with other addresses, no. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [one, other].map((range) => {
    const [address, bits = '32'] = range.split('/');
    const size = 2 ** (32 - Number(bits));
    const first = isIPv4(address!) ? Math.floor(asNumber(address!) / size) * size : Number.NaN;
    return { first, last: first + size - 1 };
  });
  return a!.first <= b!.last && b!.first <= a!.last;
}
