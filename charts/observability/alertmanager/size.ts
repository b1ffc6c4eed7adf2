import type { Duration, Size } from 'cdk8s';
import type { Resources } from '../../../lib/container';
import type { External } from '../../../lib/outside';
import type { Severity } from '../rules/rule';

/** Networks that an address of a receiver lies in: the way to all others stays closed. */
type Reached = Pick<External, 'networks'>;

/** Something that takes alerts as JSON: https://prometheus.io/docs/alerting/0.33/configuration/#webhook_config */
export interface Webhook extends Reached {
  readonly kind: 'webhook';
  /** For example `https://alerts.example.com/bss`. */
  readonly url: string;
  /** `bearer` sends the key of Secret `alertmanager` that has the receiver's name. */
  readonly login: 'bearer' | 'none';
}

/** A mailbox. */
export interface Email extends Reached {
  readonly kind: 'email';
  /** Who gets it, for example `oncall@example.com`. */
  readonly to: string;
  /** Who it comes from. */
  readonly from: string;
  /** Host and port of the server that takes it, for example `smtp.example.com:587`. */
  readonly server: string;
  /** Who logs in there; the password is the key of Secret `alertmanager` that has the receiver's name. @default - nobody: it takes mail from anybody */
  readonly user?: string;
}

export type Receiver = Webhook | Email;

/** What is told to whom. */
export interface Route {
  /** Name of a receiver. */
  readonly receiver: string;
  /** `none` is the alert that is always there, for a service that calls when it does not come any more: alone in its route. */
  readonly severities: readonly Severity[];
  /** After which an alert that is still there is told again. */
  readonly repeat: Duration;
}

/** The Alertmanager of an environment: how large it is, and whom it tells. */
export interface AlertmanagerSize {
  /** Servers; two of them know of each other what was told. */
  readonly replicas: number;
  readonly resources: Resources;
  /** Claim of each server: silences, and what was told. */
  readonly disk: Size;
  /** By name. None: alerts are seen in Prometheus and here, and nobody is told. */
  readonly receivers: Readonly<Record<string, Receiver>>;
  /** Each alert goes to every route that has its severity. */
  readonly routes: readonly Route[];
}
