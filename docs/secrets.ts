import type { App } from 'cdk8s';
import type { Components } from '../charts/platform';
import { RequiredSecret } from '../lib/secret';
import { code, table } from './markdown';

export const requiredSecrets = (app: App): RequiredSecret[] =>
  app.node.findAll().filter((construct) => construct instanceof RequiredSecret);

/** How a Secret is changed while the platform runs, or one of its keys that is not changed as the others are. */
const CHANGES: Record<string, string> = {
  akhq: '[then restart AKHQ](#akhq-pghero-and-grafana)',
  'redis-cluster-users': '[second line, no restart](#redis-cluster-passwords)',
  'redis-cluster-tls': '[replace, no restart](#redis-cluster-certificate)',
  'redis-users': '[second line, restarts](#plain-redis-passwords)',
  'postgres-users': '[then run a Job](#postgresql-passwords)',
  'postgres-users postgres': '[first in the database](#postgresql-the-superusers-password)',
  alertmanager: '[replace, no restart](#receivers-of-alerts)',
  grafana: '[then restart Grafana](#akhq-pghero-and-grafana)',
  pghero: '[then restart PgHero](#akhq-pghero-and-grafana)',
  'kong-tls': '[then restart the gateway](#gateway-certificate)',
  'kong-keys': '[second line, restarts](#gateway-api-keys)',
  'kong-db': '[first in the database](#gateway-the-password-of-its-database)',
};

/** @throws when nobody has said how. */
function howToChange(secret: string, key: string): string {
  const found = CHANGES[`${secret} ${key}`] ?? CHANGES[secret];
  if (!found) throw new Error(`docs/secrets.ts does not say how the Secret ${secret} is changed: add it to CHANGES`);
  return found;
}

/** What an operator has to make. */
export function secrets(app: App): string {
  const rows = requiredSecrets(app).flatMap((secret) =>
    Object.entries(secret.keys).map(([key, holds]) => [
      ...[code(secret.name), code(key), holds],
      secret.readersOf(key).map(code).join(', '),
      howToChange(secret.name, key),
    ]),
  );
  return table(['Secret', 'Key', 'What it holds', 'Read by', 'How to change it'], rows);
}

/** Secrets whose every key is a password that nobody has to remember. */
const RANDOM = ['postgres-users', 'redis-cluster-users', 'redis-users', 'kong-db', 'kong-keys', 'grafana'];

/** Commands that make those Secrets whose values only have to be random. */
export function randomSecrets(app: App): string {
  const lines = requiredSecrets(app)
    .filter(({ name }) => RANDOM.includes(name))
    .map(({ name, keys }) => `random_secret ${[name, ...Object.keys(keys)].join(' ')}`);
  return `# from the standard input, so that no list of processes shows the values
random_secret() {
  secret=$1 && shift
  for key in "$@"; do echo "$key=$(openssl rand -hex 32)"; done |
    kubectl -n ${namespaceOf(app)} create secret generic "$secret" --from-env-file=/dev/stdin
}
${lines.join('\n')}`;
}

/** Commands that make an authority for the servers of the Redis Cluster, and their certificate. */
export function redisCertificate({ redisCluster }: Components): string {
  const names = redisCluster.clients.seeds.map(({ host }) => `DNS:${host}`);
  return `openssl ecparam -name prime256v1 -genkey -noout -out ca.key
openssl req -x509 -new -key ca.key -days 3650 -subj '/CN=Redis of the BSS' -out ca.crt
openssl ecparam -name prime256v1 -genkey -noout -out tls.key
openssl req -new -key tls.key -subj /CN=redis-cluster -out tls.csr
echo subjectAltName=${names.join()} > names
openssl x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -extfile names -out tls.crt
kubectl -n ${redisCluster.namespace} create secret generic redis-cluster-tls --from-file=tls.crt --from-file=tls.key --from-file=ca.crt`;
}

const namespaceOf = (app: App) => app.charts[0]!.namespace!;
