import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readConfig, readDatabaseConfig } from '../src/config.ts';
import { directory } from './servers/program.ts';

describe('config', () => {
  const least = {
    ...{ DATABASE_HOST: 'pgbouncer', DATABASE_PORT: '6432', DATABASE_NAME: 'bss', DATABASE_USER: 'bss' },
    ...{ DATABASE_PASSWORD: 'secret', KAFKA_BOOTSTRAP: 'kafka-0:9092,kafka-1:9092' },
  };

  test('few variables are enough, and without an address there is no cache and no export of traces', () => {
    assert.deepEqual(readConfig(least), {
      ...{ port: 8080, logLevel: 'info', deadline: 5000, drain: 5000 },
      database: {
        host: 'pgbouncer',
        port: 6432,
        database: 'bss',
        user: 'bss',
        password: 'secret',
        pool: 10,
        lifetime: 300,
      },
      kafka: { bootstrap: ['kafka-0:9092', 'kafka-1:9092'] },
    });
  });

  test('everything that is wrong is told at once, with what it may be, and no password', () => {
    assert.throws(() => readConfig({ PORT: '99999', DATABASE_PASSWORD: '', REDIS_NODES: 'redis', LOG_LEVEL: 'loud' }), {
      message: [
        'PORT is "99999": it must be a whole number from 0 to 65535.',
        'LOG_LEVEL is "loud": it must be one of info, debug, warn, error, silent.',
        'DATABASE_HOST is not set: it must be set, as in "pgbouncer".',
        'DATABASE_NAME is not set: it must be set, as in "bss".',
        'DATABASE_USER is not set: it must be set, as in "bss".',
        'DATABASE_PASSWORD is empty: it must be set, as in "…", or DATABASE_PASSWORD_FILE="/etc/secrets/database_password".',
        'KAFKA_BOOTSTRAP is not set: it must be set, as in "kafka-0:9092,kafka-1:9092".',
        'REDIS_NODES is "redis": it must be host:port, more of them after commas, as in "redis-cluster-0-0:7000".',
      ].join('\n'),
    });
  });

  test('who signed the certificates of the cache is in a file', () => {
    const file = join(directory('config'), 'ca.crt');
    writeFileSync(file, '-----BEGIN CERTIFICATE-----\n');
    const redis = { ...least, REDIS_NODES: 'redis:7000', REDIS_AUTHORITY_FILE: file };
    assert.equal(readConfig(redis).redis?.authority, '-----BEGIN CERTIFICATE-----\n');
    assert.equal(readConfig({ ...redis, REDIS_AUTHORITY_FILE: undefined }).redis?.authority, undefined);
  });

  test('a password may be in a file, whose second line is the next one', () => {
    const file = join(directory('config'), 'password');
    writeFileSync(file, 'now\nsoon\n');
    const { DATABASE_PASSWORD, ...others } = least;
    assert.equal(readDatabaseConfig({ ...others, DATABASE_PASSWORD_FILE: file }).password, 'now');
    assert.throws(
      () => readDatabaseConfig({ ...others, DATABASE_PASSWORD_FILE: `${file}.no` }),
      /DATABASE_PASSWORD_FILE is .*ENOENT/,
    );
  });
});
