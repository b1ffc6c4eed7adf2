import { createHash } from 'node:crypto';
import { Yaml } from 'cdk8s';

/** Paths that begin with `~` are patterns only from this one on; with an earlier one Kong would rewrite paths. */
const FORMAT_VERSION = '3.0';

/** The file, in the order of the model: readable, and the same each time. Keys are placeholders in it. */
export const declarativeFile = (configuration: object): string =>
  // What is undefined would become null, and what is used twice an anchor.
  Yaml.stringify(JSON.parse(JSON.stringify({ _format_version: FORMAT_VERSION, ...configuration })));

/** The environment variable with a consumer's keys: one, or two in two lines while the first is being replaced. */
export const keyVariable = (username: string) => `KEYS_${username.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;

/** Both keys that a consumer may have at a time. The pod drops the two lines of one that there is no key for: see render.sh. */
export const keysOf = (username: string) =>
  [keyVariable(username), `${keyVariable(username)}__2`].map((slot) => ({ key: `@@${slot}@@`, id: uuid(slot) }));

/** A UUID of version 5, the same each time: who imports a file twice must not find its credentials twice. */
function uuid(name: string): string {
  const hex = createHash('sha1').update(`bss-event-platform/kong/${name}`).digest('hex');
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
