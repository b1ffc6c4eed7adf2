import { type Alert, alertsOf, type Group } from '../rules/rule';
import type { AlertmanagerSize, Receiver } from './size';

/** Where the secrets of the receivers are mounted, each under the receiver's name. */
export const SECRETS = '/etc/alertmanager-secrets';

/** Whether it needs one. */
export const hasSecret = (receiver: Receiver) =>
  receiver.kind === 'webhook' ? receiver.login === 'bearer' : receiver.user !== undefined;

/** Alerts go to everybody whose severity they have, and to this receiver where there is no route. */
export const NOBODY = 'nobody';

/**
 * Whom to tell what, as Alertmanager reads it.
 * @see https://prometheus.io/docs/alerting/0.33/configuration/
 */
export const configuration = (
  { receivers, routes }: Pick<AlertmanagerSize, 'receivers' | 'routes'>,
  groups: readonly Group[],
) => ({
  route: {
    receiver: NOBODY,
    // What has one cause is one message: all of a kind, whatever pod they are of.
    group_by: ['alertname', 'job'],
    group_wait: '15s',
    group_interval: '1m',
    routes: routes.map(({ receiver, severities, repeat }) => ({
      receiver,
      matchers: [`severity=~"${severities.join('|')}"`],
      repeat_interval: `${repeat.toSeconds()}s`,
      continue: true,
    })),
  },
  inhibit_rules: alertsOf(groups).flatMap(inhibition),
  receivers: [{ name: NOBODY }, ...Object.entries(receivers).map(rendered)],
});

const inhibition = ({ alert, silences, alike = [] }: Alert) =>
  silences
    ? [
        {
          source_matchers: [`alertname="${alert}"`],
          target_matchers: [`alertname=~"${silences.join('|')}"`],
          equal: ['job', ...alike],
        },
      ]
    : [];

function rendered([name, receiver]: [string, Receiver]) {
  if (receiver.kind === 'webhook') {
    const credentials = { type: 'Bearer', credentials_file: `${SECRETS}/${name}` };
    const login = hasSecret(receiver) && { http_config: { authorization: credentials } };
    return { name, webhook_configs: [{ url: receiver.url, send_resolved: true, ...login }] };
  }
  const { to, from, server, user } = receiver;
  const login = user !== undefined && { auth_username: user, auth_password_file: `${SECRETS}/${name}` };
  return { name, email_configs: [{ to, from, smarthost: server, send_resolved: true, ...login }] };
}

/** Port of what the receiver is told at. */
export function portOf(receiver: Receiver): number {
  if (receiver.kind === 'email') return Number(receiver.server.split(':')[1]);
  const { port, protocol } = new URL(receiver.url);
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}
