import { Duration } from 'cdk8s';
import { and, type Check, must, oneOf, optional, shown } from '../../../lib/values/check';
import { image } from '../../../lib/values/image';
import { dnsLabel, line } from '../../../lib/values/names';
import { network, port } from '../../../lib/values/networks';
import { whole } from '../../../lib/values/numbers';
import { dictionary, list, type Rule, record, union } from '../../../lib/values/record';
import { disk, resources, time } from '../../../lib/values/sizes';
import { NOBODY } from './configuration';
import type { AlertmanagerSize, Email, Receiver, Route, Webhook } from './size';

export const alertmanagerImage = image({
  of: /:v0\.(2[89]|3\d)\.\d+/,
  words: 'v0.28 to v0.39',
  because: 'Its configuration and its flags are those of these.',
});

const url: Check<string> = must(
  'an address with its protocol and without a password, as in "https://alerts.example.com/bss"',
  (value) => {
    // A URL may stand between spaces, for its parser, and for nobody else.
    if (typeof value !== 'string' || !/^https?:\/\/[!-~]+$/.test(value) || !URL.canParse(value)) return false;
    const { username, password } = new URL(value);
    return username === '' && password === '';
  },
);

const mailbox: Check<string> = must(
  'the address of a mailbox, as in "oncall@example.com"',
  (value) => typeof value === 'string' && /^[^\s@"<>,]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(value),
);

const server: Check<string> = must('host and port of a mail server, as in "smtp.example.com:587"', (value) => {
  const [, number] = String(value).match(/^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*:(\d{1,5})$/) ?? [];
  return typeof value === 'string' && port('', Number(number)).length === 0;
});

const networks = list(network);
const receiver = union<Receiver>({
  webhook: record<Webhook>({ kind: oneOf('webhook'), url, login: oneOf('bearer', 'none'), networks }),
  email: record<Email>({ kind: oneOf('email'), to: mailbox, from: mailbox, server, user: optional(line), networks }),
});

const receiverName = and(dnsLabel, (name, value) =>
  value === NOBODY
    ? [`${name} is that of the receiver to whom alerts without a route go, who tells nobody. Take another.`]
    : [],
);

const repeat = time('1 minute to 7 days, as in Duration.hours(4)', Duration.minutes(1), Duration.days(7));

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
    ...routes.flatMap(({ severities }, index) =>
      severities.includes('none') && severities.length > 1
        ? [
            `alertmanager.routes[${index}].severities has 'none' beside others: the alert that is always there would come as one of them, again ` +
              "and again. Give 'none' a route of its own, to a service that calls when it does not come any more.",
          ]
        : [],
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
    receivers: dictionary(receiverName, receiver),
    routes,
  },
  meet,
);
