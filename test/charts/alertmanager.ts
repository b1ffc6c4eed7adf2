import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration } from 'cdk8s';
import { parse } from 'yaml';
import type { AlertmanagerSize, Email, Webhook } from '../../charts/observability/alertmanager/size';
import { production } from '../../config/production';
import { complaints, imageComplaints } from '../changed';
import { environmentCalled, everyEnvironment, laptop } from '../environments';
import { unless, withoutProgram } from '../unless';

const withAmtool = unless(withoutProgram('amtool'));

const webhook: Webhook = {
  kind: 'webhook',
  url: 'https://alerts.example.com',
  login: 'none',
  networks: ['192.0.2.0/24'],
};
const email: Email = {
  kind: 'email',
  to: 'oncall@example.com',
  from: 'bss@example.com',
  server: 'smtp.example.com:587',
  networks: ['192.0.2.0/24'],
};
const routes = [{ receiver: 'oncall', severities: ['critical'] as const, repeat: Duration.hours(1) }];

const alertmanager = (change: Partial<AlertmanagerSize>) =>
  complaints({ alertmanager: { ...laptop.alertmanager, routes, ...change } });
/** What only somebody writes who is not held back by types. */
const untyped = (receiver: object) => alertmanager({ receivers: { oncall: receiver as Webhook } });

