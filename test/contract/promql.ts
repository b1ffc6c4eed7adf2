import { parser } from '@prometheus-io/lezer-promql';

type Node = ReturnType<typeof parser.parse>['topNode'];

/** A series that an expression names. */
export interface Selector {
  readonly metric: string;
  /** Labels by which it is chosen, but for those that it must not have. */
  readonly labels: readonly string[];
  /** The jobs that it is limited to, of which each may be a pattern. @default - any */
  readonly jobs?: readonly string[];
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
  const selectors: { metric: string; labels: string[]; jobs?: string[] }[] = [];
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
      const [, label, value] = /^(\w+)\s*(?:=~?\s*"([^"]*)")?/.exec(text)!;
      const selector = selectors.at(-1)!;
      if (value !== '') selector.labels.push(label!);
      if (label === 'job') selector.jobs = value?.split('|');
    }
  } while (cursor.next());
  return { selectors, labels: grouping.filter((label) => label !== 'le' && !made.includes(label)), made };
}

const isText = (node: { readonly name: string } | null) => node?.name === 'StringLiteral';

/** Aggregations that keep whole series. */
const KEEP = ['Topk', 'Bottomk', 'LimitK', 'LimitRatio'];

/** What an expression answers with, and what it groups. */
export interface Answer {
  /** Labels that its series may have. */
  readonly labels: ReadonlySet<string>;
  /** Each `by` in it, with the labels of what it groups. */
  readonly grouped: readonly { readonly by: readonly string[]; readonly labels: ReadonlySet<string> }[];
}

/** Follows labels from series through what is made of them. @param of labels of a metric */
export function answer(expr: string, of: (metric: string) => ReadonlySet<string>): Answer {
  const grouped: { by: string[]; labels: ReadonlySet<string> }[] = [];
  const text = ({ from, to }: Node) => expr.slice(from, to);
  const children = (node: Node, type?: string) => {
    const all: Node[] = [];
    for (let child = node.firstChild; child; child = child.nextSibling) all.push(child);
    return type ? all.filter(({ name }) => name === type) : all;
  };
  const union = (nodes: Node[]) => new Set(nodes.flatMap((each) => [...labelsOf(each)]));
  const labelsOf = (node: Node): Set<string> => {
    if (node.name === 'VectorSelector') {
      return new Set(children(node, 'Identifier').flatMap((each) => [...of(text(each))]));
    }
    const made = children(node, 'FunctionCallBody').flatMap((body) => children(body, 'StringLiteral').slice(0, 1));
    const labels = union(children(node));
    for (const each of made) labels.add(text(each).slice(1, -1));
    if (node.name !== 'AggregateExpr') return labels;
    const [operator] = children(node, 'AggregateOp');
    const [modifier] = children(node, 'AggregateModifier');
    const names = modifier ? children(modifier, 'GroupingLabels').flatMap((each) => children(each, 'LabelName')) : [];
    const by = names.map(text);
    if (modifier?.firstChild?.name === 'Without') return new Set([...labels].filter((label) => !by.includes(label)));
    grouped.push({ by, labels });
    return KEEP.includes(operator!.firstChild!.name)
      ? labels
      : new Set([...by, ...made.map((each) => text(each).slice(1, -1))]);
  };
  const labels = labelsOf(parser.parse(expr).topNode);
  return { labels, grouped };
}
