import { cases as backend } from './backend';
import { cases as certificates } from './certificates';
import { cases as gateway } from './gateway';
import { cases as kafka } from './kafka';
import { cases as kubernetes } from './kubernetes';
import { cases as lag } from './lag';
import { cases as pgbouncer } from './pgbouncer';
import { cases as platform } from './platform';
import { cases as postgres } from './postgres';
import { cases as redis } from './redis';
import { cases as slo } from './slo';
import { cases as topics } from './topics';
import { cases as volumes } from './volumes';
import { cases as zookeeper } from './zookeeper';

export const cases = [
  ...[
    platform,
    kubernetes,
    volumes,
    kafka,
    zookeeper,
    topics,
    lag,
    gateway,
    redis,
    postgres,
    pgbouncer,
    backend,
    certificates,
    slo,
  ].flat(),
];
