import { eventually } from '../../cluster/eventually';
import { Load } from '../../cluster/kafka/load';
import type { Namespace } from '../../cluster/namespace';
import { nodeNames } from '../../cluster/nodes';
import { unless } from '../unless';
import { EXT4_CLASS, rehearsing, storageClassExists } from './shared';

const missing =
  nodeNames().length < 3
    ? 'three nodes are needed'
    : storageClassExists(EXT4_CLASS)
      ? undefined
      : `there is no StorageClass ${EXT4_CLASS}; name one in LIVE_EXT4_STORAGE_CLASS`;
const onVolumes = unless(missing);

const VOLUME = '/var/lib/kafka/data';
let bss: Namespace;
beforeAll(() => {
  if (!missing) bss = rehearsing();
});

const files = () => bss.exec('kafka-1', 'ls', VOLUME).trim().split('\n');

onVolumes('brokers run on volumes with lost+found', () => {
  expect(files()).toEqual(expect.arrayContaining(['lost+found', 'topics', 'ballast']));
});

onVolumes(
  'a full volume is named in the log, loses no acknowledged record, and the broker returns on its ballast',
  () => {
    const load = new Load(bss, { name: 'full-volume', partitions: 6, recordsPerSecond: 2000 });
    const restarts = () => bss.restarts('kafka-1');
    const before = restarts();
    // Fails when nothing is left, as it should.
    bss.try('exec', 'kafka-1', '--', 'bash', '-c', `cat /dev/zero > ${VOLUME}/filler`);
    eventually('the broker to stop', () => restarts() > before);
    expect(bss.awaitLog('kafka-1', /WARN The volume is full/)).toContain('Its ballast of 64 MiB was given up');
    bss.awaitReady('kafka-1');
    expect(files()).not.toContain('ballast');

    bss.exec('kafka-1', 'rm', `${VOLUME}/filler`);
    const result = load.stop();
    console.info(result);
    expect(result).toMatchObject({ lost: 0, failed: 0, belowMinIsr: 0 });
  },
);

onVolumes('the ballast is there again after the next start with room', () => {
  bss.run('delete', 'pod', 'kafka-1');
  bss.awaitReady('kafka-1');
  expect(files()).toContain('ballast');
});
