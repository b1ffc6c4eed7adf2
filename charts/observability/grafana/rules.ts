import { optional } from '../../../lib/values/check';
import { image } from '../../../lib/values/image';
import { hostPort } from '../../../lib/values/networks';
import { record } from '../../../lib/values/record';
import { resources } from '../../../lib/values/sizes';
import type { Board } from './boards/board';
import type { GrafanaSize } from './size';

export const grafanaImage = image({
  of: /:12\.\d+\.\d+/,
  words: '12.x',
  because: 'Its settings and the format of its boards are those of 12.',
});

/** What a Grafana may be. */
export const grafanaSize = record<GrafanaSize>({ resources: resources(256), host: optional(hostPort) });

/** Boards that Grafana would not show, or one over the other. */
export const boardErrors = (boards: readonly Board[]): string[] => [
  ...boards.flatMap(({ uid, title }, index) => {
    const other = boards.slice(0, index).find((earlier) => earlier.uid === uid);
    return other
      ? [
          `The boards "${other.title}" and "${title}" both have the uid "${uid}", which is their address: Grafana would ` +
            'show one of them. Give one another uid.',
        ]
      : [];
  }),
  ...boards
    .filter(({ uid }) => !/^[a-z0-9-]{1,40}$/.test(uid))
    .map(
      ({ uid, title }) =>
        `The board "${title}" has the uid "${uid}": it must be 1 to 40 of the characters a-z, 0-9 and "-".`,
    ),
];
