/** How soon somebody must look: at once, at the next working day, or never, of what is only to be seen. */
export type Severity = 'critical' | 'warning' | 'none';

/** What who is woken up by an alert reads, in docs/runbooks.md. */
export interface Runbook {
  /** What is wrong for whom. */
  readonly means: string;
  /** Commands that show more, as somebody types them who is in the namespace. */
  readonly look: readonly string[];
  /** What to do about it. */
  readonly mend: string;
}

/** What must be told when it happens. */
export interface Alert {
  readonly alert: string;
  /** PromQL: true of every series that it returns. */
  readonly expr: string;
  /** How long it must be true, in Prometheus' words, for example `2m`. @default - it is told at once */
  readonly for?: string;
  readonly severity: Severity;
  /** One line for a telephone, with the figure. */
  readonly summary: string;
  readonly runbook: Runbook;
  /** Alerts that only follow from this one: they are not told of the same `job` while it is. @default - none */
  readonly silences?: readonly string[];
  /** Labels besides `job` that it has and all of those have: they are not told of the same. @default - none */
  readonly alike?: readonly string[];
}

/** A question that is asked always, and whose answers are kept. */
export interface Recording {
  readonly record: string;
  readonly expr: string;
  /** Labels that the answer gets besides. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
  /** Why it can have no answer on a laptop that was installed just now. @default - it has */
  readonly emptyOnKind?: string;
}

/** Rules that are asked one after the other. */
export interface Group {
  /** The system that they are about. */
  readonly name: string;
  readonly rules: readonly (Alert | Recording)[];
}

/** The file of the page on which each alert has a section of its name. */
const RUNBOOKS = 'docs/runbooks.md';

/** The alerts among the rules, in their order. */
export const alertsOf = (groups: readonly Group[]): Alert[] =>
  groups.flatMap(({ rules }) => rules.filter((rule) => 'alert' in rule));

/** A rule as Prometheus reads it. */
const entry = (rule: Alert | Recording) => {
  if (!('alert' in rule)) {
    const { record, expr, labels } = rule;
    // Labels of their own, where YAML would refer from one rule to another.
    return { record, expr, ...(labels && { labels: { ...labels } }) };
  }
  const { alert, expr, severity, summary } = rule;
  return {
    ...{ alert, expr },
    ...(rule.for && { for: rule.for }),
    labels: { severity },
    annotations: { summary, runbook: runbookOf(alert) },
  };
};

/** Where to read on: the heading as a page of Markdown links to it. */
export const runbookOf = (alert: string) => `${RUNBOOKS}#${alert.toLowerCase()}`;

/** The groups as Prometheus reads them. */
export const ruleFile = (groups: readonly Group[]) => ({
  groups: groups.map(({ name, rules }) => ({ name, rules: rules.map(entry) })),
});
