import { type Static, type TObject, type TSchema, Type } from 'typebox';
import { BillingCycle } from '../schemas/billing-cycle.ts';
import { Customer, NewCustomer } from '../schemas/customer.ts';
import { amount, currency, id, line } from '../schemas/fields.ts';
import { Invoice } from '../schemas/invoice.ts';
import { Order } from '../schemas/order.ts';
import { Payment } from '../schemas/payment.ts';
import type { CloudEvent } from './cloud-event.ts';

/** What all events of one type have in common. */
export interface EventDefinition<Data = unknown> {
  readonly topic: string;
  readonly source: string;
  /** Of `data`: the whole resource as it is after the change. */
  readonly data: TObject;
  /** No value: what `data` says, as a type. */
  readonly example?: Data;
  /** Names the schema and its version: one that cannot read the old data gets another number. */
  readonly dataschema: string;
  /** Data that readers of the schema above could not read, and must not take for what they know. */
  readonly exception?: Exception;
}

/** Data with a schema, and a name of it, of its own. */
interface Exception {
  readonly data: TObject;
  readonly dataschema: string;
  readonly applies: (data: unknown) => boolean;
}

/** Says in the schema of an event that this tells who somebody is: what shows events to people masks it. */
export const PERSONAL = 'personal data';

const personal = <T extends TSchema>(schema: T) => Type.With(schema, { $comment: PERSONAL });

export const Notification = Type.Object({
  id: id('Of the message'),
  customerId: id('To whom'),
  kind: Type.String({ description: 'welcome, invoice, receipt' }),
  recipient: personal(Type.String({ description: 'Address of e-mail' })),
  text: personal(Type.String({ description: 'It may name the customer' })),
});
export type Notification = Static<typeof Notification>;

/** What the network is asked to do. */
export const ServiceCommand = Type.Object({
  orderId: id('What the service was ordered by'),
  customerId: id('Whose service'),
  product: line(100, 'What is switched'),
  amount,
  currency,
});
export type ServiceCommand = Static<typeof ServiceCommand>;

export const AuditRecord = Type.Object({
  id: id('Of the record'),
  eventId: Type.String(),
  source: Type.String(),
  type: Type.String({ description: 'What was done' }),
  subject: Type.String({ description: 'To what' }),
  actor: Type.String({ description: 'By whom, as the gateway says' }),
  time: Type.String({ format: 'date-time' }),
});
export type AuditRecord = Static<typeof AuditRecord>;

const PREFIX = 'com.droid.bss.';

/** The topic of everything, in which who wants all events finds a copy of each. */
export const EVERYTHING = 'bss.events';
export const DEAD_LETTERS = 'bss.dead-letter.events';
const AUDIT = 'bss.audit.events';

/** The type of the data is that of `data`; the compiler takes minutes to find it out by itself. */
const define =
  <Data>(data: TObject, exception?: Omit<Exception, 'dataschema'> & { readonly name: string }) =>
  <T extends string>(topic: string, service: string, ...types: T[]) =>
    Object.fromEntries(
      types.map((type) => [
        type,
        {
          topic,
          source: `urn:bss:${service}-service`,
          data,
          dataschema: `urn:bss:schema:${type.slice(PREFIX.length)}:1`,
          ...(exception && {
            exception: { ...exception, dataschema: `urn:bss:schema:${type.slice(PREFIX.length)}.${exception.name}:1` },
          }),
        },
      ]),
    ) as unknown as Record<T, EventDefinition<Data>>;

const { name, phone } = Customer.properties;
const party = Type.Optional(personal(Type.Unknown()));
/** Its members by name too, for who sends a customer of TM Forum's as it is. */
const members = {
  ...{ engagedParty: party, relatedParty: party, contactMedium: party, characteristic: party },
  ...{ creditProfile: party, paymentMethod: party },
};
const customer = {
  ...Customer.properties,
  ...{ name: personal(name), phone: personal(phone) },
  tmForum: Type.Optional(
    personal(
      Type.Union([Type.Null(), Type.Object(members, { additionalProperties: true })], {
        description: 'What TMF629 v4 has and is nothing else here',
      }),
    ),
  ),
};

/** A customer who can be written to, as all were before TM Forum's way allowed others. */
const Reachable = Type.Object({ ...customer, email: personal(NewCustomer.properties.email) });

/** Every type of event that this backend publishes and understands. */
export const catalogue = {
  ...define<Customer>(Reachable, {
    ...{ name: 'unreachable', data: Type.Object({ ...customer, email: personal(Type.Null()) }) },
    applies: (data) => (data as Customer | null)?.email === null,
  })('bss.customer.events', 'customer', 'com.droid.bss.customer.created', 'com.droid.bss.customer.updated'),
  ...define<Order>(Order)(
    'bss.order.events',
    'order',
    'com.droid.bss.order.created',
    'com.droid.bss.order.started',
    'com.droid.bss.order.completed',
    'com.droid.bss.order.cancelled',
  ),
  ...define<Invoice>(Invoice)(
    'bss.invoice.events',
    'invoice',
    'com.droid.bss.invoice.issued',
    'com.droid.bss.invoice.overdue',
    'com.droid.bss.invoice.paid',
    'com.droid.bss.invoice.cancelled',
  ),
  ...define<Payment>(Payment)(
    'bss.payment.events',
    'payment',
    'com.droid.bss.payment.created',
    'com.droid.bss.payment.completed',
    'com.droid.bss.payment.failed',
    'com.droid.bss.payment.refunded',
  ),
  ...define<BillingCycle>(BillingCycle)(
    'bss.billing.events',
    'billing',
    'com.droid.bss.billing.cycle.started',
    'com.droid.bss.billing.cycle.completed',
  ),
  ...define<Notification>(Notification)(
    'bss.notification.events',
    'notification',
    'com.droid.bss.notification.recorded',
  ),
  ...define<ServiceCommand>(ServiceCommand)(
    'bss.service.provisioning',
    'provisioning',
    'com.droid.bss.service.activation.requested',
    'com.droid.bss.service.termination.requested',
  ),
  ...define<AuditRecord>(AuditRecord)(AUDIT, 'audit', 'com.droid.bss.audit.recorded'),
};

export type EventType = keyof typeof catalogue;
export type EventData<T extends EventType> = NonNullable<(typeof catalogue)[T]['example']>;

/** One of these events. */
export type Event = CloudEvent & { readonly type: EventType };

export const isEventType = (type: string): type is EventType => Object.hasOwn(catalogue, type);

/** Every schema that an event of this type may name. */
export function schemasOf(type: EventType): readonly Pick<EventDefinition, 'data' | 'dataschema'>[] {
  const { exception, ...usual } = catalogue[type];
  return exception ? [usual, exception] : [usual];
}

/** The one that data names. */
export function dataschemaOf(type: EventType, data: unknown): string {
  const { exception, dataschema } = catalogue[type];
  return exception?.applies(data) ? exception.dataschema : dataschema;
}

/** Every topic that this backend writes to. */
export const TOPICS = [...new Set([...Object.values(catalogue).map(({ topic }) => topic), EVERYTHING, DEAD_LETTERS])];

/** Where an event goes. What is written about events is no event of the business: auditing audits would never end. */
export const topicsOf = (type: EventType): string[] => {
  const { topic } = catalogue[type];
  return topic === AUDIT ? [topic] : [topic, EVERYTHING];
};
