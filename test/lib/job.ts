import { OneShotJob, type OneShotJobProps, ScheduledJob, type ScheduledJobProps } from '../../lib/job';
import { totalRequests } from '../../lib/requests';
import { StatelessWorkload } from '../../lib/stateless-workload';
import { Example, podProps } from '../example';

const allProps: Required<OneShotJobProps> = { ...podProps(), retries: 4, deadlineSeconds: 60 };
const scheduled: Required<ScheduledJobProps> = { ...allProps, schedule: '5 * * * *' };

function once(change: Partial<OneShotJobProps> = {}) {
  const example = new Example();
  new OneShotJob(example, 'default', { ...allProps, ...change });
  return example.manifests.ofKind('Job')[0]!;
}

describe('Work done once', () => {
  it('has every prop where Kubernetes looks for it, and no time to live', () => {
    const { template, ...spec } = once().spec;
    expect(spec).toEqual({ backoffLimit: 4, activeDeadlineSeconds: 60 });
    expect(template.spec).toMatchObject({ restartPolicy: 'Never', terminationGracePeriodSeconds: 45 });
  });

  it('keeps its name while its content is the same: the same tree applied again does nothing', () => {
    expect(once().metadata.name).toMatch(/^example-[0-9a-f]{8}$/);
    expect(once()).toEqual(once());
  });

  it.each<[string, Partial<OneShotJobProps>]>([
    ['file', { files: { '/etc/till/till.conf': 'a=2\n' } }],
    ['image', { image: 'registry.example/shop/till:1.2.4' }],
    ['command', { command: ['till', '--shut'] }],
  ])('has another name with another %s: a Job cannot be changed', (_, change) => {
    expect(once(change).metadata.name).not.toBe(once().metadata.name);
  });

  it('has another name with another file that is made at synth', () => {
    const files = { '/etc/till/till.conf': () => 'a=2\n' };
    expect(once({ files }).metadata.name).toBe(once({ files: { '/etc/till/till.conf': 'a=2\n' } }).metadata.name);
    expect(once({ files }).metadata.name).not.toBe(once().metadata.name);
  });

  it('has pods that carry the name without the hash, for policies and people', () => {
    expect(once().spec.template.metadata.labels['app.kubernetes.io/name']).toBe('example');
  });
});

describe('Work done again and again', () => {
  const example = new Example();
  new ScheduledJob(example, 'default', scheduled);
  const { metadata, spec } = example.manifests.ofKind('CronJob')[0]!;
  const { template, ...job } = spec.jobTemplate.spec;

  it('has every prop where Kubernetes looks for it, and never runs twice at once', () => {
    const { jobTemplate, ...schedule } = spec;
    expect(schedule).toEqual({
      schedule: '5 * * * *',
      timeZone: 'Etc/UTC',
      suspend: false,
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 300,
    });
    expect(job).toEqual({ backoffLimit: 4, activeDeadlineSeconds: 60 });
    expect(template.spec).toMatchObject({ restartPolicy: 'Never' });
  });

  it('has a name that people can type', () => {
    expect(metadata.name).toBe('example');
  });

  it('without a schedule waits for a person, with one that never comes, as Kubernetes takes none without', () => {
    const byHand = new Example();
    new ScheduledJob(byHand, 'default', { ...allProps });
    expect(byHand.manifests.ofKind('CronJob')[0]!.spec).toMatchObject({ suspend: true, schedule: '0 0 31 2 *' });
  });
});

it('A Deployment is one pod, replaced by a new one beside it', () => {
  const example = new Example();
  new StatelessWorkload(example, 'default', podProps());
  const { template, ...spec } = example.manifests.find('Deployment', 'example').spec;
  expect(spec).toEqual({ replicas: 1, selector: { matchLabels: { 'app.kubernetes.io/name': 'example' } } });
  expect(template.metadata.labels).toMatchObject(spec.selector.matchLabels);
  expect(totalRequests(example, 'at rest')).toEqual({ cpu: 255, memory: 80, memoryLimit: 1056 });
  expect(totalRequests(example, 'while everything is replaced')).toEqual({ cpu: 510, memory: 160, memoryLimit: 2112 });
});
