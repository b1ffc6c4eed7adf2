import { optional } from '../../../lib/values/check';
import { image } from '../../../lib/values/image';
import { hostPort } from '../../../lib/values/networks';
import { whole } from '../../../lib/values/numbers';
import { record } from '../../../lib/values/record';
import { disk, resources, retention } from '../../../lib/values/sizes';
import type { PrometheusSize } from './size';

export const prometheusImage = image({
  of: /:v3\.\d+\.\d+/,
  words: 'v3.x',
  because: 'Its flags and the format of its configuration are those of 3.',
});

/** What a Prometheus may be. */
export const prometheusSize = record<PrometheusSize>({
  // More than two keep the same once more, and each asks everything again.
  replicas: whole(1, 2),
  resources: resources(128),
  retention,
  disk: disk(512),
  host: optional(hostPort),
});

/** Most samples that one scrape may bring. */
export const SAMPLE_LIMIT = 5000;

/** What all pods have on average; the live test measures it. */
export const SERIES_PER_POD = 1000;

const INTERVAL_SECONDS = 15;
/** On average, compressed: https://prometheus.io/docs/prometheus/3.5/storage/#operational-aspects */
const BYTES_PER_SAMPLE = 2;
/** The log of what is not in a block yet, of up to so many hours, and so many bytes for a sample. */
const LOG = { hours: 4, bytesPerSample: 8 };

/**
 * Share of the claim that may be taken before the oldest samples go. The rest is for what is written meanwhile: the
 * log of some hours, and the copy of the blocks that are being made into a larger one.
 */
export const DISK_SHARE = 0.8;

const samplesIn = (seconds: number) => seconds / INTERVAL_SECONDS;

/** MiB that so many pods fill in the time of the retention. */
const neededMebibytes = (pods: number, { retention }: Pick<PrometheusSize, 'retention'>): number =>
  Math.ceil(
    (pods *
      SERIES_PER_POD *
      (samplesIn(retention.toSeconds()) * BYTES_PER_SAMPLE + samplesIn(LOG.hours * 3600) * LOG.bytesPerSample)) /
      1024 ** 2,
  );

/** A claim in which samples would not stay as long as was said. @param pods that are asked, at most */
export function retentionErrors(pods: number, size: Pick<PrometheusSize, 'retention' | 'disk'>): string[] {
  const room = Math.floor(size.disk.toMebibytes() * DISK_SHARE);
  const needed = neededMebibytes(pods, size);
  if (needed <= room) return [];
  const hours = Math.floor(size.retention.toSeconds() / 3600);
  return [
    `prometheus.disk is ${size.disk.toMebibytes()} MiB, of which ${room} MiB are for samples, but ${pods} pods with ` +
      `${SERIES_PER_POD} series each, asked every ${INTERVAL_SECONDS} s, fill ${needed} MiB in the ${hours} hours of ` +
      `prometheus.retention: the oldest would go before. Raise the disk to ${Math.ceil(needed / DISK_SHARE)} MiB, or ` +
      'shorten the retention.',
  ];
}
