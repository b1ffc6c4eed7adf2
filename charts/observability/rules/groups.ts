import type { Environment } from '../../environment';
import { backend } from './backend';
import { certificates } from './certificates';
import { gateway } from './gateway';
import { kafka } from './kafka';
import { kubernetes } from './kubernetes';
import { lag } from './lag';
import { pgbouncer } from './pgbouncer';
import { platform, type Watched } from './platform';
import { postgres } from './postgres';
import { redis } from './redis';
import type { Group } from './rule';
import { slo } from './slo';
import { topics } from './topics';
import { volumes } from './volumes';
import { zookeeper } from './zookeeper';

/**
 * Everything that Prometheus evaluates in an environment. What others build on comes first.
 * @param workloads all of them: those that have metrics are watched
 */
export const ruleGroups = (workloads: readonly Watched[], environment: Environment): Group[] => [
  platform(workloads.filter(({ metrics }) => metrics)),
  kubernetes(workloads),
  volumes(environment),
  kafka(environment),
  zookeeper(environment),
  topics(environment),
  lag(environment),
  gateway,
  redis(environment),
  postgres(environment),
  pgbouncer(environment),
  backend(environment),
  ...(environment.certificates ? [certificates] : []),
  slo(environment),
];
