import { and, type Check, must, oneOf, optional, shown } from '../lib/values/check';
import { dataKey, dnsLabel, dnsSubdomain } from '../lib/values/names';
import { external, podNetwork } from '../lib/values/networks';
import { dictionary, type Fields, list, type Rule, record } from '../lib/values/record';
import { backendSize } from './applications/backend/rules';
import { pgbouncerSize } from './data/pgbouncer/rules';
import { pgheroSize } from './data/pghero/rules';
import {
  databases,
  databasesJobSize,
  postgresBackupErrors,
  postgresBackupSize,
  postgresSize,
} from './data/postgres/rules';
import { redisSize } from './data/redis/rules';
import { redisBackupErrors, redisBackupSize, redisClusterSize } from './data/redis-cluster/rules';
import type { Environment } from './environment';
import { kongSize } from './gateway/kong/rules';
import { imageReferences } from './images';
import { akhqSize } from './messaging/akhq/rules';
import { kafkaSize } from './messaging/kafka/rules';
import { catalogue, catalogueErrors, topicsJobSize } from './messaging/topics/rules';
import { zookeeperSize } from './messaging/zookeeper/rules';
import { alertmanagerSize } from './observability/alertmanager/rules';
import { certificatesSize } from './observability/certificates/rules';
import { grafanaSize } from './observability/grafana/rules';
import { kminionSize } from './observability/kminion/rules';
import { kubernetesStateSize } from './observability/kubernetes-state/rules';
import { objectives } from './observability/objectives/rules';
import { prometheusSize } from './observability/prometheus/rules';

/** A namespace that is the cluster's own would get our quota, our policies and Pod Security. */
const namespace = and(dnsLabel, (name, value) =>
  value === 'default' || String(value).startsWith('kube-')
    ? [`${name} is ${shown(value)}, which belongs to the cluster. Choose one for the platform alone, as in "bss".`]
    : [],
);

/** YAML can hold it, and the object stays below what etcd takes. */
const secretValue: Check<string> = must(
  '1 to 20000 characters, without control characters but line breaks',
  (value) => typeof value === 'string' && /^[^\p{Cc}\p{Cs}]{1,20000}$/u.test(value.replaceAll(/[\n\t]/g, ' ')),
);

/** Everything that an environment may be, field by field. */
const fields: Fields<Environment> = {
  name: dnsLabel,
  namespace,
  images: imageReferences,
  imagePullSecrets: optional(list(dnsSubdomain)),
  topics: catalogue,
  databases,
  storageClass: optional(dnsSubdomain),
  spread: oneOf('required', 'preferred'),
  zookeeper: zookeeperSize,
  kafka: kafkaSize,
  topicsJob: topicsJobSize,
  akhq: akhqSize,
  redisCluster: redisClusterSize,
  redisBackup: redisBackupSize,
  redis: redisSize,
  postgres: postgresSize,
  databasesJob: databasesJobSize,
  postgresBackup: postgresBackupSize,
  pgbouncer: pgbouncerSize,
  pghero: pgheroSize,
  backend: backendSize,
  kong: kongSize,
  alertmanager: alertmanagerSize,
  prometheus: prometheusSize,
  grafana: grafanaSize,
  kubernetesState: kubernetesStateSize,
  kminion: optional(kminionSize),
  certificates: optional(certificatesSize),
  objectives,
  podNetwork: optional(podNetwork),
  apiServer: optional(external),
  developmentSecrets: optional(dictionary(dnsSubdomain, dictionary(dataKey, secretValue))),
};

/** How sections fit together, asked when each of them is right by itself. */
const fits = [
  across(['topics', 'kafka'], catalogueErrors),
  across(['redisBackup', 'redisCluster'], redisBackupErrors),
  across(['postgresBackup', 'postgres'], postgresBackupErrors),
];

/** How messages call an environment, also one without a name that can be said. */
export const environmentTitle = (environment: Environment, index: number): string =>
  dnsLabel('name', environment?.name).length === 0 ? environment.name : `environment ${index + 1}`;

/** Environments that would be written over each other. */
export const repeatedNames = (environments: readonly Environment[]): string[] =>
  [...new Set(environments.map((environment) => environment?.name))]
    .filter((name) => environments.filter((each) => each?.name === name).length > 1)
    .map(
      (name) =>
        `${environments.filter((each) => each?.name === name).length} environments have the name ${shown(name)}: each is written ` +
        'to the folder of its name, one over the other. Give each its own.',
    );

/** Everything wrong with the values of an environment. Nothing can be built from one that has any. */
export function valueErrors(environment: Environment): string[] {
  const wrong = record<Environment>(fields)('', environment);
  return typeof environment === 'object' && environment !== null
    ? [...wrong, ...fits.flatMap((errors) => errors(environment))]
    : wrong;
}

function across<Section extends keyof Environment>(sections: Section[], rule: Rule<Pick<Environment, Section>>) {
  return (environment: Environment): string[] =>
    sections.every((section) => fields[section](section, environment[section]).length === 0) ? rule(environment) : [];
}
