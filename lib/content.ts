import { createHash } from 'node:crypto';
import { Lazy } from 'cdk8s';

/**
 * The text of a file, or a function that makes it. The function is asked when everything is declared, so it may use
 * what stands later in the model: addresses, names, all that is derived.
 */
export type Content = string | (() => string);

/** The content as cdk8s takes it: a text, or a token that it resolves when it writes the manifest, and again for its hash. */
export function rendered(content: Content): string {
  if (typeof content === 'string') return content;
  let made: string | undefined;
  return Lazy.any({ produce: () => (made ??= content()) });
}

/** A hash of `content` that is the same on every machine. Ask for it when everything is declared. */
export function contentHash(content: unknown): string {
  const resolved = (_key: string, value: unknown) => (value instanceof Lazy ? value.produce() : value);
  return createHash('sha256').update(JSON.stringify(content, resolved)).digest('hex');
}
