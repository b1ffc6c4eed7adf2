export const code = (text: string) => `\`${text}\``;
export const fence = (language: string, text: string) => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

/** A Markdown table as a formatter leaves it: columns of even width. */
export function table(headings: string[], rows: (string | number)[][]): string {
  const cells = [headings, ...rows.map((row) => row.map(String))];
  const widths = headings.map((_, column) => Math.max(3, ...cells.map((row) => row[column]!.length)));
  const line = (row: string[], fill = ' ') => `| ${row.map((cell, i) => cell.padEnd(widths[i]!, fill)).join(' | ')} |`;
  const [head, ...body] = cells.map((row) => line(row));
  const rule = line(
    headings.map(() => ''),
    '-',
  );
  return [head, rule, ...body].join('\n');
}

/** `text` with new content between `<!-- name:begin -->` and `<!-- name:end -->`. @throws when it lacks the markers */
export function replaceSection(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`there is no ${begin} … ${end}`);
  return `${before}${begin}\n${content}\n${end}${after}`;
}
