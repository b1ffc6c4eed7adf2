import type { ResponseTransformer } from '../plugins';

const nameOf = (line: string) => line.split(':')[0]!.toLowerCase();

export function transformerErrors({ remove, replace, add }: ResponseTransformer['config']): string[] {
  const lines = [...(replace?.headers ?? []), ...(add?.headers ?? [])];
  const replaced = new Set((replace?.headers ?? []).map(nameOf));
  const added = new Set((add?.headers ?? []).map(nameOf));
  return [
    ...(lines.length > 0 || remove?.headers.length ? [] : ['it changes nothing. Say what, or remove it.']),
    ...[...new Set(lines)].flatMap(lineErrors),
    ...[...added]
      .filter((name) => !replaced.has(name))
      .map((name) => `"${name}" is only added: what a service sends would stay. Put the line into replace, too.`),
    ...[...replaced]
      .filter((name) => !added.has(name))
      .map(
        (name) =>
          `"${name}" is only replaced: where a service sends none there would be none. Put the line into add, too.`,
      ),
  ];
}

function lineErrors(line: string): string[] {
  if (!/^[A-Za-z0-9-]+:\S/.test(line)) {
    return [
      /: /.test(line)
        ? `"${line}" has a space after the colon, which would go out with the value. Write "${line.replace(/:\s+/, ':')}".`
        : `"${line}" is no header: write "Name:value".`,
    ];
  }
  return [];
}
