import { Size } from 'cdk8s';
import { BackupJobs, type BackupJobsProps, type BackupScript } from '../../lib/backup-jobs';
import { Example, Pods, podProps } from '../example';
import { Manifests } from '../manifests';

const script = (name: string, memoryLimit: number): Required<BackupScript> => ({
  path: `/etc/shop/${name}`,
  files: { [`/etc/shop/${name}`]: `echo ${name}\n`, '/etc/shop/common.sh': 'common\n' },
  resources: { cpu: 10, memory: Size.mebibytes(16), memoryLimit: Size.mebibytes(memoryLimit) },
});

function made(change: Partial<BackupJobsProps> = {}) {
  const shop = new Example(undefined, 'shop');
  const { image, user, secretFiles } = podProps(shop);
  const allProps: Required<BackupJobsProps> = {
    ...{ image, user, secretFiles },
    ...{ schedule: '0 3 * * *', keep: 7, disk: Size.gibibytes(10), storageClass: 'slow' },
    env: { SHOP: 'shop.example' },
    servers: [new Pods(shop, 'sql', { sql: 5432 }).endpoint('sql')],
    scratch: Size.mebibytes(8),
    backup: script('copy.sh', 32),
    restore: script('put-back.sh', 64),
  };
  new BackupJobs(shop.platform, 'shop-backup', 'sales', { ...allProps, ...change });
  return new Manifests(shop.platform);
}

describe('Backups', () => {
  const manifests = made();
  const jobs = ['shop-backup', 'shop-backup-restore'].map((name) => manifests.find('CronJob', name).spec);
  const containers = jobs.map(({ jobTemplate }) => jobTemplate.spec.template.spec.containers[0]!);

  it('are made on the schedule, and written back only by hand', () => {
    expect(jobs.map(({ suspend }) => suspend)).toEqual([false, true]);
    expect(jobs[0]!.schedule).toBe('0 3 * * *');
  });

  it('are made only by hand as well where there is no schedule', () => {
    const { suspend } = made({ schedule: undefined }).find('CronJob', 'shop-backup').spec;
    expect(suspend).toBe(true);
  });

  it('are on one claim, which both scripts find by its name, with how many are kept', () => {
    const claim = manifests.find('PersistentVolumeClaim', 'shop-backup-claim');
    expect(claim.spec).toMatchObject({ storageClassName: 'slow', resources: { requests: { storage: '10Gi' } } });
    for (const [index, { jobTemplate }] of jobs.entries()) {
      const { env, volumeMounts } = containers[index]!;
      const { volumes } = jobTemplate.spec.template.spec;
      expect(env).toEqual([
        { name: 'SHOP', value: 'shop.example' },
        { name: 'BACKUPS', value: '/backups' },
        { name: 'KEEP', value: '7' },
      ]);
      const mounted = volumeMounts!.find(({ mountPath }) => mountPath === '/backups')!.name;
      expect(volumes).toContainEqual({ name: mounted, persistentVolumeClaim: { claimName: 'shop-backup-claim' } });
    }
  });

  it('have two scripts, beside each of which is what all backups have in common', () => {
    expect(containers.map(({ command }) => command)).toEqual([
      ['sh', '/etc/shop/copy.sh'],
      ['sh', '/etc/shop/put-back.sh'],
    ]);
    const files = ['shop-backup-files', 'shop-backup-restore-files'].map((name) =>
      Object.keys(manifests.find('ConfigMap', name).data!).sort(),
    );
    expect(files).toEqual([
      ['backups.sh', 'common.sh', 'copy.sh'],
      ['backups.sh', 'common.sh', 'put-back.sh'],
    ]);
    expect(containers.map(({ resources }) => resources!.limits!['memory'])).toEqual(['32Mi', '64Mi']);
  });

  it('fail once, in the end: a person looks at them before they are tried again', () => {
    for (const { jobTemplate } of jobs) {
      expect(jobTemplate.spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 6 * 3600 });
    }
  });

  it('reach the servers that they copy, with the logins that they were given', () => {
    const policies = manifests.ofKind('NetworkPolicy').map(({ metadata }) => metadata.name);
    for (const job of ['shop-backup', 'shop-backup-restore']) {
      expect(policies.some((name) => name.startsWith(`${job}-`))).toBe(true);
    }
    for (const { volumeMounts } of containers) {
      expect(volumeMounts).toContainEqual(expect.objectContaining({ mountPath: '/etc/till-tls' }));
    }
  });
});
