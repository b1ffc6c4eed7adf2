import { Construct } from 'constructs';
import type { Check } from './values/check';

/** One key of a Secret that somebody else makes. Mounted, or put into an env, it makes the pod a reader. */
export class SecretKey {
  constructor(
    readonly secret: RequiredSecret,
    readonly key: string,
  ) {}
}

/**
 * A Secret that the platform needs and never contains: its name, its keys and who reads them.
 * The table of Secrets in the docs is made from it, and the development Secret is checked against it.
 */
export class RequiredSecret extends Construct {
  private readonly readers: Readonly<Record<string, Set<string>>>;

  /**
   * @param keys what each key holds, in one sentence that tells an operator what to put there
   * @param accepts what the pods that read the keys take as their values, @default - anything
   */
  constructor(
    scope: Construct,
    readonly name: string,
    readonly keys: Record<string, string>,
    readonly accepts: Check<Readonly<Record<string, string>>> = () => [],
  ) {
    super(scope, `secret-${name}`);
    this.readers = Object.fromEntries(Object.keys(keys).map((key) => [key, new Set<string>()]));
  }

  /** @throws when the Secret has no such key. */
  key(key: string): SecretKey {
    if (!(key in this.keys)) {
      throw new Error(`Secret ${this.name} has no key ${key}; it has ${Object.keys(this.keys).join(', ')}`);
    }
    return new SecretKey(this, key);
  }

  /** The workloads that read the key. */
  readersOf(key: string): string[] {
    return [...this.readers[key]!];
  }

  addReader(key: string, workload: string): void {
    this.readers[key]!.add(workload);
  }
}
