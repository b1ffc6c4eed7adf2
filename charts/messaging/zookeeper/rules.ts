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
    data: disk(128),
    // Each of its files, four or so, has 64 MiB from the first byte.
    log: disk(512),
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
