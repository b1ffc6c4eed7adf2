import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import type { Manifest } from './kubernetes';

interface Definition {
  properties?: Record<string, object>;
  additionalProperties?: boolean | object;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
}

// Kubernetes' own, the file that `cdk8s import` reads too:
// https://github.com/cdk8s-team/cdk8s/blob/master/kubernetes-schemas/v1.27.0/_definitions.json
const file = join(__dirname, 'fixtures/kubernetes-1.27.0-definitions.json');
const definitions: Record<string, Definition> = JSON.parse(readFileSync(file, 'utf8')).definitions;

// The API server drops what it does not know, and a misspelt probe with it.
for (const definition of Object.values(definitions)) {
  if (definition.properties) definition.additionalProperties ??= false;
}
// "Any string or number" in the file; this is what the API server parses.
export const QUANTITY = String.raw`^[+-]?(\d+|\d+\.\d*|\.\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$`;
Object.assign(definitions['io.k8s.apimachinery.pkg.api.resource.Quantity']!, {
  oneOf: [{ type: 'string', pattern: QUANTITY }, { type: 'number' }],
});

const formats = Object.fromEntries(
  ['int32', 'int64', 'double', 'byte', 'date-time'].map((name) => [name, true as const]),
);
const ajv = new Ajv({ strict: false, formats }).addSchema({ $id: 'kubernetes', definitions });

/** Where the object is not what Kubernetes 1.27 takes; a field that it does not know counts. */
export function schemaErrors({ apiVersion, kind, ...rest }: Manifest): string[] {
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
