import { boards } from '../../charts/observability/grafana/boards/all';
import { queries } from '../../charts/observability/grafana/boards/board';
import { Workload } from '../../lib/workload';
import { groups, watched } from '../alerts/environment';
import { exposed } from '../contract/catalogue';
import { catalogue, complaints } from '../contract/check';
import { everyEnvironment } from '../environments';

/** Jobs whose metrics no rule asks for, as nobody has captured them. */
const NOT_CAPTURED = ['akhq', 'grafana'];

const rules = groups.flatMap(({ rules }) => rules);
const known = catalogue(exposed(), rules);

describe('The contract of metrics', () => {
  it('has a fixture for each job, and none for others', () => {
    const jobs = everyEnvironment.flatMap(({ manifests }) =>
      Workload.all(manifests.app).flatMap(({ name, metrics }) => (metrics ? [name] : [])),
    );
    expect([...Object.keys(exposed()), ...NOT_CAPTURED].sort()).toEqual([...new Set(jobs)].sort());
  });

  it('is kept by each rule: it names only metrics and labels that somebody exposes', () => {
    const wrong = rules.flatMap((rule) =>
      complaints(rule.expr, known).map((each) => `${'alert' in rule ? rule.alert : rule.record}: ${each}`),
    );
    expect(wrong).toEqual([]);
  });

  it('is kept by each question of a board', () => {
    const wrong = queries(boards(watched)).flatMap(({ board, panel, expr }) =>
      complaints(expr, known).map((each) => `${board}, ${panel}: ${each}`),
    );
    expect(wrong).toEqual([]);
  });

  it('knows labels that functions make, one inside of another', () => {
    const made = (inner: string, label: string) => `label_replace(${inner}, "${label}", "$1", "pod", "(.+)")`;
    expect(complaints(`sum by (group, topic) (${made(made('redis_up', 'group'), 'topic')})`, known)).toEqual([]);
  });

  it.each([
    ['sum(up', 'cannot be read after "sum(up"'],
    ['redis_upp', 'nobody exposes redis_upp; the nearest are redis_up, '],
    ['redis_up{job="kafka"}', 'kafka does not expose redis_up, but redis-cluster, redis does'],
    ['redis_up{topik="a"}', 'redis_up has no label topik; the nearest are '],
    ['sum by (pot) (redis_up)', 'none of its series has a label pot; the nearest are pod, '],
    // What an aggregation has taken away is not there any more, neither in a recording nor within a question.
    ['sum by (topic) (bss:gateway_requests:rate5m)', 'none of its series has a label topic; '],
    ['bss:pods:up{instance="a"}', 'bss:pods:up has no label instance; '],
    ['bss:gateway_requests:rate5m{code="200"}', 'bss:gateway_requests:rate5m has no label code; '],
    ['max by (pod) (sum by (job) (redis_up))', 'what is grouped by pod has only job'],
    ['redis_up{job=~"redis|redis-clustr"}', 'there is no job redis-clustr; the nearest are redis-cluster, '],
    ['redis_up{job=~"kafka"}', 'kafka does not expose redis_up, but redis-cluster, redis does'],
  ])('is broken by %s, and the message says what is near', (expr, message) => {
    expect(complaints(expr, known)).toEqual([expect.stringContaining(message)]);
  });
});
