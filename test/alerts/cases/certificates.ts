import { type Case, turns } from '../case';

const DAY = 86_400;
const labels = { job: 'certificates', pod: 'kong' };
const series = 'probe_ssl_earliest_cert_expiry{job="certificates",pod="kong"}';

/** The worst of half an hour counts. */
const LONGER = { minutes: [10, 30, 40] } as const;

/** Of a clock that begins with 1970. */
export const cases: readonly Case[] = [
  {
    alert: 'CertificateExpires',
    series: { [series]: [90 * DAY, 10 * DAY] },
    labels,
    summary: 'The certificate of kong expires in 9d 23h 21m 0s.',
    ...LONGER,
  },
  {
    alert: 'CertificateExpires',
    // One of several pods has the old one, and is met each third time.
    series: { [series]: turns(90 * DAY, [90 * DAY, 90 * DAY, 10 * DAY]) },
    labels,
    summary: 'The certificate of kong expires in 9d 23h 21m 0s.',
    ...LONGER,
  },
  {
    alert: 'CertificateExpiresSoon',
    series: { [series]: [90 * DAY, 2 * DAY] },
    labels,
    summary: 'The certificate of kong expires in 1d 23h 21m 0s.',
    ...LONGER,
  },
  {
    alert: 'CertificateUnknown',
    series: { 'probe_success{job="certificates",pod="kong"}': [1, 0] },
    labels,
    summary: '0 looks at the certificate of kong have succeeded for a while.',
  },
];
