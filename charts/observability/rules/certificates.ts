import { query } from './commands';
import type { Alert, Group } from './rule';

/** From so few days on somebody is told; boards show the same. */
export const CERTIFICATE_DAYS = { warning: 14, critical: 3 };
export const DAY = 86_400;

const LEFT = 'min by (job, pod) (probe_ssl_earliest_cert_expiry - time())';
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
      expr: `${LEFT} < ${CERTIFICATE_DAYS.warning} * ${DAY}`,
      for: '5m',
      severity: 'warning',
      summary: 'The certificate of {{ $labels.pod }} expires in {{ $value | humanizeDuration }}.',
      runbook,
    },
    {
      alert: 'CertificateExpiresSoon',
      expr: `${LEFT} < ${CERTIFICATE_DAYS.critical} * ${DAY}`,
      for: '5m',
      severity: 'critical',
      summary: 'The certificate of {{ $labels.pod }} expires in {{ $value | humanizeDuration }}.',
      silences: ['CertificateExpires'],
      runbook,
    },
  ],
};
