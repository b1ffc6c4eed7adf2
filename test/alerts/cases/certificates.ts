import type { Case } from '../case';

const DAY = 86_400;
const labels = { job: 'certificates', pod: 'kong' };
const series = 'probe_ssl_earliest_cert_expiry{job="certificates",pod="kong"}';

/** Of a clock that begins with 1970. */
export const cases: readonly Case[] = [
  {
    alert: 'CertificateExpires',
    series: { [series]: [90 * DAY, 10 * DAY] },
    labels,
    summary: 'The certificate of kong expires in 9d 23h 21m 0s.',
  },
  {
    alert: 'CertificateExpiresSoon',
    series: { [series]: [90 * DAY, 2 * DAY] },
    labels,
    summary: 'The certificate of kong expires in 1d 23h 21m 0s.',
  },
];
