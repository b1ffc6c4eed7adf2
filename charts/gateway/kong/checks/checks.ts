import type { Configuration } from '../entities';
import type { Runtime } from '../runtime';
import { accessErrors } from './access';
import { capacityErrors } from './capacity';
import { credentialErrors } from './credentials';
import { nameErrors } from './names';
import { pathErrors } from './paths';
import { pluginErrors } from './plugins';
import { reachabilityErrors } from './router';
import { scopeErrors } from './scopes';
import { serviceErrors } from './services';
import { timeErrors } from './time';
import { upstreamErrors } from './upstreams';
import { vaultErrors } from './vault';

/** A configuration, and the pods that run it: some mistakes are in neither alone. */
export interface Gateway {
  readonly configuration: Configuration;
  readonly runtime: Runtime;
}

const CHECKS: readonly ((gateway: Gateway) => string[])[] = [
  nameErrors,
  serviceErrors,
  upstreamErrors,
  pathErrors,
  reachabilityErrors,
  scopeErrors,
  pluginErrors,
  credentialErrors,
  vaultErrors,
  accessErrors,
  timeErrors,
  capacityErrors,
];

/** What Kong 3.5.0 would refuse at its start, and what it would accept without a word and do something else. */
export const gatewayErrors = (gateway: Gateway): string[] =>
  CHECKS.flatMap((check) => check(gateway)).map((error) => `kong: ${error}`);
