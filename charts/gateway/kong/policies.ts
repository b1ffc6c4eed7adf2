import type { Endpoint } from '../../../lib/endpoint';
import { type Plugin, withoutKey } from './plugins';

/** What a component hands out to be reachable through the gateway: where it listens, and below which path. */
export interface Site {
  /** Where it listens. */
  readonly web: Endpoint;
  /**
   * Like `/akhq`: one constant for the route, for what the component calls its own path, and for its probes. `/` gets every
   * request that no other site takes.
   */
  readonly path: `/${string}`;
}

/** Seconds after the first try in which another one may begin. */
export const NEXT_TRY_SECONDS = 5;

/** How long a service may keep a request, in Kong's terms: milliseconds, for each try. */
export interface Timeouts {
  /**
   * Tries after the first one, when a connection cannot be made, breaks or times out, and no later than NEXT_TRY_SECONDS. An
   * answer, whatever its status, is never tried again, nor is a POST or PATCH that was sent. A kept connection that turns out
   * to be closed counts as no try.
   */
  readonly retries: number;
  /** Until a connection is made. A pod that is gone does not answer, and the next try may find another. */
  readonly connect_timeout: number;
  /** Between two writes to the service. */
  readonly write_timeout: number;
  /** Between two reads from the service. */
  readonly read_timeout: number;
}

/** Who may use a site, and what holds for its requests. What is more for every request is in configuration.ts. */
export interface Access {
  /** `consumers` send a key. `operators` have a browser, which sends none, and come from addresses that the entry may know. */
  readonly who: 'consumers' | 'operators';
  /** Plugins besides those that ask who it is, and that count. One that holds for every request would be replaced by it. */
  readonly plugins: readonly Plugin[];
  readonly timeouts: Timeouts;
  /** Whether the service sees the Host that the client asked for. */
  readonly preserveHost: boolean;
  /**
   * Whose requests are counted together: those of a consumer, or all of the service; how many is `requestsPerMinute`. Where
   * nobody is asked who he is, nothing is counted.
   */
  readonly limit: 'consumer' | 'service';
}

/** Applications that call an API. */
export const APPLICATIONS: Access = {
  who: 'consumers',
  plugins: [],
  // One more try: for a pod that has just gone.
  timeouts: { retries: 1, connect_timeout: 1000, write_timeout: 5000, read_timeout: 8000 },
  preserveHost: false,
  limit: 'consumer',
};

/** People who operate the platform, at pages that ask a slow system: a second try would ask it twice. */
export const OPERATORS: Access = {
  who: 'operators',
  // Sent to a page by mistake, a key is none of its business.
  plugins: [withoutKey],
  timeouts: { retries: 0, connect_timeout: 2000, write_timeout: 10_000, read_timeout: 45_000 },
  // Links and redirects of a page name the host that its reader sees.
  preserveHost: true,
  // Not by address: behind one address there may be all of them, and a page loads a hundred files.
  limit: 'service',
};

/** A site, and who may use it. */
export interface PublicSite {
  readonly site: Site;
  readonly access: Access;
}

/** Anybody with an API key of a consumer. */
export const api = (site: Site): PublicSite => ({ site, access: APPLICATIONS });

/** People who operate the platform: only from their own addresses where those are known. */
export const operatorsPage = (site: Site): PublicSite => ({ site, access: OPERATORS });

/** Seconds that one try may take: it may wait for each of the three. */
export const secondsOfTry = ({ connect_timeout, write_timeout, read_timeout }: Timeouts): number =>
  (connect_timeout + write_timeout + read_timeout) / 1000;

/** Seconds until a request that the service never answers has failed. */
export const worstCaseSeconds = (timeouts: Timeouts): number =>
  timeouts.retries === 0
    ? secondsOfTry(timeouts)
    : Math.min((timeouts.retries + 1) * secondsOfTry(timeouts), NEXT_TRY_SECONDS + secondsOfTry(timeouts));
