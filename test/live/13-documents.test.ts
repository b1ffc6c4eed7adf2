import { spawnSync } from 'node:child_process';
import { eventually } from '../../cluster/eventually';
import { awaitConverged } from '../../cluster/installation';
import { kubectl } from '../../cluster/kubectl';
import type { Namespace } from '../../cluster/namespace';
import { type Fence, fencesUnder } from '../fences';
import { unless } from '../unless';
import { laptop } from './shared';

let bss: Namespace;
beforeAll(() => {
  bss = laptop();
  // Something to back up, to restore and to replay.
  const customer = (number: number) => `fetch('http://localhost:8080/api/customers', { method: 'POST',
    headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name: 'Customer ${number}', email: 'a@example.com' }) })`;
  const customers = Array.from({ length: 12 }, (_, number) => customer(number)).join(', ');
  const script = `Promise.all([${customers}]).then((all) => process.exit(all.every(({ ok }) => ok) ? 0 : 1))`;
  bss.run('exec', 'deployment/backend', '-c', 'backend', '--', 'node', '-e', script);
});

/** What this machine cannot do, or what asks a person for something. */
const OMITTED = /^(kind|docker|kcat|kafka-console-producer|redis-cli) |\| kcat |exec -it /;

/** Runs a fence as it was pasted, and gives what it says. @throws when one of its commands fails */
function paste({ text, heading, page }: Fence): string {
  const lines = text.replaceAll(/\\\n\s*/g, ' ').split('\n');
  const script = lines.filter((line) => !OMITTED.test(line)).join('\n');
  const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', script], {
    encoding: 'utf8',
    timeout: 600_000,
  });
  if (status !== 0) throw new Error(`${page}, "${heading}", ended with ${status}:\n${script}\n${stdout}${stderr}`);
  return stdout;
}

const OPERATIONS = 'docs/operations.md';
const RECOVERY = 'docs/recovery.md';
const SECRETS = 'docs/secrets.md';
const pasteAll = (page: string, heading: string) => fencesUnder(page, heading, 'sh').map(paste).join('\n');

test('README.md, "On kind, in five steps", and laptop.md, "Kafka": what needs no other program', () => {
  const [install] = fencesUnder('README.md', 'On kind, in five steps', 'sh');
  const [records] = fencesUnder('docs/laptop.md', 'Kafka', 'sh');
  expect(paste(install!)).toContain('bss.events');
  expect(paste(records!)).toContain('hello');
});

test('operations.md, "Drift": the check says that there is none, and leaves no Job', () => {
  expect(pasteAll(OPERATIONS, 'Drift')).toMatch(/topics-drift-by-hand" deleted/);
});

test('recovery.md, "Redis: backup and restore": pasted one after the other, and a second time', () => {
  for (const _ of ['first', 'again']) {
    expect(pasteAll(RECOVERY, 'Redis: backup and restore')).toMatch(
      /redis-backup-by-hand" deleted[\s\S]*redis-backup-restore-by-hand" deleted/,
    );
  }
});

test('recovery.md, "PostgreSQL: backup and restore": up to the end of what was kept of before', () => {
  const [backup, restore, drop] = fencesUnder(RECOVERY, 'PostgreSQL: backup and restore', 'sh');
  expect(paste(backup!)).toMatch(/postgres-backup-by-hand" deleted/);
  expect(paste(restore!)).toMatch(/postgres-backup-restore-by-hand" deleted/);
  const sql = (statement: string) => bss.exec('postgres-0', 'psql', '-XAtd', 'bss', '-c', statement).trim();
  expect(Number(sql('SELECT count(*) FROM customer'))).toBeGreaterThanOrEqual(12);
  const before = sql("SELECT datname FROM pg_database WHERE datname LIKE 'bss_before_%' ORDER BY 1 DESC LIMIT 1");
  const text = drop!.text.replace(/bss_before_\d+/, before);
  expect(text).toContain(before);
  expect(paste({ ...drop!, text })).toContain('DROP DATABASE');
});

unless(spawnSync('jq', ['--version']).status === 0 ? undefined : 'no jq')(
  'operations.md, "Backend: replay events": in a pod of its own',
  () => {
    const pod = fencesUnder(OPERATIONS, 'Backend: replay events', 'sh').find(({ text }) => text.includes('jq'));
    // What a restored backup knows already has no effect a second time.
    expect(paste(pod!)).toMatch(/"(applied|duplicate)":\d+[\s\S]*pod "replay" deleted/);
  },
);

test('secrets.md, "PostgreSQL: passwords": on kind the next apply undoes a patch, as it says there', () => {
  const password = () => bss.run('get', 'secret', 'postgres-users', '-o', 'jsonpath={.data.bss}');
  const published = password();
  const [change] = fencesUnder(SECRETS, 'PostgreSQL: passwords', 'sh');
  expect(paste(change!)).toContain('Role bss has the password of the Secret');
  expect(password()).not.toBe(published);
  bss.awaitRollout('deployment/backend');
  kubectl(['apply', '-f', 'dist/kind']);
  expect(password()).toBe(published);
  // And so the Job is needed once more.
  paste({ ...change!, text: change!.text.replace(/^kubectl -n bss patch .*\n/, '') });
  awaitConverged(bss);
  eventually('the backend to serve', () => bss.try('exec', 'deployment/backend', '--', 'true').ok);
});
