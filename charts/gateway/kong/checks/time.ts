import { worstCaseSeconds } from '../policy';
import type { Gateway } from './checks';

/** Seconds after which load balancers and proxies give up, by default: those of clouds, and nginx. */
const CALLER_SECONDS = 60;

/** Seconds: an address that is gone must not hold a request for long, as the next try may find another. */
const LONGEST_CONNECT = 5;

/** How long the services may keep a request, all tries together. */
export const timeErrors = ({ configuration: { services } }: Gateway): string[] =>
  services.flatMap((service) => {
    const { name, retries, connect_timeout, write_timeout, read_timeout } = service;
    const worst = worstCaseSeconds(service);
    return [
      ...(connect_timeout <= LONGEST_CONNECT * 1000
        ? []
        : [
            `service "${name}": connect_timeout is ${connect_timeout} ms: a pod that is gone does not answer. ` +
              `Set it to ${LONGEST_CONNECT * 1000} or less.`,
          ]),
      ...(worst < CALLER_SECONDS
        ? []
        : [
            `service "${name}" may keep a request for ${worst} s: ${retries + 1} tries, each of ${connect_timeout} + ` +
              `${write_timeout} + ${read_timeout} ms. Whoever called has given up after ${CALLER_SECONDS} s. Lower the ` +
              'retries or the timeouts.',
          ]),
    ];
  });
