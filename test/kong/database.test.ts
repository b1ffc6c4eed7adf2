import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port';

const native = (name: string) => join(__dirname, '../../charts/gateway/kong', name);
const script = native('database.sh');

/** Where Debian has it, the newest version first. */
const DEBIAN = '/usr/lib/postgresql';
const binaries = existsSync(DEBIAN)
  ? readdirSync(DEBIAN)
      .sort((one, other) => Number(other) - Number(one))
      .map((version) => join(DEBIAN, version, 'bin'))
      .find((directory) => existsSync(join(directory, 'initdb')))
  : undefined;
if (!binaries) throw new Error(`There is no PostgreSQL server below ${DEBIAN}: apt-get install postgresql`);

const NOBODY = 65534;
const SLOW = 60_000;

describe("A version's database", () => {
  let directory: string;
  let env: Record<string, string>;
  // The server refuses to run as root.
  const as = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const server = (program: string, ...args: string[]) =>
    execFileSync(join(binaries, program), ['-D', join(directory, 'data'), ...args], { ...as, stdio: 'ignore' });

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'bss-kong-db-'));
    chmodSync(directory, 0o755);
    if (as.uid) chownSync(directory, as.uid, as.gid!);
    const port = await freePort();
    env = {
      ...process.env,
      PGHOST: '127.0.0.1',
      PGPORT: `${port}`,
      PGUSER: 'kong',
      PGPASSWORD: 'unused',
      PATH: `${directory}:${process.env['PATH']}`,
    } as typeof env;
    server('initdb', '-U', 'postgres', '-A', 'trust', '--no-sync');
    server('pg_ctl', '-w', '-o', `-p ${port} -k ${directory} -h 127.0.0.1 -F`, 'start');
    copyFileSync(join(__dirname, 'migrations-stand-in.sh'), join(directory, 'kong'));
    // As the image does it.
    const init = { ...env, KONG_ROLE: 'kong', POSTGRES_PASSWORD: "it's" };
    execFileSync('psql', ['-Xqv', 'ON_ERROR_STOP=1', '-U', 'postgres', '-f', native('role.sql')], { env: init });
  }, SLOW);
  afterAll(() => {
    server('pg_ctl', '-m', 'immediate', 'stop');
    rmSync(directory, { recursive: true });
  }, SLOW);

  const sql = (text: string, database = 'postgres') =>
    execFileSync('psql', ['-XqAtc', text, '-d', database], { env, encoding: 'utf8' }).trim();
  const databases = () => sql("SELECT datname FROM pg_database WHERE datname LIKE 'kong%' ORDER BY 1").split('\n');
  const run = (action: string, version: string) => shell([script, action], { DATABASE: version });
  const migrate = (variables = {}) => shell([native('migrate.sh')], { KONG_PG_DATABASE: 'kong_1', ...variables });
  const shell = (command: string[], variables: Record<string, string>) => {
    const { status, stdout, stderr } = spawnSync('sh', command, {
      env: { ...env, ...variables },
      encoding: 'utf8',
      timeout: 20_000,
    });
    return { status, said: stdout + stderr };
  };
  const made = (...versions: string[]) => {
    for (const version of versions) expect(run('create', version)).toMatchObject({ status: 0 });
  };

  afterEach(() => {
    for (const name of databases().filter(Boolean)) sql(`DROP DATABASE ${name}`);
  });

  it('is made once, however often the Job tries', () => {
    made('kong_1', 'kong_1');
    expect(databases()).toEqual(['kong_1']);
  });

  it(
    'is waited for until it is complete, and then not',
    async () => {
      made('kong_1');
      const waiting = spawn('sh', [script, 'await'], { env: { ...env, DATABASE: 'kong_1' } });
      let said = '';
      waiting.stdout.on('data', (text) => {
        said += text;
      });
      const ended = new Promise<number | null>((resolve) => waiting.on('exit', resolve));
      while (!said) await new Promise((resolve) => setTimeout(resolve, 50));
      expect(said).toContain('INFO Waiting for the Job kong-migrations to complete kong_1');
      expect(run('finish', 'kong_1')).toMatchObject({ status: 0 });
      expect(await ended).toBe(0);
      expect(said).toMatch(/INFO kong_1 was completed at \d{4}-/);
    },
    SLOW,
  );

  it('stays beside two that were complete before it; those before are dropped', () => {
    const versions = [1, 2, 3, 4].map((version) => `kong_${version}`);
    made(...versions);
    for (const version of versions) expect(run('finish', version)).toMatchObject({ status: 0 });
    expect(databases()).toEqual(['kong_2', 'kong_3', 'kong_4']);
  });

  it(
    'is not dropped while a pod uses it, or a Job fills it',
    async () => {
      const versions = [1, 2, 3, 4, 5].map((version) => `kong_${version}`);
      made(...versions, 'kong_filling');
      const pod = spawn('psql', ['-d', 'kong_1'], { env, stdio: ['pipe', 'ignore', 'ignore'] });
      while (sql("SELECT 1 FROM pg_stat_activity WHERE datname = 'kong_1'") === '') {}
      for (const version of versions) run('finish', version);
      expect(databases()).toEqual(['kong_1', 'kong_3', 'kong_4', 'kong_5', 'kong_filling']);
      pod.kill();
      await new Promise((resolve) => pod.on('exit', resolve));
      while (sql("SELECT 1 FROM pg_stat_activity WHERE datname = 'kong_1'") !== '') {}
    },
    SLOW,
  );

  it('that is not there cannot be complete', () => {
    expect(run('finish', 'kong_nowhere')).toMatchObject({
      status: 1,
      said: expect.stringContaining('ERROR There is no'),
    });
  });

  it("belongs to a role that may make databases and nothing else; the server's own cannot be reached with its password", () => {
    const roles = 'SELECT rolname, rolsuper, rolcreaterole, rolreplication, rolbypassrls, rolcreatedb FROM pg_roles';
    expect(sql(`${roles} WHERE rolname = 'kong'`)).toBe('kong|f|f|f|f|t');
    const memberships = "SELECT count(*) FROM pg_auth_members WHERE member = 'kong'::regrole";
    expect(sql(memberships)).toBe('0');
    const passwords = [
      '-XqAtU',
      'postgres',
      '-c',
      'SELECT rolname, left(rolpassword, 5) FROM pg_authid WHERE rolcanlogin',
    ];
    expect(
      execFileSync('psql', [...passwords, '-d', 'postgres'], { env, encoding: 'utf8' })
        .trim()
        .split('\n')
        .sort(),
    ).toEqual(['kong|SCRAM', 'postgres|']);
  });

  const steps = () => sql('SELECT step, finished FROM steps ORDER BY 1', 'kong_1').split('\n');
  const complete = ['1|t', '2|t', '3|t'];

  it('gets its tables, and again they are complete', () => {
    made('kong_1');
    for (let time = 0; time < 2; time++)
      expect(migrate()).toMatchObject({ status: 0, said: expect.stringContaining("INFO Kong's tables are complete") });
    expect(steps()).toEqual(complete);
  });

  it.each(['1', '2', '3'])('gets the rest of its tables when the try before was killed after %s of three', (step) => {
    made('kong_1');
    expect(migrate({ DIES_AFTER: step }).status).not.toBe(0);
    expect(steps()).toHaveLength(Number(step));
    expect(migrate()).toMatchObject({ status: 0 });
    expect(steps()).toEqual(complete);
  });

  it('is finished where a try was killed between up and finish', () => {
    made('kong_1');
    sql('CREATE TABLE steps AS SELECT 1 AS step, true AS finished UNION SELECT 2, false', 'kong_1');
    expect(migrate()).toMatchObject({ status: 0 });
    expect(steps()).toEqual(complete);
  });

  it('fails with what Kong says where the tables cannot be made', () => {
    expect(migrate({ KONG_PG_DATABASE: 'kong_nowhere' })).toMatchObject({
      status: 1,
      said: expect.stringMatching(/kong_nowhere" does not exist(.|\n)*ERROR Kong's tables are not complete after/),
    });
  });
});
