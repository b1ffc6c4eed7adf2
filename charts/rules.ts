import type { App } from 'cdk8s';
import { ScheduledJob } from '../lib/job';
import { RequiredSecret } from '../lib/secret';
import { nodePort, port } from '../lib/values/networks';
import { Workload } from '../lib/workload';
import type { Environment } from './environment';
import { overdueSeconds } from './observability/rules/scheduled';
import { SLOW } from './observability/rules/slo';

/** What is seen when everything is declared, and in no value alone, such as ports that collide, and Secrets without a value. */
export const builtErrors = (app: App, environment: Environment): string[] => [
  ...hostPortErrors(app),
  ...developmentSecretErrors(app, environment),
  ...forgottenRunErrors(app, environment),
  ...forgottenBurnErrors(environment),
];

function hostPortErrors(app: App): string[] {
  const publications = Workload.all(app).flatMap((workload) => workload.publications);
  const clashes = (['hostPort', 'nodePort'] as const).flatMap((kind) =>
    publications.flatMap((publication, index) => {
      const other = publications.slice(0, index).find((earlier) => earlier[kind] === publication[kind]);
      return other
        ? [`${kind} ${publication[kind]} is given to both ${other.title} and ${publication.title}. Change one of them.`]
        : [];
    }),
  );
  // Those of brokers count up from one that was right.
  const outside = publications.flatMap((publication) => [
    ...port(`hostPort of ${publication.title}`, publication.hostPort),
    ...nodePort(`nodePort of ${publication.title}`, publication.nodePort),
  ]);
  return [...clashes, ...outside];
}

function developmentSecretErrors(app: App, { developmentSecrets }: Environment): string[] {
  if (!developmentSecrets) return [];
  const secrets = app.node.findAll().filter((construct) => construct instanceof RequiredSecret);
  const named = (name: string, keys: object) => Object.keys(keys).map((key) => `key "${key}" of Secret "${name}"`);
  const read = secrets.flatMap(({ name, keys }) => named(name, keys));
  const given = Object.entries(developmentSecrets).flatMap(([name, values]) => named(name, values));
  const missing = read.filter((key) => !given.includes(key));
  const unread = given.filter((key) => !read.includes(key));
  return [
    ...missing.map((key) => `developmentSecrets has no value for ${key}. Add it, or leave developmentSecrets out.`),
    ...secrets.flatMap((secret) =>
      secret.complaints(`developmentSecrets.${secret.name}`, developmentSecrets[secret.name] ?? {}),
    ),
    ...unread.map((key) => `developmentSecrets has a value for ${key}, which nothing reads. Remove it.`),
  ];
}

/** A schedule of which nobody would be told that it is not kept: its runs are forgotten before. */
function forgottenRunErrors(app: App, { prometheus: { retention } }: Environment): string[] {
  const kept = retention.toHours({ integral: false });
  const scheduled = app.node.findAll().filter((construct) => construct instanceof ScheduledJob);
  return scheduled.flatMap(({ name, schedule, deadlineSeconds }) => {
    const hours = schedule ? Math.ceil(overdueSeconds(schedule, deadlineSeconds) / 3600) : 0;
    if (hours <= kept) return [];
    return [
      `prometheus.retention is ${Math.floor(kept)} hours, but whether ${name}, which runs at ` +
        `"${schedule}", is overdue is seen after ${hours}. Raise it, or let ${name} run more often.`,
    ];
  });
}

/** Budgets that burn slowly: of a platform that is younger than the short time nobody is told. */
function forgottenBurnErrors({ prometheus: { retention } }: Environment): string[] {
  const hours = Math.floor(retention.toHours({ integral: false }));
  return SLOW.filter(({ short }) => hours <= Number.parseInt(short, 10)).map(
    ({ short, long }) =>
      `prometheus.retention is ${hours} hours, but that the budget of an objective burns slowly is seen where samples of ` +
      `${Number.parseInt(short, 10)} hours ago are kept. Raise it, best to ${long}, over which that is counted.`,
  );
}
