import { whole } from '../../../lib/values/numbers';
import { record } from '../../../lib/values/record';
import { disk, memory, resources } from '../../../lib/values/sizes';
import { heapErrors } from '../heap';
import type { ZooKeeperSize } from './size';

/** What an ensemble may be. */
export const zookeeperSize = record<ZooKeeperSize>(
  {
    servers: whole(1, 7),
    heap: memory(64),
    resources: resources(128),
    // Two files of the log, 64 MiB each from their first byte, are open at once.
    data: disk(128),
    log: disk(128),
  },
  oddErrors,
  ({ heap, resources }) => heapErrors('zookeeper', heap, resources),
);

function oddErrors({ servers }: ZooKeeperSize): string[] {
  if (servers % 2 !== 0) return [];
  return [
    `zookeeper.servers is ${servers}: an ensemble needs an odd number, as ${servers} tolerate no more failures ` +
      `than ${servers - 1}. Set it to ${servers - 1} or ${servers + 1}.`,
  ];
}
