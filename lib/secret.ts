import { Construct } from 'constructs';
import type { Check } from './values/check';

/** One key of a Secret that somebody else makes. Mounted, or put into an env, it makes the pod a reader. */
export class SecretKey {
  constructor(
    readonly secret: RequiredSecret,
    readonly key: string,
  ) {}
}

/** Values by key. */
export type SecretValues = Readonly<Record<string, string>>;

/**
 * A Secret that the platform needs and never contains: its name, its keys and who reads them.
 * Docs can list them from the model, and values for a laptop be checked against it.
 *
 *     const secret = new RequiredSecret(till, 'till', { password: 'password of the till at its database' });
 *     secret.files('/etc/till'); // for a pod's `secretFiles`: { '/etc/till/password': … }
 */
export class RequiredSecret extends Construct {
  private readonly readers: Readonly<Record<string, Set<string>>>;

  /**
   * @param keys what each key holds, in one sentence that tells an operator what to put there
   * @param accepts what the pods that read a key take as its value, @default - anything
   * @param together what must hold for the values of all keys, @default - nothing more
   */
  constructor(
    scope: Construct,
    readonly name: string,
    readonly keys: Record<string, string>,
    private readonly accepts: (key: string) => Check<string> = () => () => [],
    private readonly together: Check<SecretValues> = () => [],
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

  /** What is wrong with these values. @param name what messages call the Secret */
  complaints(name: string, values: SecretValues): string[] {
    const wrong = Object.entries(values).flatMap(([key, value]) => this.accepts(key)(`${name}.${key}`, value));
    return wrong.length > 0 ? wrong : this.together(name, values);
  }

  /** All keys as files of a directory, for `secretFiles`. */
  files(directory: string): Record<string, SecretKey> {
    return Object.fromEntries(Object.keys(this.keys).map((key) => [`${directory}/${key}`, this.key(key)]));
  }

  /** The workloads that read the key. */
  readersOf(key: string): string[] {
    return [...this.readers[key]!];
  }

  addReader(key: string, workload: string): void {
    this.readers[key]!.add(workload);
  }
}
