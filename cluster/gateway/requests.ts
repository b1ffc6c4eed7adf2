import type { Configuration } from '../../charts/gateway/kong/configuration';

/** A request, as client.py takes it. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** @default false */
  readonly tls?: boolean;
  /** Bytes. @default - none */
  readonly body?: number;
  /** Whether the body is sent without saying how long it is. @default false */
  readonly chunked?: boolean;
}

/** An answer, as client.py gives it. */
export interface Answer {
  readonly status: number;
  /** Headers by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a gateway is, for those who ask it. */
export interface Model {
  readonly configuration: Configuration;
  readonly runtime: { /** MiB */ readonly bodyLimit: number };
  /** One key of each consumer. */
  readonly keys: Readonly<Record<string, string>>;
}
