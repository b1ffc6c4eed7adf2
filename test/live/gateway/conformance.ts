import { eventually } from '../../../cluster/eventually';
import type { GatewayInstallation } from '../../../cluster/gateway/installation';
import type { Answer, Request } from '../../../cluster/gateway/requests';
import { unless } from '../../unless';
import { type Case, conformanceCases } from './cases';
import { expectDressed } from './dressed';

export const asFrontend: Request = { method: 'GET', path: '/api/witness', headers: { apikey: 'frontend_api_key_123' } };

/** Declares what holds of every gateway, whatever its shape. @param missing why there is no Kong here */
export function conforms(gateway: GatewayInstallation, missing: string | undefined): void {
  const onKong = unless(missing);
  const cases = conformanceCases(gateway.model);
  let answers: Answer[];

  beforeAll(() => {
    if (missing) return;
    // A pod is ready before every node knows it: who asks at once is refused.
    for (const { host, portNumber } of [gateway.kong.proxy, gateway.kong.proxyTls])
      eventually(`a connection to ${host}:${portNumber}`, () => gateway.connects(host, portNumber));
    // One by one, each with a connection of its own, and all of them before the first is looked at.
    answers = gateway.ask(cases.map(({ request }) => request));
  });

  cases.forEach((each, index) => {
    onKong(`${each.sentence}: ${each.status}`, () => expectAnswer(each, answers[index]!));
  });

  onKong('nobody reaches the Admin API or the status port', () => {
    const [pod] = gateway.namespace.pods('app.kubernetes.io/name=kong');
    for (const port of [8001, 8444, 8002, 8445, 8100]) expect(gateway.connects(pod!.status.podIP!, port)).toBe(false);
    expect(gateway.connects(pod!.status.podIP!, 8000)).toBe(true);
  });

  onKong('no key is in a log, however it came, the status of a pod or a ConfigMap', () => {
    const { namespace } = gateway;
    const log = namespace.run('logs', '-l', 'app.kubernetes.io/name=kong', '--all-containers', '--tail=-1');
    const texts = [log, namespace.run('describe', 'pods,configmaps')];
    for (const key of Object.values(gateway.model.keys)) for (const text of texts) expect(text).not.toContain(key);
  });

  onKong('what holds keys is in memory, and what is on the disk of the node has none of them', () => {
    const inKong = (script: string) =>
      gateway.namespace.run('exec', 'deployment/kong', '-c', 'kong', '--', 'sh', '-c', script).trim();
    const large: Request = { ...asFrontend, method: 'POST', body: 1024 * 1024 };
    gateway.ask(Object.values(gateway.model.keys).map((apikey) => ({ ...large, tls: true, headers: { apikey } })));
    const kept = inKong('grep -E " (/kong_prefix|/tmp|/run/kong|/bodies) " /proc/mounts | cut -d " " -f 2,3').split(
      '\n',
    );
    expect(kept).toEqual(expect.arrayContaining(['/kong_prefix tmpfs', '/tmp tmpfs']));
    expect(kept).not.toContain('/bodies tmpfs');
    const onDisk = kept.filter((line) => !line.endsWith(' tmpfs')).map((line) => line.split(' ')[0]);
    for (const key of Object.values(gateway.model.keys))
      expect(inKong(`grep -rlsF ${key} ${onDisk.join(' ')} /etc /usr/local/kong || true`)).toBe('');
  });

  onKong('each request is a line of JSON in the log, with what it can be found by', () => {
    const id = `find-${Date.now()}`;
    gateway.ask([{ method: 'GET', path: '/nobody?secret=1', headers: { 'X-Correlation-ID': id } }]);
    const line = eventually('the line', () => {
      const log = gateway.namespace.run('logs', '-l', 'app.kubernetes.io/name=kong', '-c', 'kong', '--tail=-1');
      return log.split('\n').find((each) => each.includes(id));
    });
    expect(JSON.parse(line)).toMatchObject({ correlation_id: id, status: '404', method: 'GET', path: '/nobody' });
  });
}

function expectAnswer({ status, headers = {}, seen = {}, unseen = [], dressed = true }: Case, answer: Answer): void {
  expect([answer.status, answer.body]).toEqual([status, answer.body]);
  for (const [name, value] of Object.entries(headers))
    expect([name, answer.headers[name]]).toEqual([name, expect.stringMatching(value)]);
  if (dressed) expectDressed(answer);
  if (Object.keys(seen).length + unseen.length === 0) return;
  const { headers: seenHeaders, ...asked } = JSON.parse(answer.body);
  expect({ ...seenHeaders, ...asked }).toMatchObject(seen);
  for (const name of unseen) expect(seenHeaders).not.toHaveProperty(name);
}
