import type { IConstruct } from 'constructs';
import type { Platform } from './platform';

/** Pods that answer on ports: a workload, as others see it. */
export interface Server extends IConstruct {
  /** Name of its main object. */
  readonly name: string;
  /** What it is part of. */
  readonly platform: Platform;
  /** Labels that its pods have, and no others. */
  readonly selector: Record<string, string>;
  /** @throws when it has no port of that name. */
  portNumber(port: string): number;
}

/** A port of a workload behind a stable name. Producers hand it out; `connectsTo` takes it. */
export class Endpoint {
  /**
   * @param workload what answers
   * @param port name of the port
   * @param service name of the Service before it
   */
  constructor(
    readonly workload: Server,
    readonly port: string,
    private readonly service: string,
  ) {}

  get portNumber(): number {
    return this.workload.portNumber(this.port);
  }

  get host(): string {
    return `${this.service}.${this.workload.platform.serviceDomain}`;
  }

  /** `host:port`. */
  get address(): string {
    return `${this.host}:${this.portNumber}`;
  }

  /** `http://host:port`. */
  get url(): string {
    return `http://${this.address}`;
  }
}

/** A way that is open. */
export interface Connection {
  /** Who asks. */
  readonly from: Server;
  /** Who answers, and where. */
  readonly to: Endpoint;
}

/** Comma-separated, as clients take several addresses that they choose from themselves. */
export const addresses = (endpoints: Endpoint[]) => endpoints.map(({ address }) => address).join(',');
