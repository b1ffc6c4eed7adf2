import { query } from './commands';
import type { Alert, Group } from './rule';

/** From so few days on somebody is told; boards show the same. */
export const CERTIFICATE_DAYS = { warning: 14, critical: 3 };
export const DAY = 86_400;

/**
 * Seconds. Each look meets one of the pods behind a Service, and any of them may still have an older certificate: of half
 * an hour the worst counts. Boards show the same.
 */
export const CERTIFICATE_LEFT = 'min by (job, pod) (min_over_time(probe_ssl_earliest_cert_expiry[30m])) - time()';
const runbook: Alert['runbook'] = {
  means:
    'After that no client connects any more: browsers and applications at the gateway, or the backend and replicas at Redis.',
  look: [
    query('probe_ssl_earliest_cert_expiry - time()'),
    'kubectl get secrets kong-tls redis-cluster-tls -o custom-columns=NAME:.metadata.name,SINCE:.metadata.managedFields[0].time',
  ],
  mend: 'Renew it: docs/secrets.md says how for each. Where cert-manager does that, look at its Certificate: it should have, long before.',
};

/** Certificates that somebody must renew, as clients see them. */
export const certificates: Group = {
  name: 'certificates',
  rules: [
    {
      alert: 'CertificateExpires',
      expr: `${CERTIFICATE_LEFT} < ${CERTIFICATE_DAYS.warning} * ${DAY}`,
      for: '5m',
      severity: 'warning',
      summary: 'The certificate of {{ $labels.pod }} expires in {{ $value | humanizeDuration }}.',
      runbook,
    },
    {
      alert: 'CertificateExpiresSoon',
      expr: `${CERTIFICATE_LEFT} < ${CERTIFICATE_DAYS.critical} * ${DAY}`,
      for: '5m',
      severity: 'critical',
      summary: 'The certificate of {{ $labels.pod }} expires in {{ $value | humanizeDuration }}.',
      silences: ['CertificateExpires'],
      alike: ['pod'],
      runbook,
    },
    {
      alert: 'CertificateUnknown',
      // A look that fails has no date, and the alerts on dates would end.
      expr: 'min by (job, pod) (probe_success) == 0',
      for: '15m',
      severity: 'warning',
      summary: '{{ $value }} looks at the certificate of {{ $labels.pod }} have succeeded for a while.',
      runbook: {
        means: 'Nobody is told when it expires. What cannot be connected to here may be away for its clients, too.',
        look: [query('probe_success'), 'kubectl logs deploy/certificates', 'kubectl get networkpolicy'],
        mend: 'See whether the server takes connections with TLS. If clients do connect, restart what looks.',
      },
    },
  ],
};
