import { Size } from 'cdk8s';
import type { Environment } from '../../charts/environment';
import { environmentTitle, repeatedNames, valueErrors } from '../../charts/values';
import { environments } from '../../config/environments';
import { errorsAt } from '../errors-at';

describe('An environment', () => {
  const [kind] = environments as [Environment, ...Environment[]];

  it('is called as no other one, or one would be written over the other', () => {
    expect(repeatedNames(environments)).toEqual([]);
    expect(repeatedNames([...environments, { ...kind }])).toEqual([
      '2 environments have the name "kind": each is written to the folder of its name, one over the other. Give each its own.',
    ]);
  });

  it('has a title without a name, too', () => {
    expect(environmentTitle(kind, 0)).toBe('kind');
    expect(environmentTitle({ ...kind, name: '../x' }, 1)).toBe('environment 2');
  });

  it('that is none is told what it has', () => {
    expect(valueErrors(undefined as never)).toEqual([
      expect.stringMatching(/^it is missing: it must be an object with .*\bname, namespace/),
    ]);
  });

  it('is told everything at once, and how sections fit together where they are right', () => {
    const wrong = {
      ...kind,
      name: '',
      kafka: { ...kind.kafka, replication: 4, minInsyncReplicas: 2 },
      redis: { ...kind.redis, maxmemory: Size.mebibytes(0) },
      postgresBackup: { ...kind.postgresBackup, disk: Size.mebibytes(64) },
    };
    expect(valueErrors(wrong).map((message) => message.split(' ')[0])).toEqual([
      'name',
      'kafka.replication',
      'redis.maxmemory',
      'postgresBackup.disk',
    ]);
  });
});

describe('A schedule', () => {
  const schedule = (text: string) => errorsAt('redisBackup.schedule', text);

  it.each([
    '0  2 * * *',
    '*/5 * * * *',
    '0 0 * * MON-FRI',
    '1,2 3-5/2 ? jan *',
    '5/15 * * * *',
    '0 0 29 2 *',
    '0 0 1 1 0',
  ])('may be "%s"', (text) => {
    expect(schedule(text)).toEqual([]);
  });

  it.each([
    '61 2 * * *',
    '0 2 31 2 *',
    '0 2 * *',
    '* * * * * *',
    '@daily',
    '0 0 * * 7',
    '0 0 L * *',
    '*/0 * * * *',
    '5-1 * * * *',
    'TZ=UTC 0 2 * * *',
    '0 2 * *\n*',
    '',
  ])('may not be %j', (text) => {
    expect(schedule(text)).toEqual([
      expect.stringMatching(/^redisBackup\.schedule is .*: it needs .*, as in "0 2 \* \* \*", every night at two\.$/),
    ]);
  });
});
