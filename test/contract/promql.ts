import { parser } from '@prometheus-io/lezer-promql';

/** A series that an expression names. */
export interface Selector {
  readonly metric: string;
  /** Labels by which it is chosen, but for those that it must not have. */
  readonly labels: readonly string[];
  /** The job that it is limited to. @default - any */
  readonly job?: string;
}

/** What an expression names. */
export interface Named {
  readonly selectors: readonly Selector[];
  /** Labels by which it groups or joins, and which no function in it makes. */
  readonly labels: readonly string[];
  /** Labels that functions in it make. */
  readonly made: readonly string[];
  /** Where it cannot be read. @default - nowhere */
  readonly error?: string;
}

/** Reads `expr`, PromQL. https://prometheus.io/docs/prometheus/3.5/querying/basics/ */
export function named(expr: string): Named {
  const selectors: { metric: string; labels: string[]; job?: string }[] = [];
  const grouping: string[] = [];
  const made: string[] = [];
  const cursor = parser.parse(expr).cursor();
  do {
    const text = expr.slice(cursor.from, cursor.to);
    const within = cursor.node.parent?.name;
    if (cursor.type.isError) return { selectors: [], labels: [], made, error: expr.slice(0, cursor.from) };
    if (cursor.name === 'Identifier' && within === 'VectorSelector') selectors.push({ metric: text, labels: [] });
    if (cursor.name === 'LabelName' && within === 'GroupingLabels') grouping.push(text);
    // The first of the texts that `label_replace` and `label_join` are given.
    if (cursor.name === 'StringLiteral' && within === 'FunctionCallBody' && !isText(cursor.node.prevSibling))
      made.push(text.slice(1, -1));
    if (cursor.name === 'UnquotedLabelMatcher') {
      const [, label, value] = /^(\w+)\s*(?:=\s*"([^"]*)")?/.exec(text)!;
      const selector = selectors.at(-1)!;
      if (value !== '') selector.labels.push(label!);
      if (label === 'job') selector.job = value;
    }
  } while (cursor.next());
  return { selectors, labels: grouping.filter((label) => label !== 'le' && !made.includes(label)), made };
}

const isText = (node: { readonly name: string } | null) => node?.name === 'StringLiteral';
