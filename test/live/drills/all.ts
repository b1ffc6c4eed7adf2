import { backend, consumer, outbox, refused } from './backend';
import type { Drill } from './drill';
import { gateway, strangers } from './gateway';
import { broker, zookeeper } from './kafka';
import { job } from './kubernetes';
import { claim, clients, pgbouncer, postgres } from './postgres';
import { counters, memory, redis, snapshot } from './redis';

/** Drills that do not disturb each other, and begin at once. */
export type Round = readonly Drill[];

/** Rounds of which each begins when all is well again after the one before. */
export type Lane = readonly Round[];

/**
 * Beside each other. What holds a lock or fills something needs what it is held in; then everything goes at once. Events
 * have to flow until the consumer stops, and who takes all connections comes last.
 */
export const drills: readonly Lane[] = [
  [
    [consumer, broker, refused, outbox, claim, memory, snapshot, clients],
    [zookeeper, postgres, pgbouncer, backend, redis, counters],
  ],
  [[job]],
];

/** The same beside them, where there is a gateway. */
export const gatewayDrills: Lane = [[strangers], [gateway]];
