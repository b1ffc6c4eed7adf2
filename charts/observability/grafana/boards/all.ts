import type { Environment } from '../../../environment';
import type { Board } from './board';
import { kafkaOverview } from './kafka-overview';

/** Every board of an environment, in the order of the page that lists them. */
export const boards = (environment: Environment): Board[] => [kafkaOverview(environment)];
