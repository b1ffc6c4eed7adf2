import { ApiObject, type App, type Chart, Yaml } from 'cdk8s';
import { startOrder } from './start-order';

/** What a chart makes, in the order of its file. */
export const objectsOf = (chart: Chart) =>
  chart.node
    .findAll()
    .filter(ApiObject.isApiObject)
    .map((object) => withWholeClaims(object.toJson()));

/**
 * With what the API server adds to the templates of claims, for which the generated types have no fields. It is compared
 * as a whole: without this every apply would change the StatefulSet, and Argo CD would call it OutOfSync for ever.
 * https://github.com/argoproj/argo-cd/issues/11143
 */
function withWholeClaims<Manifest extends { spec?: { volumeClaimTemplates?: { metadata: object }[] } }>(
  object: Manifest,
) {
  const { spec } = object;
  if (spec?.volumeClaimTemplates) spec.volumeClaimTemplates = spec.volumeClaimTemplates.map(whole);
  return object;
}

const whole = ({ metadata, ...claim }: { metadata: object }) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { creationTimestamp: null, ...metadata },
  ...claim,
  status: { phase: 'Pending' },
});

/**
 * The text of each manifest by its file's name, one for each chart. Names begin with the step of {@link startOrder}, as
 * `kubectl apply -f` goes by the names. What `App.synth` does would resolve and validate the whole app again for each
 * chart, which is most of its time; this leaves validation to the caller.
 */
export function manifestFiles(app: App): Record<string, string> {
  const files = [...startOrder(app)].map(([chart, step]) => [
    `${`${step}`.padStart(2, '0')}-${chart.node.id}.k8s.yaml`,
    Yaml.stringify(...objectsOf(chart)),
  ]);
  return Object.fromEntries(files.sort());
}
