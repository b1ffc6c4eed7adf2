import { ruleGroups } from '../charts/observability/rules/groups';
import { type Alert, alertsOf } from '../charts/observability/rules/rule';
import { production } from '../config/production';
import { Workload } from '../lib/workload';
import { fence } from './markdown';
import { inProduction } from './model';

/** Everything that Prometheus evaluates in production. */
const groups = ruleGroups(Workload.all(inProduction), production);

/** Figures and names stand there when the alert fires. */
const template = (summary: string) =>
  summary.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, '‹$1›').replaceAll(/\{\{ \$value[^}]*\}\}/g, '‹figure›');

/** Rules know of no namespace. */
const inNamespace = (text: string) => text.replaceAll(/kubectl (?!-n )/g, `kubectl -n ${production.namespace} `);

/** Pages are named as they are from the root of the repository. */
const linked = (text: string) => text.replaceAll(/docs\/([\w-]+\.md)/g, '[$1]($1)');

const within = (labels: readonly string[] = []) => (labels.length > 0 ? ` for the same ${labels.join(' and ')}` : '');

const section = ({ alert, severity, summary, runbook: { means, look, mend }, ...rest }: Alert) =>
  [
    `### ${alert}`,
    `_${template(summary)}_ (${severity === 'none' ? 'always there' : severity}${rest.for ? `, after ${rest.for}` : ''})`,
    linked(means),
    fence('sh', inNamespace(look.join('\n'))),
    linked(inNamespace(mend)),
    ...(rest.silences
      ? [`While it fires, you are not told of what follows from it${within(rest.alike)}: ${rest.silences.join(', ')}.`]
      : []),
  ].join('\n\n');

/** A section for each alert, under the name that it fires with. */
export const runbooks = (): string =>
  groups.map((group) => [`## Alerts of ${group.name}`, ...alertsOf([group]).map(section)].join('\n\n')).join('\n\n');
