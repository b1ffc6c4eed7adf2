import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port';

const script = join(__dirname, '../../charts/gateway/kong/database.sh');

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
    } as typeof env;
    server('initdb', '-U', 'kong', '-A', 'trust', '--no-sync');
    server('pg_ctl', '-w', '-o', `-p ${port} -k ${directory} -h 127.0.0.1 -F`, 'start');
  }, SLOW);
  afterAll(() => {
    server('pg_ctl', '-m', 'immediate', 'stop');
    rmSync(directory, { recursive: true });
  }, SLOW);

  const sql = (text: string, database = 'postgres') =>
    execFileSync('psql', ['-XqAtc', text, '-d', database], { env, encoding: 'utf8' }).trim();
  const databases = () => sql("SELECT datname FROM pg_database WHERE datname LIKE 'kong%' ORDER BY 1").split('\n');
  const run = (action: string, version: string) => {
    const { status, stdout, stderr } = spawnSync('sh', [script, action], {
      env: { ...env, DATABASE: version },
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
});
