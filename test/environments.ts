import { App } from 'cdk8s';
import { platform } from '../charts/platform';
import type { Environment } from '../config/environment';
import { environments } from '../config/environments';
import { Manifests } from './manifests';

export const appOf = (environment: Environment) => platform(new App(), environment);

/** For `describe.each`: every environment with what it makes. */
export const everyEnvironment = environments.map((environment) => ({
  name: environment.name,
  environment,
  manifests: new Manifests(appOf(environment)),
}));
