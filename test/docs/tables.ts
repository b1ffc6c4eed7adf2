import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { rowsOf, Written } from '../written';

const root = join(__dirname, '../..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const [onKind, inProduction] = [new Written('kind'), new Written('production')];
const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
const unique = (values: string[]) => [...new Set(values)];

describe('What the pages say of a laptop', () => {
  const nodePorts = onKind
    .ofKind('Service')
    .filter(({ spec }) => spec.type === 'NodePort')
    .flatMap(({ spec }) => spec.ports.map(({ nodePort }) => `${nodePort}`));
  const rows = rowsOf('docs/laptop.md', 'On your machine').map(([from, node]) => `${from!.split(':')[1]}:${node}`);

  it('is the ports that dist/kind opens on the node', () => {
    expect(rows.map((row) => row.split(':')[1]).sort()).toEqual(nodePorts.sort());
  });

  it('is what kind.yaml and the command for minikube publish', () => {
    const [{ extraPortMappings }] = parse(read('kind.yaml')).nodes;
    const mapped = extraPortMappings.map(
      ({ hostPort, containerPort }: { hostPort: number; containerPort: number }) => `${hostPort}:${containerPort}`,
    );
    expect(mapped).toEqual(rows);
    expect(read('docs/laptop.md')).toContain(`--ports=${rows.map((row) => `127.0.0.1:${row}`).join(',')}`);
  });
});

describe.each([onKind, inProduction])('docs/production.md and dist/$environment', (written) => {
  const cpu = (text = '0') => (text.endsWith('m') ? Number.parseInt(text, 10) : 1000 * Number(text));
  const memory = (text = '0Mi') => Number.parseInt(text, 10) * (text.endsWith('Gi') ? 1024 : 1);
  const rows = rowsOf('docs/production.md', '').map(([name, ...cells]) => {
    const [pods, processors, bytes] = written === onKind ? cells : cells.slice(3);
    return [name!, pods!, processors!, bytes!] as const;
  });
  const total = (title: string) => {
    const [, , processors, bytes] = rows.find(([name]) => name === `**${title}**`)!;
    return [processors, bytes].map((cell) => Number.parseInt(cell.replaceAll('*', ''), 10));
  };

  it('say the same of pods, and of what they request', () => {
    const pods = written.pods();
    const made = unique(pods.map(({ name }) => name)).map((name) => {
      const own = pods.filter((each) => each.name === name);
      const requests = (amount: (requests?: Record<string, string>) => number) =>
        sum(
          own.map(({ count, spec }) => {
            const first = (spec.initContainers ?? []).map(({ resources }) => amount(resources?.requests));
            return count * Math.max(sum(spec.containers.map(({ resources }) => amount(resources?.requests))), ...first);
          }),
        );
      const [processors, bytes] = [
        requests((each) => cpu(each?.['cpu'])),
        requests((each) => memory(each?.['memory'])),
      ];
      return [name, `${sum(own.map(({ count }) => count))}`, `${processors}m`, `${bytes} MiB`];
    });
    const said = rows.filter(([name, pods]) => !name.startsWith('**') && pods !== '–');
    expect(said.map((row) => [...row]).sort()).toEqual(made.sort());
    expect(total('at rest')).toEqual([2, 3].map((column) => sum(made.map((row) => Number.parseInt(row[column]!, 10)))));
  });

  it('say the same of the quota', () => {
    const [quota] = written.objects.filter(({ kind }) => kind === 'ResourceQuota');
    const { hard } = quota!.spec as { hard: Record<string, string> };
    const [processors, bytes] = total('while everything is replaced');
    expect([cpu(hard['requests.cpu']), memory(hard['requests.memory'])]).toEqual([processors! + 1000, bytes! + 2048]);
  });
});

it('docs/data.md has the topics that the Job of production is given', () => {
  const lines = inProduction.file('topics.txt').trim().split('\n');
  const given = lines.map((line) => {
    const [name, partitions, , ...settings] = line.split(' ');
    const kept = Number(settings.find((each) => each.startsWith('retention.ms='))!.split('=')[1]) / 86_400_000;
    return [name, partitions, `${kept} days`];
  });
  const rows = rowsOf('docs/data.md', 'Topic');
  expect(rows.slice(0, -1).map((row) => row.slice(0, 3))).toEqual(given);
  const replicas = sum(
    lines.map((line) => line.split(' ')).map(([, partitions, copies]) => Number(partitions) * Number(copies)),
  );
  expect(rows.at(-1)![4]).toMatch(new RegExp(`= ${replicas}$`));
});

it('docs/secrets.md has each key that a pod of production reads, with the pods that read it', () => {
  const reads = inProduction.pods().flatMap(({ name, spec }) => {
    const files = (spec.volumes ?? []).flatMap(
      ({ secret }) => secret?.items.map(({ key }) => `${secret.secretName} ${key}`) ?? [],
    );
    const env = [...(spec.initContainers ?? []), ...spec.containers].flatMap((container) =>
      (container.env ?? []).flatMap(({ valueFrom }) =>
        valueFrom?.secretKeyRef ? [`${valueFrom.secretKeyRef.name} ${valueFrom.secretKeyRef.key}`] : [],
      ),
    );
    return [...files, ...env].map((key) => `${key}: ${name}`);
  });
  const rows = rowsOf('docs/secrets.md', 'Secret').flatMap(([secret, key, , readers]) =>
    readers!.split(', ').map((reader) => `${secret} ${key}: ${reader}`),
  );
  expect(rows.sort()).toEqual(unique(reads).sort());
});

it('What the README says of a changed value begins with what dist has', () => {
  const [, file, diff] = read('README.md').match(/in `(dist\/kind\/[^`]+)`[\s\S]*?```diff\n([\s\S]*?)\n```/)!;
  const removed = diff!.split('\n').flatMap((line) => (line.startsWith('-') ? [line.slice(1)] : []));
  expect(removed.filter((line) => !read(file!).split('\n').includes(line))).toEqual([]);
  expect(removed.length).toBeGreaterThan(1);
});
