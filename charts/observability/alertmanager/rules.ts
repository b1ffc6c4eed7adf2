import { Duration } from 'cdk8s';
import { type Check, complaint, must, oneOf, optional, shown } from '../../../lib/values/check';
import { image } from '../../../lib/values/image';
import { dnsLabel, line } from '../../../lib/values/names';
import { network } from '../../../lib/values/networks';
import { whole } from '../../../lib/values/numbers';
import { dictionary, list, type Rule, record } from '../../../lib/values/record';
import { disk, resources } from '../../../lib/values/sizes';
import type { AlertmanagerSize, Email, Receiver, Route, Webhook } from './size';

export const alertmanagerImage = image({
  of: /:v0\.(2[89]|3\d)\.\d+/,
  words: 'v0.28 to v0.39',
  because: 'Its configuration and its flags are those of these.',
});

const url: Check<string> = must(
  'an address with its protocol and without a password, as in "https://alerts.example.com/bss"',
  (value) => {
    if (typeof value !== 'string' || !URL.canParse(value)) return false;
    const { protocol, username, password } = new URL(value);
    return /^https?:$/.test(protocol) && username === '' && password === '';
  },
);

const mailbox: Check<string> = must(
  'the address of a mailbox, as in "oncall@example.com"',
  (value) => typeof value === 'string' && /^[^\s@"<>,]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(value),
);

const server: Check<string> = must(
  'host and port of a mail server, as in "smtp.example.com:587"',
  (value) => typeof value === 'string' && /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*:[1-9]\d{0,4}$/.test(value),
);

const networks = list(network);
const kinds = {
  webhook: record<Webhook>({ kind: oneOf('webhook'), url, login: oneOf('bearer', 'none'), networks }),
  email: record<Email>({ kind: oneOf('email'), to: mailbox, from: mailbox, server, user: optional(line), networks }),
};

const receiver: Check<Receiver> = (name, value) => {
  const kind = (value as Partial<Receiver> | undefined)?.kind;
  if (kind === 'webhook' || kind === 'email') return kinds[kind](name, value);
  return [complaint(`${name}.kind`, kind, "'webhook' or 'email'")];
};

const repeat: Check<Duration> = must(
  'a time of 1 minute to 7 days, as in Duration.hours(4)',
  (value) => value instanceof Duration && value.toSeconds() >= 60 && value.toSeconds() <= 7 * 86_400,
);

const routes: Check<readonly Route[]> = list(
  record<Route>({ receiver: dnsLabel, severities: list(oneOf('critical', 'warning', 'none')), repeat }),
  { least: 0 },
);

/** A route to nobody would lose alerts, and a receiver without a route never gets one. */
const meet: Rule<AlertmanagerSize> = ({ receivers, routes }) => {
  const names = Object.keys(receivers);
  return [
    ...routes.flatMap(({ receiver }, index) =>
      names.includes(receiver)
        ? []
        : [
            `alertmanager.routes[${index}].receiver is ${shown(receiver)}, and there is no such receiver: ` +
              `${names.length > 0 ? `there are ${names.join(', ')}` : 'there are none'}. Add it to alertmanager.receivers, or remove the route.`,
          ],
    ),
    ...names
      .filter((name) => !routes.some(({ receiver }) => receiver === name))
      .map(
        (name) =>
          `alertmanager.receivers.${name} is in no route, so it would never be told anything. Add a route with ` +
          `receiver: '${name}', or remove it.`,
      ),
    ...(names.length > 0 && !routes.some(({ severities }) => severities.includes('critical'))
      ? ["alertmanager.routes has none with the severity 'critical': nobody would be told of the worst. Add it to one."]
      : []),
  ];
};

/** What an Alertmanager may be. */
export const alertmanagerSize = record<AlertmanagerSize>(
  {
    replicas: whole(1, 3),
    resources: resources(24),
    disk: disk(16),
    receivers: dictionary(dnsLabel, receiver),
    routes,
  },
  meet,
);
