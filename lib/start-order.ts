import { ApiObject, type App, Chart } from 'cdk8s';
import { Workload } from './workload';

/**
 * The step in which each chart's objects can start: a namespace, then what pods read, Secrets above all, then pods, a
 * server before its clients. Nobody writes the order down, it follows from the model. Of charts that need each other in a
 * circle the one that was declared first waits for the others.
 */
export function startOrder(app: App): Map<Chart, number> {
  const needs = new Map(app.charts.map((chart) => [chart, neededBy(chart, app)]));
  const steps = new Map<Chart, number>();
  const step = (chart: Chart, waiting: readonly Chart[]): number => {
    const before = needs.get(chart)!.filter((each) => each !== chart && !waiting.includes(each));
    const last = before.map((each) => steps.get(each) ?? step(each, [...waiting, chart]));
    // Pods are in the third step at the earliest, also where somebody else makes all Secrets: names of files stay the same.
    steps.set(chart, Math.max(Workload.all(chart).length > 0 ? 1 : -1, ...last) + 1);
    return steps.get(chart)!;
  };
  return new Map(app.charts.map((chart) => [chart, steps.get(chart) ?? step(chart, [])]));
}

function neededBy(chart: Chart, app: App): Chart[] {
  const namespaces = app.node
    .findAll()
    .filter((construct) => ApiObject.isApiObject(construct))
    .filter(({ kind, name }) => kind === 'Namespace' && name === chart.namespace);
  const servers = Workload.all(chart).flatMap(({ connections }) => connections.map(({ to }) => to.workload));
  return [...namespaces, ...servers].map((construct) => Chart.of(construct));
}
