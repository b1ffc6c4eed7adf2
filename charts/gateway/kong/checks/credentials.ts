import { KEY_PLACEHOLDER } from '../declarative';
import type { Gateway } from './checks';
import { repeated } from './names';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Keys that would be in a ConfigMap, or in force by mistake: Kong takes any text for a key, even one character. */
export function credentialErrors({ configuration: { consumers }, runtime }: Gateway): string[] {
  const credentials = consumers.flatMap(({ username, keyauth_credentials }) =>
    keyauth_credentials.map((credential) => ({ username, ...credential })),
  );
  return [
    ...consumers
      .filter(({ keyauth_credentials }) => keyauth_credentials.length === 0)
      .map(
        ({ username }) =>
          `consumer "${username}" has no key: nobody could call in its name. Give it one, or remove it.`,
      ),
    ...credentials
      .filter(({ key }) => !KEY_PLACEHOLDER.test(key))
      .map(({ username, key }) =>
        key.startsWith('{vault://')
          ? `consumer "${username}": its key is a vault reference, but Kong 3.5 would take that very text as the key. Use a placeholder @@KEYS_…@@.`
          : `consumer "${username}": its key is no placeholder @@KEYS_…@@: it would be in a ConfigMap, and in force as it stands there.`,
      ),
    ...credentials
      .filter(({ id }) => !UUID.test(id))
      .map(({ username, id }) => `consumer "${username}": the id "${id}" of a key is no UUID in lower case.`),
    ...repeated(credentials.map(({ id }) => id)).map((id) => `two keys have the id ${id}. Give each its own.`),
    ...repeated(credentials.map(({ key }) => key)).map(
      (key) => `two keys come from ${key}: Kong refuses the second one.`,
    ),
    ...(runtime.leastKeyLength >= 16
      ? []
      : [
          `leastKeyLength is ${runtime.leastKeyLength}: keys can be guessed, and guesses are not rate-limited. Set it to 32, or ` +
            'on a laptop to 16 or more.',
        ]),
  ];
}