describe('A receiver', () => {
  it('may be a webhook or a mailbox', () => {
    expect(alertmanager({ receivers: { oncall: webhook } })).toEqual([]);
    expect(alertmanager({ receivers: { oncall: email } })).toEqual([]);
    expect(untyped({ kind: 'pager' })).toEqual([
      "alertmanager.receivers.oncall.kind is \"pager\": it must be 'webhook' or 'email'.",
    ]);
  });

  it('has an address', () => {
    expect(untyped({ ...webhook, url: undefined })).toEqual([
      'alertmanager.receivers.oncall.url is missing: it must be an address with its protocol and without a password, ' +
        'as in "https://alerts.example.com/bss".',
    ]);
    expect(untyped({ ...email, to: undefined })).toEqual([
      'alertmanager.receivers.oncall.to is missing: it must be the address of a mailbox, as in "oncall@example.com".',
    ]);
    for (const url of [
      '',
      'alerts.example.com',
      'ftp://alerts.example.com',
      'https://alerts.example.com\n',
      'https://a:99999',
    ]) {
      expect(untyped({ ...webhook, url })[0]).toMatch(/^alertmanager\.receivers\.oncall\.url is /);
    }
    expect(untyped({ ...email, server: 'smtp.example.com:99999' })[0]).toMatch(/oncall\.server is "smtp/);
    expect(untyped({ ...email, server: 'smtp.example.com' })).toEqual([
      'alertmanager.receivers.oncall.server is "smtp.example.com": it must be host and port of a mail server, as in ' +
        '"smtp.example.com:587".',
    ]);
  });

  it('has no password in its address: that would be in Git', () => {
    expect(untyped({ ...webhook, url: 'https://me:secret@alerts.example.com' })[0]).toMatch(/without a password/);
  });

  it('may be called as something that Alertmanager speaks with, but not as who is told nothing', () => {
    const called = (name: string, replicas: number) =>
      alertmanager({ replicas, receivers: { [name]: webhook }, routes: [{ ...routes[0]!, receiver: name }] });
    for (const replicas of [1, 2]) {
      for (const name of ['dns', 'alertmanager-gossip', 'api-server']) expect(called(name, replicas)).toEqual([]);
    }
    expect(called('nobody', 1)).toEqual([
      'alertmanager.receivers: the name "nobody" is that of the receiver to whom alerts without a route go, who tells nobody. ' +
        'Take another.',
    ]);
  });

  it('has a name whose beginning no other has, as names of objects are cut', () => {
    const receivers = Object.fromEntries(['1', '2'].map((end) => [`${'a'.repeat(60)}${end}`, webhook]));
    const all = Object.keys(receivers).map((receiver) => ({ ...routes[0]!, receiver }));
    expect(alertmanager({ receivers, routes: all })).toEqual([
      expect.stringMatching(/^there are two of NetworkPolicy outside-a+, one over the other\. Names end after 63 char/),
    ]);
  });

  it('is told something', () => {
    expect(alertmanager({ receivers: { oncall: webhook, team: email } })).toEqual([
      'alertmanager.receivers.team is in no route, so it would never be told anything. Add a route with ' +
        "receiver: 'team', or remove it.",
    ]);
  });
});

describe('A route', () => {
  it('leads to a receiver', () => {
    expect(alertmanager({ receivers: {} })).toEqual([
      'alertmanager.routes[0].receiver is "oncall", and there is no such receiver: there are none. Add it to ' +
        'alertmanager.receivers, or remove the route.',
    ]);
  });

  it('says after which time it tells again', () => {
    for (const repeat of [Duration.seconds(30), Duration.millis(90_500), Duration.days(8)]) {
      expect(alertmanager({ receivers: { oncall: webhook }, routes: [{ ...routes[0]!, repeat }] })).toEqual([
        expect.stringMatching(/^alertmanager\.routes\[0\]\.repeat is .*: it must be 1 minute to 7 days, as in/),
      ]);
    }
  });

  it('takes the worst, where there is one at all', () => {
    const wrong = [{ ...routes[0]!, severities: ['warning'] as const }];
    expect(alertmanager({ receivers: { oncall: webhook }, routes: wrong })).toEqual([
      "alertmanager.routes has none with the severity 'critical': nobody would be told of the worst. Add it to one.",
    ]);
  });

  it('takes the alert that is always there by itself, where it is told at all', () => {
    const alone = { receiver: 'oncall', severities: ['none'] as const, repeat: Duration.minutes(5) };
    expect(alertmanager({ receivers: { oncall: webhook }, routes: [...routes, alone] })).toEqual([]);
    const beside = [{ ...routes[0]!, severities: ['critical', 'none'] as const }];
    expect(alertmanager({ receivers: { oncall: webhook }, routes: beside })).toEqual([
      "alertmanager.routes[0].severities has 'none' beside others: the alert that is always there would come as one of them, again " +
        "and again. Give 'none' a route of its own, to a service that calls when it does not come any more.",
    ]);
  });
});

it('Alertmanager is not another line', () => {
  expect(imageComplaints({ alertmanager: 'quay.io/prometheus/alertmanager:v1.0.0' })[0]).toMatch(
    /^images\.alertmanager/,
  );
});

describe.each(everyEnvironment)('Alertmanager in $name', ({ environment, manifests }) => {
  const text = manifests.find('ConfigMap', 'alertmanager-files').data!['alertmanager.yml']!;

  withAmtool('has a configuration that amtool takes', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'alertmanager-')), 'alertmanager.yml');
    writeFileSync(file, text);
    const { status, stdout, stderr } = spawnSync('amtool', ['check-config', file], { encoding: 'utf8' });
    expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  it('knows each receiver of the environment, and is told of by every Prometheus', () => {
    const names = parse(text).receivers.map(({ name }: { name: string }) => name);
    expect(names).toEqual(['nobody', ...Object.keys(environment.alertmanager.receivers)]);
    const { alerting } = parse(manifests.find('ConfigMap', 'prometheus-files').data!['prometheus.yml']!);
    const [{ static_configs }] = alerting.alertmanagers;
    expect(static_configs[0].targets).toHaveLength(environment.alertmanager.replicas);
  });
});

it('In production a broker that is down silences its partitions, and Secrets hold what receivers ask for', () => {
  const { manifests } = environmentCalled('production');
  const text = manifests.find('ConfigMap', 'alertmanager-files').data!['alertmanager.yml']!;
  expect(parse(text).inhibit_rules).toContainEqual({
    source_matchers: ['alertname="KafkaBrokerDown"'],
    target_matchers: [expect.stringContaining('KafkaUnderReplicatedPartitions')],
    equal: ['job'],
  });
  expect(text).toContain('credentials_file: /etc/alertmanager-secrets/oncall');
  expect(text).toContain('auth_password_file: /etc/alertmanager-secrets/team');
  const { containers, volumes } = manifests.find('StatefulSet', 'alertmanager').spec.template.spec;
  expect(volumes!.flatMap(({ secret }) => secret?.items.map(({ key }) => key) ?? [])).toEqual(['oncall', 'team']);
  const peers = containers[0]!.command!.filter((each) => each.startsWith('--cluster.peer='));
  expect(peers).toHaveLength(production.alertmanager.replicas);
});
