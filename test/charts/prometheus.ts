import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration, Size } from 'cdk8s';
import { parse } from 'yaml';
import type { Environment } from '../../charts/environment';
import { targetsAmong } from '../../charts/observability/prometheus/jobs';
import { OneShotJob } from '../../lib/job';
import { StatefulWorkload } from '../../lib/stateful-workload';
import { StatelessWorkload } from '../../lib/stateless-workload';
import { Workload } from '../../lib/workload';
import { complaints, imageComplaints } from '../changed';
import { everyEnvironment, laptop as kind } from '../environments';
import { Example, podProps } from '../example';
import type { Manifests } from '../manifests';
import { unless, withoutProgram } from '../unless';

interface Job {
  readonly job_name: string;
  readonly metrics_path: string;
  readonly sample_limit: number;
  readonly static_configs?: { targets: string[]; labels: Record<string, string> }[];
  readonly dns_sd_configs?: { names: string[]; type: string; port: number }[];
  readonly relabel_configs?: { source_labels?: string[]; target_label: string; replacement?: string }[];
  readonly params?: Record<string, string[]>;
}

const fileOf = (manifests: Manifests) => manifests.find('ConfigMap', 'prometheus-files').data!['prometheus.yml']!;
const jobsOf = (manifests: Manifests): Job[] => parse(fileOf(manifests)).scrape_configs;
const prometheus = (change: Partial<Environment['prometheus']>) =>
  complaints({ prometheus: { ...kind.prometheus, ...change } });

const withPromtool = unless(withoutProgram('promtool'));

describe.each(everyEnvironment)('Prometheus in $name', ({ environment, manifests }) => {
  const jobs = jobsOf(manifests);
  const lasting = Workload.all(manifests.app).filter(
    (workload) => workload instanceof StatefulWorkload || workload instanceof StatelessWorkload,
  );

  it('asks everything that runs all the time, but for what says why it has no metrics', () => {
    const silent = lasting.filter(({ noMetrics }) => noMetrics !== undefined).map(({ name }) => name);
    const asked = jobs.map((job) => job.job_name);
    expect([...asked, ...silent].sort()).toEqual(lasting.map(({ name }) => name).sort());
    for (const { noMetrics = 'one of those that are asked' } of lasting) expect(noMetrics.length).toBeGreaterThan(20);
  });

  it('asks each pod that has a name by it, at a port that leads to that pod alone', () => {
    for (const { job_name, static_configs = [], metrics_path, params } of jobs) {
      if (static_configs.length === 0 || params) continue;
      const workload = lasting.find(({ name }) => name === job_name) as StatefulWorkload;
      expect(static_configs.map(({ labels }) => labels['pod'])).toEqual(workload.podNames);
      expect(metrics_path).toBe(workload.metrics!.path);
      for (const { targets, labels } of static_configs) {
        const [service, namespace, , port] = targets[0]!.split(/[.:]/);
        const { spec } = manifests.find('Service', service!);
        expect(spec.selector).toEqual({ 'statefulset.kubernetes.io/pod-name': labels['pod'] });
        expect(spec.ports).toContainEqual({
          name: workload.metrics!.port,
          port: Number(port),
          targetPort: workload.metrics!.port,
        });
        expect([targets.length, namespace]).toEqual([1, workload.platform.namespace]);
        expect(labels['component']).toBe(workload.labels['app.kubernetes.io/component']);
      }
    }
  });

  it('asks pods that come and go by a name that leads to all of them, ready or not', () => {
    const found = jobs.filter((job) => job.dns_sd_configs);
    expect(found.length).toBeGreaterThan(3);
    for (const { job_name, dns_sd_configs, relabel_configs } of found) {
      const workload = lasting.find(({ name }) => name === job_name)!;
      const [{ names, type, port }] = dns_sd_configs as [NonNullable<Job['dns_sd_configs']>[number]];
      const { spec } = manifests.find('Service', names[0]!.split('.')[0]!);
      expect(spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true, selector: workload.selector });
      expect([type, port]).toEqual(['A', workload.portNumber(workload.metrics!.port)]);
      expect(relabel_configs!.map(({ target_label }) => target_label)).toEqual(['component', 'pod']);
    }
  });

  it('asks an exporter of others once for each of them, under its name', () => {
    for (const { job_name, static_configs = [], relabel_configs = [], params } of jobs.filter((job) => job.params)) {
      const { metrics, connections } = lasting.find(({ name }) => name === job_name)!;
      expect(params).toEqual({ module: [metrics!.targets!.module] });
      const looked = static_configs.map(({ targets, labels }) => [targets[0]!.split('.')[0], labels['pod']]);
      expect(looked).toEqual(metrics!.targets!.servers.map(({ host }) => [host.split('.')[0], host.split('.')[0]]));
      expect(new Set(connections.map(({ to }) => to.workload))).toEqual(
        new Set(metrics!.targets!.servers.map(({ workload }) => workload)),
      );
      const [target, address] = relabel_configs;
      expect(target).toEqual({ source_labels: ['__address__'], target_label: '__param_target' });
      expect([address!.target_label, address!.replacement]).toEqual([
        '__address__',
        `${job_name}-pods.${manifests.app.charts[0]!.namespace}.svc:9115`,
      ]);
    }
  });

  it('reaches all that it asks, and only it does', () => {
    const asks = (server: Workload) => server.connections.map(({ to }) => `${to.workload.name}:${to.port}`);
    const expected = lasting.filter(({ metrics }) => metrics).map(({ name, metrics }) => `${name}:${metrics!.port}`);
    expect(asks(lasting.find(({ name }) => name === 'prometheus')!).sort()).toEqual([...expected].sort());
    const policies = manifests.ofKind('NetworkPolicy').map(({ metadata: { name } }) => name);
    for (const each of expected) {
      const target = each.replace(':', '-');
      expect(policies).toEqual(expect.arrayContaining([`prometheus-to-${target}`, `${target}-from-prometheus`]));
    }
  });

  it('takes no more of one answer than its claim was made for', () => {
    expect(new Set(jobs.map((job) => job.sample_limit))).toEqual(new Set([5000]));
  });

  it('lets its oldest samples go long before its claim is full', () => {
    const { containers } = manifests.find('StatefulSet', 'prometheus').spec.template.spec;
    const flag = containers[0]!.command!.find((each) => each.startsWith('--storage.tsdb.retention.size='))!;
    const [claim] = (Workload.all(manifests.app).find(({ name }) => name === 'prometheus') as StatefulWorkload).claims;
    expect(Number(flag.match(/=(\d+)MB$/)![1]) / claim!.toMebibytes()).toBeCloseTo(0.8, 2);
  });

  it('has no way to be stopped, reloaded or emptied from outside', () => {
    const { containers } = manifests.find('StatefulSet', 'prometheus').spec.template.spec;
    expect(containers[0]!.command!.filter((each) => /lifecycle|admin-api|remote-write/.test(each))).toEqual([]);
  });

  it('has links in its messages that lead to the gateway, where that has an address of its own', () => {
    const { containers } = manifests.find('StatefulSet', 'prometheus').spec.template.spec;
    const { entry, hosts } = environment.kong;
    const gateway = entry.kind === 'loadBalancer' ? `https://${hosts[0]}` : '';
    expect(containers[0]!.command).toContain(`--web.external-url=${gateway}/prometheus`);
    expect(containers[0]!.command).toContain('--web.route-prefix=/prometheus');
  });

  withPromtool('has a configuration that promtool takes', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'prometheus-')), 'prometheus.yml');
    writeFileSync(file, fileOf(manifests));
    writeFileSync(join(file, '../rules.yml'), manifests.find('ConfigMap', 'prometheus-files').data!['rules.yml']!);
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'config', file], { encoding: 'utf8' });
    expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });
});

