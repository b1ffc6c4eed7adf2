import { ApiObject, type App, type Chart, Yaml } from 'cdk8s';

/** What a chart makes, in the order of its file. */
export const objectsOf = (chart: Chart) =>
  chart.node
    .findAll()
    .filter(ApiObject.isApiObject)
    .map((object) => object.toJson());

/**
 * The files that `App.synth` writes: one for each chart, numbered in the order in which they build on each other. It would
 * resolve and validate the whole app again for each of them, which is most of its time; this leaves validation to the caller.
 */
export function manifestFiles(app: App): Record<string, string> {
  return Object.fromEntries(
    app.charts.map((chart, index) => [
      `${`${index}`.padStart(4, '0')}-${chart.node.id}.k8s.yaml`,
      Yaml.stringify(...objectsOf(chart)),
    ]),
  );
}
