import type { Workload } from './workload';

/** A port of a workload behind a stable name. Producers hand it out; `connectsTo` takes it. */
export class Endpoint {
  /**
   * @param workload what answers
   * @param port name of the port
   * @param service name of the Service before it
   */
  constructor(
    readonly workload: Workload,
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

/** Comma-separated, as clients take several addresses that they choose from themselves. */
export const addresses = (endpoints: Endpoint[]) => endpoints.map(({ address }) => address).join(',');