describe('The claim of Prometheus', () => {
  it('has room for all samples of the retention', () => {
    expect(prometheus({ retention: Duration.days(30) })).toEqual([
      expect.stringMatching(
        /^prometheus\.disk is 1024 MiB, of which 819 MiB are for samples, but \d+ pods with 1000 series each, asked every 15 s, fill \d+ MiB in the 720 hours of prometheus\.retention: the oldest would go before\. Raise the disk to \d+ MiB, or shorten the retention\.$/,
      ),
    ]);
  });

  it('is large enough when it is as large as the message says', () => {
    const [message] = prometheus({ retention: Duration.days(30) });
    const advised = Number(message!.match(/Raise the disk to (\d+) MiB/)![1]);
    expect(prometheus({ retention: Duration.days(30), disk: Size.mebibytes(advised) })).toEqual([]);
    expect(prometheus({ retention: Duration.days(30), disk: Size.mebibytes(advised - 2) })).toHaveLength(1);
  });

  it('counts the pods that an autoscaler may make', () => {
    const backend = { ...kind.backend, autoscaling: { mostReplicas: 100, cpuPercent: 70 } };
    expect(complaints({ backend, databases: kind.databases })).toContainEqual(
      expect.stringMatching(/^prometheus\.disk is 1024 MiB.* but 1\d\d pods/),
    );
  });
});

it('Prometheus keeps the same no more than twice', () => {
  expect(prometheus({ replicas: 3 })).toEqual(['prometheus.replicas is 3: it must be a whole number of 1 to 2.']);
});

it.each(['prom/prometheus:v2.55.1', 'prom/prometheus:v4.0.0'])('Prometheus is not %s', (image) => {
  expect(imageComplaints({ prometheus: image })).toEqual([
    `images.prometheus is "${image}": this chart is for v3.x. Its flags and the format of its configuration are those of 3.`,
  ]);
});

it('Work that ends is not asked: nobody would come in time', () => {
  const job = new OneShotJob(new Example(), 'job', { ...podProps(), retries: 1, deadlineSeconds: 60 });
  expect(() => targetsAmong([job])).toThrow('has metrics, but ends before anybody asks for them. Leave them out.');
});
