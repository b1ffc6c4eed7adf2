import { model } from '../../charts/synth';
import { objectsOf } from '../../lib/manifest-files';
import { changed, complaints, databaseComplaints, twoDatabases } from '../changed';
import { laptop as kind } from '../environments';

describe('A database', () => {
  it.each(['BSS', '1st', 'with-dash', 'pg_bss', 'two words', 'x'.repeat(33)])('cannot be called "%s"', (name) => {
    expect(databaseComplaints(name)).toEqual([
      `database "${name}" has no legal name: use 1 to 32 of the characters a-z, 0-9 and "_", a letter first and not "pg_".`,
    ]);
  });

  it.each(['postgres', 'template0', 'template1', 'pgbouncer', 'logins'])(
    'cannot be called "%s", as one is called so already',
    (name) => {
      expect(databaseComplaints(name)).toEqual([
        `database "${name}" is one that the server or PgBouncer has already. Rename it.`,
      ]);
    },
  );

  it.each(['x'.repeat(32), 'reports_2'])('can be called "%s"', (name) => {
    expect(databaseComplaints(name)).toEqual([]);
  });

  it('has roles that are its own', () => {
    const message = (role: string, database: string, other: string) =>
      `role "${role}" of database "${database}" is already one of ${other}. Rename the database.`;
    expect(databaseComplaints('bss')).toEqual([
      message('bss', 'bss', 'database "bss"'),
      message('bss_migrations', 'bss', 'database "bss"'),
    ]);
    expect(databaseComplaints('bss_migrations')).toEqual([
      message('bss_migrations', 'bss_migrations', 'database "bss"'),
    ]);
    expect(databaseComplaints('pghero')).toEqual([message('pghero', 'pghero', 'the server')]);
  });

  it('is there where somebody needs it', () => {
    expect(complaints({ databases: [{ name: 'shop', holds: 'something' }] })).toEqual([
      'databases has no "bss", which the backend works with. Add it.',
    ]);
  });

  it('that is added is another Job, and nothing of the server changes', () => {
    const [before, after] = [kind.databases, twoDatabases].map((each) => {
      const made = changed({ databases: each, developmentSecrets: undefined }).app;
      const objects = made.charts.flatMap(objectsOf);
      return {
        server: objectsOf(made.charts.find(({ node }) => node.id === 'postgres')!),
        job: objects.find(({ kind, metadata }) => kind === 'Job' && metadata.name.startsWith('databases')).metadata
          .name,
      };
    });
    expect(after!.server).toEqual(before!.server);
    expect(after!.job).not.toBe(before!.job);
  });

  it('that is added needs two passwords more', () => {
    expect(model({ ...kind, databases: twoDatabases }).errors).toEqual(
      ['reports', 'reports_migrations'].map(
        (key) =>
          `developmentSecrets has no value for key "${key}" of Secret "postgres-users". Add it, or leave ` +
          'developmentSecrets out.',
      ),
    );
  });
});
