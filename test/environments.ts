import { Duration, Size } from 'cdk8s';
import type { Environment } from '../charts/environment';
import { platform } from '../charts/platform';

import { developmentPasswords, developmentSecrets } from '../config/development-secrets';
import { environments } from '../config/environments';
import { kind } from '../config/kind';
import { Manifests, nameOf, type Pod } from './manifests';

const databases = [{ name: 'bss', holds: 'customers, orders, invoices, payments' }];

/**
 * A laptop with catalogues of its own, for the tests of rules: what somebody adds to the platform's changes none of them.
 */
export const laptop: Environment = {
  ...kind,
  databases,
  developmentSecrets: { ...developmentSecrets, 'postgres-users': developmentPasswords(databases) },
  topics: [
    { name: 'bss.events', partitions: 3, retention: Duration.days(7), rate: Size.mebibytes(1), holds: 'everything' },
    {
      name: 'bss.audit.events',
      partitions: 3,
      retention: Duration.days(365),
      rate: Size.kibibytes(10),
      holds: 'who did what',
    },
  ],
};

export const appOf = (environment: Environment) => platform(environment).app;

/** Every environment with what it makes. */
export const everyEnvironment = environments.map((environment) => ({
  name: environment.name,
  environment,
  manifests: new Manifests(appOf(environment)),
}));

export type Each = (typeof everyEnvironment)[number];

/** What a rule finds wrong in any environment: one test for all of them, whose failure names the environment and the object. */
export const wrongAnywhere = (wrong: (each: Each) => string[]): string[] =>
  everyEnvironment.flatMap((each) => wrong(each).map((what) => `${each.name}: ${what}`));

/** What a rule finds wrong in any pod of any environment. */
export const wrongInPods = (wrong: (pod: Pod, each: Each) => unknown[]): string[] =>
  wrongAnywhere((each) =>
    each.manifests
      .pods()
      .flatMap((pod) =>
        wrong(pod, each).map(
          (what) => `${nameOf(pod.owner)}: ${typeof what === 'string' ? what : JSON.stringify(what)}`,
        ),
      ),
  );

/** That each is what it must be: one comparison for all, whose failure shows which is not. */
export const expectEach = (pairs: readonly (readonly [is: object, must: object])[]): void =>
  expect(pairs.map(([is]) => is)).toEqual(pairs.map(([, must]) => must));

/** One of them by its name, wherever it is in the list. @throws when there is none */
export function environmentCalled(name: string) {
  const found = everyEnvironment.find((each) => each.name === name);
  if (!found) throw new Error(`there is no environment ${name}`);
  return found;
}
