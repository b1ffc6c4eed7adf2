/**
 * Lines of a file of settings, one for each entry, in the order given.
 *
 *     settings({ maxmemory: '96mb', port: 6379 }, ' '); // 'maxmemory 96mb\nport 6379\n'
 *
 * @param separator what the format puts between a name and its value: `=` in Java's properties
 */
export const settings = (entries: Readonly<Record<string, string | number | boolean>>, separator: string): string =>
  Object.entries(entries)
    .map(([name, value]) => `${name}${separator}${value}\n`)
    .join('');
