import { ApiObject, type App, Chart } from 'cdk8s';
import { Workload } from './workload';

/**
 * The step in which each chart's objects can start: a namespace, then what pods read, Secrets above all, then pods, a
 * server before its clients. Nobody writes the order down, it follows from the model. Of charts that need each other in a
 * circle the one that was declared first waits for the others.
 */
export function startOrder(app: App): Map<Chart, number> {
  const namespaces = app.node
    .findAll()
    .filter((construct) => ApiObject.isApiObject(construct))
    .filter(({ kind }) => kind === 'Namespace');
  const steps = new Map<Chart, number>();
  const step = (chart: Chart, waiting: readonly Chart[]): number => {
    const known = steps.get(chart);
    if (known !== undefined) return known;
    const workloads = Workload.all(chart);
    const servers = workloads.flatMap(({ connections }) => connections.map(({ to }) => to.workload));
    const before = [...namespaces.filter(({ name }) => name === chart.namespace), ...servers]
      .map((construct) => Chart.of(construct))
      .filter((each) => each !== chart && !waiting.includes(each))
      .map((each) => step(each, [...waiting, chart]));
    // Pods are in the third step at the earliest, also where somebody else makes all Secrets: names of files stay the same.
    const own = Math.max(workloads.length > 0 ? 1 : -1, ...before) + 1;
    steps.set(chart, own);
    return own;
  };
  return new Map(app.charts.map((chart) => [chart, step(chart, [])]));
}
