import { kubectl } from '../../../cluster/kubectl';
import type { Drill } from './drill';

const JOB = 'drill-backup';

/** A backup that somebody makes by hand fails. */
export const job: Drill = {
  alerts: ['JobFailed'],
  breaks: (bss) => {
    const made = JSON.parse(
      bss.run('create', 'job', JOB, '--from=cronjob/postgres-backup', '--dry-run=client', '--output=json'),
    );
    made.spec.backoffLimit = 0;
    for (const container of made.spec.template.spec.containers) container.command = ['false'];
    kubectl(['-n', bss.name, 'apply', '-f', '-'], JSON.stringify(made));
  },
  repairs: (bss) => bss.run('delete', 'job', JOB),
};
