import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { everyEnvironment } from '../environments';
import type { Manifest } from '../kubernetes';
import { nameOf } from '../manifests';

interface Definition {
  properties?: Record<string, object>;
  additionalProperties?: boolean | object;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
}

// Kubernetes' own, the file that `cdk8s import` reads too:
// https://github.com/cdk8s-team/cdk8s/blob/master/kubernetes-schemas/v1.27.0/_definitions.json
const file = join(__dirname, '../fixtures/kubernetes-1.27.0-definitions.json');
const definitions: Record<string, Definition> = JSON.parse(readFileSync(file, 'utf8')).definitions;

// The API server drops what it does not know, and a misspelt probe with it.
for (const definition of Object.values(definitions)) {
  if (definition.properties) definition.additionalProperties ??= false;
}
// "Any string or number" in the file; this is what the API server parses.
const QUANTITY = String.raw`^[+-]?(\d+|\d+\.\d*|\.\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$`;
Object.assign(definitions['io.k8s.apimachinery.pkg.api.resource.Quantity']!, {
  oneOf: [{ type: 'string', pattern: QUANTITY }, { type: 'number' }],
});

// The API server writes what has no time yet as null.
Object.assign(definitions['io.k8s.apimachinery.pkg.apis.meta.v1.Time']!, { type: ['string', 'null'] });

const formats = Object.fromEntries(
  ['int32', 'int64', 'double', 'byte', 'date-time'].map((name) => [name, true as const]),
);
const ajv = new Ajv({ strict: false, formats }).addSchema({ $id: 'kubernetes', definitions });

function schemaErrors({ apiVersion, kind, ...rest }: Manifest): string[] {
  const name = Object.keys(definitions).find((each) =>
    definitions[each]!['x-kubernetes-group-version-kind']?.some(
      (known) => [known.group, known.version].filter(Boolean).join('/') === apiVersion && known.kind === kind,
    ),
  );
  const validate = name && ajv.getSchema(`kubernetes#/definitions/${name}`);
  if (!validate) return [`Kubernetes 1.27 has no ${apiVersion} ${kind}`];
  validate({ apiVersion, kind, ...rest });
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    `${instancePath} ${message} ${params['additionalProperty'] ?? ''}`.trim(),
  );
}

describe.each(everyEnvironment)('In $name', ({ manifests }) => {
  it('every object is valid for Kubernetes 1.27, with no field that it does not know', () => {
    const errors = manifests.objects.flatMap((object) =>
      schemaErrors(object).map((error) => `${nameOf(object)}: ${error}`),
    );
    expect(errors).toEqual([]);
  });
});

describe('The schema', () => {
  const brokers = JSON.stringify(everyEnvironment[0]!.manifests.find('StatefulSet', 'kafka'));
  const broken = (change: [find: string, replace: string]) => {
    expect(brokers).toContain(change[0]);
    return schemaErrors(JSON.parse(brokers.replace(...change)));
  };
  const container = '/spec/template/spec/containers/0';

  it('refuses a misspelt field of a probe', () => {
    expect(broken(['"failureThreshold"', '"failureTreshold"'])).toEqual([
      expect.stringMatching(`^${container}/\\w+Probe must NOT have additional properties failureTreshold$`),
    ]);
  });

  it('refuses replicas that are a string', () => {
    expect(broken(['"replicas":3', '"replicas":"3"'])).toEqual(['/spec/replicas must be integer']);
  });

  it('refuses an amount of memory that is none', () => {
    expect(broken(['"memory":"1536Mi"', '"memory":"1536 MB"'])).toContain(
      `${container}/resources/limits/memory must match pattern "${QUANTITY}"`,
    );
  });

  it('refuses a kind that the version does not have', () => {
    expect(
      schemaErrors({ apiVersion: 'policy/v1beta1', kind: 'PodSecurityPolicy', metadata: { name: 'x' }, spec: {} }),
    ).toEqual(['Kubernetes 1.27 has no policy/v1beta1 PodSecurityPolicy']);
  });
});
