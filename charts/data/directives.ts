/** Lines of redis.conf, in the order given. */
export const directives = (entries: Record<string, string | number>) =>
  Object.entries(entries)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');
