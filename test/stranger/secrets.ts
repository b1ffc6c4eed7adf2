import { spawnSync } from 'node:child_process';
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parse } from 'yaml';
import { production } from '../../config/production';
import { requiredSecrets } from '../../docs/secrets';
import { appOf } from '../environments';
import { fencesUnder } from '../fences';
import { Manifests } from '../manifests';
import { unless, withoutProgram } from '../unless';

/** Keeps what `create secret` is given, a directory for each Secret and a file for each key, and refuses what it does not know. */
const KUBECTL = `#!/bin/sh
set -eu
case $1 in
  -n) [ "$2" = ${production.namespace} ] && shift 2 ;;
esac
case "$1 $2" in
  'create secret') ;;
  'apply -f' | 'get secret' | 'rollout status') exit ;;
  'wait '*) exit ;;
  *) echo "kubectl cannot $*" >&2; exit 1 ;;
esac
to=$SECRETS/$4
mkdir "$to"
for option; do
  value=\${option#*=}
  case $option in
    --from-file=*) cp "$value" "$to" ;;
    --from-env-file=*) while IFS='=' read -r key rest; do printf %s "$rest" > "$to/$key"; done < "$value" ;;
    --cert=*) cp "$value" "$to/tls.crt" ;;
    --key=*) cp "$value" "$to/tls.key" ;;
    --docker-*) : > "$to/.dockerconfigjson" ;;
  esac
done
`;

/** What the page's commands make of Secrets, and what they print. */
function pasted() {
  const directory = mkdtempSync(join(tmpdir(), 'bss-secrets-'));
  const [programs, secrets, work] = ['bin', 'secrets', 'work'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  for (const each of [programs, secrets, work]) mkdirSync(each);
  writeFileSync(join(programs, 'kubectl'), KUBECTL, { mode: 0o755 });
  for (const other of ['docker', 'npm']) writeFileSync(join(programs, other), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(join(work, 'registry-password'), 'secret');
  const script = fencesUnder('docs/production.md', "Production's first start", 'sh')
    .map(({ text }) => text)
    .join('\n');
  const env = { ...process.env, PATH: `${programs}${delimiter}${process.env['PATH']}`, SECRETS: secrets };
  const { status, stdout, stderr } = spawnSync('bash', ['-euc', script], { cwd: work, encoding: 'utf8', env });
  const made = Object.fromEntries(
    readdirSync(secrets).map((name) => {
      const keys = readdirSync(join(secrets, name));
      return [name, Object.fromEntries(keys.map((key) => [key, readFileSync(join(secrets, name, key), 'utf8')]))];
    }),
  );
  return { status, stdout, stderr, made };
}

const withOpenssl = unless(withoutProgram('openssl'));
const required = requiredSecrets(appOf(production));

describe("The commands for production's first start", () => {
  let result: ReturnType<typeof pasted>;
  beforeAll(() => {
    result = pasted();
  });

  withOpenssl('make every key of every Secret that production asks for', () => {
    expect({ status: result.status, stderr: result.stderr.match(/error|cannot|refused/gi) }).toEqual({
      status: 0,
      stderr: null,
    });
    const lacking = required.flatMap(({ name, keys }) =>
      Object.keys(keys)
        .filter((key) => !result.made[name]?.[key])
        .map((key) => `${name} ${key}`),
    );
    expect(lacking).toEqual([]);
    expect(required.length).toBeGreaterThanOrEqual(5);
  });

  withOpenssl(
    'make passwords and keys that are long, of characters that every script takes, and no two the same',
    () => {
      const random = Object.entries(result.made).flatMap(([name, keys]) =>
        /-users$|^kong-keys$|^kong-db$/.test(name) ? Object.values(keys) : [],
      );
      expect(random.filter((value) => !/^[A-Za-z0-9_-]{32,}$/.test(value))).toEqual([]);
      expect(new Set(random).size).toBe(random.length);
      expect(random.length).toBeGreaterThan(10);
      expect(Math.min(...Object.values(result.made['kong-keys']!).map((key) => key.length))).toBeGreaterThanOrEqual(
        production.kong.leastKeyLength,
      );
    },
  );

  withOpenssl('make people of AKHQ and PgHero whose passwords are printed', () => {
    const [akhq, pghero] = ['AKHQ', 'PgHero'].map(
      (page) => result.stdout.match(new RegExp(`^${page}: admin, (\\w+)$`, 'm'))?.[1],
    );
    const { akhq: users } = parse(result.made['akhq']!['users.yml']!);
    const password = createHash('sha256').update(akhq!).digest('hex');
    expect(users.security['basic-auth']).toEqual([{ username: 'admin', password, groups: ['bss-administrator'] }]);
    expect(result.made['akhq']!['jwt-signing-key']).toMatch(/^\w{32,}$/);
    expect(result.made['pghero']).toMatchObject({ username: 'admin', password: pghero });
  });

  withOpenssl('make a certificate of the Redis Cluster that every server may show, signed by its authority', () => {
    const { 'tls.crt': own, 'tls.key': key, 'ca.crt': authority } = result.made['redis-cluster-tls']!;
    const certificate = new X509Certificate(own!);
    const manifests = new Manifests(appOf(production));
    const pods = manifests.ofKind('StatefulSet').flatMap((set) => manifests.podNames(set));
    const servers = pods.filter((name) => name.startsWith('redis-cluster-'));
    expect(servers.filter((name) => !certificate.checkHost(`${name}.${production.namespace}.svc`))).toEqual([]);
    expect(servers.length).toBeGreaterThan(0);
    expect(certificate.checkPrivateKey(createPrivateKey(key!))).toBe(true);
    expect(certificate.verify(new X509Certificate(authority!).publicKey)).toBe(true);
  });

  withOpenssl('make a certificate of the public names with its key', () => {
    const { 'tls.crt': own, 'tls.key': key } = result.made['kong-tls']!;
    expect(new X509Certificate(own!).checkPrivateKey(createPrivateKey(key!))).toBe(true);
  });
});
