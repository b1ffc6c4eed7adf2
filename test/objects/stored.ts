import { everyEnvironment, wrongAnywhere } from '../environments';
import { nameOf } from '../manifests';

/** Every amount of CPU, memory or storage, and the bound of every volume in memory or on the node. */
function quantitiesIn(value: unknown, key = ''): string[] {
  if (typeof value !== 'object' || value === null) return key === 'sizeLimit' ? [String(value)] : [];
  if (['requests', 'limits', 'hard', 'default', 'defaultRequest'].includes(key) && !Array.isArray(value)) {
    return Object.values(value).map(String);
  }
  return Object.entries(value).flatMap(([name, inner]) => quantitiesIn(inner, name));
}

/** Paths of lists, maps and values that hold nothing. The API server drops them, or fills them in. */
function emptyIn(value: unknown, path = ''): string[] {
  if (value === undefined) return [path];
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value);
  return entries.length === 0 ? [path] : entries.flatMap(([name, inner]) => emptyIn(inner, `${path}/${name}`));
}

/** An amount that Kubernetes would write in another way: 1000m is 1, 1024Mi is 1Gi. */
const rewritten = (quantity: string) => {
  const [, number, unit] = quantity.match(/^(\d+)(m|[KMGT]i)?$/) ?? [];
  if (number === undefined) return true;
  if (unit === 'm') return Number(number) % 1000 === 0;
  return unit !== undefined && (Number(number) % 1024 === 0 || number === '0');
};

// What differs from what is stored is changed by every apply, and never in sync for GitOps.
it('Every amount is written as the API server stores it', () => {
  const wrong = wrongAnywhere(({ manifests }) => {
    const all = manifests.objects.flatMap((object) =>
      quantitiesIn(object.spec).map((quantity) => ({ name: nameOf(object), quantity })),
    );
    return all.length > 50
      ? all.filter(({ quantity }) => rewritten(quantity)).map(({ name, quantity }) => `${name}: ${quantity}`)
      : ['has no amounts'];
  });
  expect(wrong).toEqual([]);
});

it('Nothing is empty but the selector of all pods, and what is denied to all', () => {
  const denied = 'NetworkPolicy/default-deny/spec/podSelector';
  const empty = wrongAnywhere(({ manifests }) =>
    manifests.objects.flatMap((object) => emptyIn(object).map((path) => `${nameOf(object)}${path}`)),
  );
  expect(empty).toEqual(everyEnvironment.map(({ name }) => `${name}: ${denied}`));
});

it('Secrets hold data, which the API server makes of stringData', () => {
  const wrong = wrongAnywhere(({ manifests }) =>
    manifests
      .ofKind('Secret')
      .filter((secret) => 'stringData' in secret)
      .map(nameOf),
  );
  expect(wrong).toEqual([]);
});

it('The template of a claim has its version, its kind and its phase, which are compared as a whole', () => {
  const templates = everyEnvironment.flatMap(({ name: environment, manifests }) =>
    manifests
      .ofKind('StatefulSet')
      .map((set) => ({ set: `${environment}: ${nameOf(set)}`, claims: set.spec.volumeClaimTemplates })),
  );
  const whole = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: expect.any(String), creationTimestamp: null },
    spec: expect.objectContaining({ volumeMode: 'Filesystem' }),
    status: { phase: 'Pending' },
  };
  expect(templates).toEqual(templates.map(({ set, claims }) => ({ set, claims: claims.map(() => whole) })));
  expect(templates.filter(({ claims }) => claims.length === 0)).toEqual([]);
});

describe('The search for amounts that are stored otherwise', () => {
  it.each(['1000m', '2048Mi', '1024Gi', '0Mi', '0.5', '1e3', '1536 MB'])('finds %s', (quantity) => {
    expect(rewritten(quantity)).toBe(true);
  });

  it.each(['1', '1500m', '1536Gi', '64Mi', '12'])('passes over %s', (quantity) => {
    expect(rewritten(quantity)).toBe(false);
  });
});
