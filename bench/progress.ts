import { env, stderr } from 'node:process';

const colours = stderr.isTTY && !env['NO_COLOR'];
const style = (code: number) => (text: string) => (colours ? `\x1b[${code}m${text}\x1b[0m` : text);

export const bold = style(1);
export const red = style(31);

/** What happens now. To stderr, as is what the client in the cluster says, so that the two stay in order. */
export function say(text: string): void {
  stderr.write(`${text}\n`);
}

/** The result, with an eye-catcher on the lines that `worse` picks. */
export function show(table: string, worse: (line: string) => boolean): void {
  say(`\n${table.replace(/^.+$/gm, (line) => (worse(line) ? red(line) : line))}\n`);
}
